"""Training any method by its recipe: stages in order, resumed after a stop at any point to the same result."""

from vitruve.training.run import TrainingOptions, train
from vitruve.training.sampling import Split

__all__ = ["Split", "TrainingOptions", "train"]
