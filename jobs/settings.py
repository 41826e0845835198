"""Settings of the jobs. `config.toml` documents every key."""

from typing import Annotated, Literal

import msgspec

from rewards.settings import PairSettings


class ScheduleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [schedule] of config.toml: when the refinement runs by itself."""

    nightly: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$")] = "03:30"
    """Local time of the nightly refinement, HH:MM; empty never runs it by the clock."""
    after_ratings: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Run after so many new ratings, picks and edits; 0 never runs it by count."""
    grace_hours: Annotated[float, msgspec.Meta(gt=0)] = 12.0
    """A machine that slept through the hour runs once when it wakes, if no more than this late."""


class TrainSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [train] of config.toml."""

    method: str = "auto"
    """`auto`, or methods joined by `+` in their order: `sft+dpo`. Auto leaves out what has too few rows."""
    min_rows: Annotated[int, msgspec.Meta(ge=1)] = 8
    """Least rows that supervised training begins with."""
    min_pairs: Annotated[int, msgspec.Meta(ge=1)] = 100
    """Least preference pairs that preference training begins with."""
    max_rows: Annotated[int, msgspec.Meta(ge=1)] = 4_000
    """Most rows, and most pairs, of one run; a fair sample is drawn of more."""
    rank: Annotated[int, msgspec.Meta(ge=1)] = 16
    """Rank of the LoRA matrices on every linear layer."""
    alpha: Annotated[int, msgspec.Meta(ge=1)] = 32
    """Scale of the LoRA matrices; they are weighted with alpha / rank."""
    learning_rate: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """The highest learning rate; 0 chooses by the model's size and the method."""
    epochs: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """How often every row is seen; 0 chooses by the number of rows."""
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 16
    """Rows, or pairs, per step."""
    beta: Annotated[float, msgspec.Meta(gt=0)] = 0.1
    """DPO: how dear it is to move away from the reference."""
    sft_weight: Annotated[float, msgspec.Meta(ge=0)] = 0.02
    """DPO: weight of the likelihood of the chosen text beside the preference."""
    dpo_loss: Literal["sigmoid", "conservative", "robust", "length"] = "sigmoid"
    """DPO: `sigmoid` as published; `conservative` or `robust` where labels are noisy; `length` compares per token."""
    label_noise: Annotated[float, msgspec.Meta(ge=0, lt=0.5)] = 0.1
    """DPO, `conservative` and `robust`: the share of pairs that are taken to be the wrong way round."""
    pair_weights: Literal["none", "weight", "deviation", "both"] = "none"
    """DPO: pairs count by how surely one is better (`weight`), how rare the chosen text is (`deviation`), or both."""
    reward_scale: Annotated[float, msgspec.Meta(gt=0)] = 0.1
    """Reward-weighted: a text whose reward is higher by this much counts e = 2.72 times as much."""
    kl: Annotated[float, msgspec.Meta(ge=0)] = 0.05
    """PPO, RLOO, GRPO: the reward that a distance of one nat from the reference costs a text."""
    texts: Annotated[int, msgspec.Meta(ge=2)] = 4_000
    """PPO, RLOO, GRPO: how many texts are written and learned from."""
    texts_per_prompt: Annotated[int, msgspec.Meta(ge=2)] = 4
    """RLOO, GRPO: how many texts of one prompt are compared with one another."""
    text_tokens: Annotated[int, msgspec.Meta(ge=1)] = 48
    """PPO, RLOO, GRPO: longest text that is written, in tokens."""
    validation: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.1
    """Share of the training prompts by which the best checkpoint is chosen; the held-out prompts stay unseen."""
    checkpoint_steps: Annotated[int, msgspec.Meta(ge=1)] = 50
    """Steps between checkpoints: what a run that is killed loses at most."""
    seed: int = 0
    """Of the first weights, of the order of rows and of samples."""
    nice: Annotated[int, msgspec.Meta(ge=0, le=19)] = 10
    """How far training gives way to other processes."""
    stale_s: Annotated[float, msgspec.Meta(gt=0)] = 600.0
    """A training that shows no step for so many seconds is ended as failed."""


class EvaluateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [evaluate] of config.toml."""

    prompts: Annotated[int, msgspec.Meta(ge=1)] = 48
    """Most held-out prompts that both models write for."""
    samples: Annotated[int, msgspec.Meta(ge=2)] = 4
    """Candidates of each model per prompt, with the same seeds."""
    pairs: Annotated[int, msgspec.Meta(ge=1)] = 600
    """Most held-out preference pairs, and most human texts, that are scored."""
    min_prompts: Annotated[int, msgspec.Meta(ge=2)] = 8
    """Least held-out prompts that a win rate may stand on."""
    min_rated: Annotated[int, msgspec.Meta(ge=8)] = 100
    """Least rated texts on held-out prompts that a judge may be fitted to."""
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 32
    """Texts that are scored at once."""
    seed: int = 0
    """Of samples and of bootstrap draws."""


class GateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [gate] of config.toml: what a model must reach before it writes."""

    win_rate: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """The lower end of the win rate's 95 % interval must be over this."""
    preference_loss: Annotated[float, msgspec.Meta(gt=0)] = 0.6931
    """Held-out preference loss must be under this; ln 2 is what doing nothing has."""
    preference_accuracy: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """The share of held-out pairs whose chosen text gained more must be over this."""
    chosen_reward: float = -0.5
    """The chosen texts' mean DPO reward must not fall under this."""
    diversity_champion: Annotated[float, msgspec.Meta(ge=0)] = 0.95
    """Least share of the champion's diversity."""
    diversity_base: Annotated[float, msgspec.Meta(ge=0)] = 0.90
    """Least share of the base model's diversity."""
    length: Annotated[float, msgspec.Meta(ge=0)] = 0.10
    """How far the mean length may move from the champion's, as a share of it."""
    ignore: tuple[str, ...] = ()
    """Bars that are reported but do not refuse: names as in a report."""


class WatchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [watch] of config.toml: when a promoted model is taken back by itself."""

    after_turns: Annotated[int, msgspec.Meta(ge=0)] = 30
    """Scored turns at which live scores are first held against those of the model before, then at every doubling; 0
    never does."""
    level: Annotated[float, msgspec.Meta(gt=0.5, lt=1)] = 0.99
    """Of the interval of their difference: all of it must be below zero."""


class DistillSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [distill] of config.toml: what of memory becomes training data."""

    held_out_share: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.2
    """Share of prompts, chosen by the hash of their ids, that are never trained on."""
    duplicate: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.95
    """Texts with a cosine above this, or that read the same, are one text told twice."""
    margin: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.04
    """A text is liked when its reward is so far above the task's mean, and disliked when so far below."""
    per_prompt: Annotated[int, msgspec.Meta(ge=1)] = 32
    """Most SFT rows of one prompt."""
    labels_per_prompt: Annotated[int, msgspec.Meta(ge=1)] = 16
    """Most unpaired rows of one prompt and label."""
    preferences_per_prompt: Annotated[int, msgspec.Meta(ge=1)] = 64
    """Most picks, edits and imported preferences of one prompt; the newest stay."""
    per_cluster: Annotated[int, msgspec.Meta(ge=1)] = 4
    """Most SFT rows whose texts are near-duplicates of one another, over all prompts; within a prompt there is one."""
    human_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.2
    """Least share of SFT rows that a person wrote; human texts are mixed in, then generated rows are dropped."""
    generated_free: Annotated[int, msgspec.Meta(ge=0)] = 256
    """So many generated SFT rows stay however little human text there is; 0 makes the human share strict."""
    with_examples: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """Share of SFT rows that show the examples which their turn was shown, so that the model keeps using recall."""
    unprompted: Annotated[int, msgspec.Meta(ge=1)] = 16
    """The texts of a task that have no prompt count as so many prompts where there is a limit per prompt."""
    pairs: PairSettings = PairSettings(cap=16, min_margin=0.08, max_length_ratio=2.0, per_text=3)
    """The table [distill.pairs]: which rated texts of one prompt become pairs."""
