"""What RLOO and GRPO share: TRL's trainers write several texts for each prompt and compare them with one another."""

from collections.abc import Sequence
from typing import Any

from jobs.train.arguments import common, learning_rate
from jobs.train.practice import RATES, Practice, words_of
from jobs.train.run import Metrics, TrainingRun
from jobs.train.trainer import fit


def train_on_groups(run: TrainingRun, kind: Any, configuration: Any) -> Metrics:
    """Train with a trainer class of TRL's and its configuration; rewards and distance, beside what `fit` tells."""
    practice = Practice(run)
    run.model.generation_config.eos_token_id = list(run.ends)

    class Prepared(kind):  # type: ignore[misc]
        """Asks with the tokens that the model is asked with later; TRL would render them by other rules."""

        def _tokenize_prompts(self, prompts: list[Any]) -> tuple[list[list[int]], None, dict[str, Any]]:
            return [practice.prompt({"prompt": prompt}) for prompt in prompts], None, {}

    def reward(completions: Sequence[Any], words: Sequence[str], **_: Any) -> list[float]:
        return practice.rewards(words, [completion[0]["content"].strip() for completion in completions])

    trainer = Prepared(
        model=run.model,
        reward_funcs=reward,
        args=configuration(**_arguments(run, practice)),
        train_dataset=_dataset(run),
        processing_class=run.tokenizer,
    )
    before, _ = practice.measure()
    return fit(trainer, run) | practice.proof(before)


def _arguments(run: TrainingRun, practice: Practice) -> dict[str, Any]:
    """Whole groups in every batch, and as many batches as the texts make."""
    settings = run.settings
    group = settings.texts_per_prompt
    batch = group * max(1, min(settings.batch_size // group, len(run.rows)))
    steps = max(1, settings.texts // batch)
    return common(run, learning_rate(run, RATES)) | {
        "per_device_train_batch_size": batch,
        "num_generations": group,
        "max_completion_length": practice.most,
        "max_steps": steps,
        "warmup_steps": max(1, steps // 20),
        "logging_steps": max(1, min(10, steps // 20)),
        "save_steps": max(1, min(settings.checkpoint_steps, -(-steps // 5))),
        "eval_strategy": "no",
        "load_best_model_at_end": False,
        "metric_for_best_model": None,
        "beta": settings.kl,
        "disable_dropout": True,
    }


def _dataset(run: TrainingRun) -> object:
    from datasets import Dataset

    return Dataset.from_list([{"prompt": row["prompt"], "words": words_of(row)} for row in run.rows])
