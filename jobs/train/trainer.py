"""Running a trainer: steps are heard of, and what was killed goes on from its last whole checkpoint."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jobs.train.plan import TrainingError
from jobs.train.run import Curve, Metrics, Row, TrainingRun
from loop.faults import point

DONE = "trainer_state.json"  # what transformers writes last into a checkpoint
COMPARED = ("rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins")
"""What TRL's trainers on preferences log at an evaluation: beta times how much likelier than under the reference."""


def fit_with(
    run: TrainingRun, trainer: Callable[..., Any], arguments: Any, dataset: Callable[[Sequence[Row]], object]
) -> Metrics:
    """Train a trainer of TRL's to its end; `dataset` makes of rows what it learns from and is validated on."""
    made = trainer(
        model=run.model,
        args=arguments,
        train_dataset=dataset(run.rows),
        eval_dataset=dataset(run.validation) if run.validation else None,
        processing_class=run.tokenizer,
    )
    return fit(made, run)


def fit(trainer: Any, run: TrainingRun) -> Metrics:
    """Train to the end; `train_loss` and `validation_loss` of the model that is kept, and `steps`."""
    trainer.add_callback(_listener(run))
    if run.patience and run.validation:
        trainer.add_callback(_early_stopping(run.patience))
    trainer.train(resume_from_checkpoint=last_checkpoint(run.folder))
    _keep_curve(trainer.state.log_history, run)
    must_be_finite(run.curve)
    metrics = {"steps": float(trainer.state.global_step)}
    if run.curve.train:
        metrics["train_loss"] = run.curve.train[-1][1]
    if trainer.state.best_metric is not None:
        metrics["validation_loss"] = float(trainer.state.best_metric)
    return metrics


def must_be_finite(curve: Curve) -> None:
    """Raises TrainingError for a training that ran away."""
    if not all(math.isfinite(loss) for _, loss in (*curve.train, *curve.validation)):
        raise TrainingError("the training ran away (its loss is not a number); lower train.learning_rate")


def last_checkpoint(folder: Path) -> str | None:
    """The newest checkpoint that was written to its end; half of one, from a kill, is passed over."""
    found = [(int(d.name.rpartition("-")[2]), d) for d in folder.glob("checkpoint-*") if (d / DONE).is_file()]
    return str(max(found)[1]) if found else None


def _keep_curve(history: list[dict[str, float]], run: TrainingRun) -> None:
    """The losses of every step, those before a kill included."""
    for entry in history:
        if "loss" in entry:
            run.curve.train.append((int(entry["step"]), float(entry["loss"])))
            if "reward" in entry:
                run.curve.rewards.append((int(entry["step"]), float(entry["reward"])))
        elif "eval_loss" in entry:
            run.curve.validation.append((int(entry["step"]), float(entry["eval_loss"])))
            if "eval_rewards/chosen" in entry:
                run.curve.table.append(_compared(entry, run.curve))


def _compared(entry: dict[str, float], curve: Curve) -> dict[str, float]:
    """A line of the table that trainings on preferences are told by; its loss is the mean since the line before."""
    told = {"step": float(entry["step"]), "validation_loss": float(entry["eval_loss"])}
    before = curve.table[-1]["step"] if curve.table else 0.0
    losses = [loss for step, loss in curve.train if step > before]
    if losses:
        told["loss"] = sum(losses) / len(losses)
    return told | {name: float(entry[f"eval_{name}"]) for name in COMPARED if f"eval_{name}" in entry}


def _early_stopping(patience: int) -> Any:
    from transformers import EarlyStoppingCallback

    return EarlyStoppingCallback(patience)


def _listener(run: TrainingRun) -> Any:
    from transformers import TrainerCallback

    class Listener(TrainerCallback):  # type: ignore[misc]
        """Tells every step, and is where a test may kill the run."""

        loss: float | None = None

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            run.beat(state.global_step, state.max_steps, None)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            point("mid-train")
            run.beat(state.global_step, state.max_steps, self.loss)
            if run.over():
                control.should_training_stop = control.should_save = True
                control.should_evaluate = bool(run.validation)

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_: Any) -> None:
            self.loss = logs.get("loss", self.loss)

        def on_prediction_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            run.beat(state.global_step, state.max_steps, self.loss)

    return Listener()
