"""Group relative policy optimisation (Shao et al. 2024, arXiv 2402.03300), with TRL's GRPOTrainer.

Each text is compared with its siblings, in standard deviations of their rewards, so `train.kl` is a price in these.
"""

from jobs.train.compared_groups import train_on_groups
from jobs.train.run import Metrics, TrainingRun


def train(run: TrainingRun) -> Metrics:
    """Raise the reward of what the model writes for `run.rows` (column prompt)."""
    from trl import GRPOConfig, GRPOTrainer

    return train_on_groups(run, GRPOTrainer, GRPOConfig)
