"""REINFORCE with a leave-one-out baseline (Ahmadian et al. 2024, arXiv 2402.14740), with TRL's RLOOTrainer.

Each text is compared with the mean reward of the others of its prompt. Distance from the reference costs reward.
"""

from jobs.train.compared_groups import train_on_groups
from jobs.train.run import Metrics, TrainingRun


def train(run: TrainingRun) -> Metrics:
    """Raise the reward of what the model writes for `run.rows` (column prompt)."""
    from trl import RLOOConfig, RLOOTrainer

    return train_on_groups(run, RLOOTrainer, RLOOConfig)
