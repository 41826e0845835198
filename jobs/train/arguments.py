"""What all trainers are told alike: device, size of steps, checkpoints, seeds, and to report to nobody."""

from collections.abc import Sequence
from typing import Any

from jobs.train.run import TrainingRun

EPOCHS = ((500, 3.0), (4_000, 2.0), (10**12, 1.0))
"""How often the rows are seen, up to so many of them: little data is seen more often, but never past three times."""
CHECKPOINTS_KEPT = 2
LARGE = 500e6  # parameters from which on memory is dearer than time


def common(run: TrainingRun, rate: float) -> dict[str, Any]:
    """Arguments of any of TRL's trainers."""
    every = checkpoint_steps(run)
    judged = bool(run.validation)
    return {
        "output_dir": str(run.folder),
        "learning_rate": rate,
        "num_train_epochs": epochs(run),
        "per_device_train_batch_size": run.settings.batch_size,
        "per_device_eval_batch_size": run.settings.batch_size,
        "lr_scheduler_type": "cosine",
        "warmup_steps": max(1, steps(run) // 20),
        "logging_steps": max(1, min(10, steps(run) // 20)),
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": CHECKPOINTS_KEPT,
        "eval_strategy": "steps" if judged else "no",
        "eval_steps": every,
        "load_best_model_at_end": judged,
        "metric_for_best_model": "eval_loss" if judged else None,
        "greater_is_better": False if judged else None,
        "seed": run.settings.seed,
        "data_seed": run.settings.seed,
        "activation_checkpointing": _parameters(run) >= LARGE,
        "report_to": [],
        "disable_tqdm": True,
        **_device(run),
    }


def steps(run: TrainingRun) -> int:
    """How many steps the whole stage takes."""
    per_epoch = -(-len(run.rows) // run.settings.batch_size)
    return max(1, round(per_epoch * epochs(run)))


def checkpoint_steps(run: TrainingRun) -> int:
    """Steps between checkpoints: as configured, but several in a short run, so that there is a best one to choose."""
    return max(1, min(run.settings.checkpoint_steps, -(-steps(run) // 5)))


def epochs(run: TrainingRun, by_rows: Sequence[tuple[int, float]] = EPOCHS) -> float:
    """As configured, or by the number of rows."""
    return run.settings.epochs or next(times for most, times in by_rows if len(run.rows) <= most)


def learning_rate(run: TrainingRun, rates: Sequence[tuple[float, float]]) -> float:
    """As configured, or by the number of the model's parameters."""
    return run.settings.learning_rate or next(rate for most, rate in rates if _parameters(run) <= most)


def _parameters(run: TrainingRun) -> int:
    return sum(p.numel() for p in run.model.parameters())


def _device(run: TrainingRun) -> dict[str, Any]:
    """bfloat16 where the base is in it (CUDA), float32 elsewhere: TRL's default of bf16 raises on a CPU."""
    import torch

    kind = run.model.device.type
    half = kind == "cuda" and torch.cuda.is_bf16_supported()
    return {"use_cpu": kind == "cpu", "bf16": half, "dataloader_pin_memory": kind == "cuda"}
