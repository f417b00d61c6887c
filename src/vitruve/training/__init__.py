"""Training any method by its recipe: stages in order, resumed after a stop at any point to the same result."""

from vitruve.tasks.split import Split
from vitruve.training.run import TrainingOptions, learning_curve, train

__all__ = ["Split", "TrainingOptions", "learning_curve", "train"]
