"""What counts as fooled, and how far changed clips are from the clean ones."""

import pytest
import torch

from vitruve.core.standards import skeleton
from vitruve.errors import OptionError
from vitruve.tasks.robustness import bone_tree, deviation, fooled

TREE = bone_tree(skeleton("kinect20"))


def _clips() -> torch.Tensor:
    x = torch.randn(4, 3, 12, 20, 2, generator=torch.Generator().manual_seed(0))
    x[1:, ..., 1] = 0
    return x


def test_moving_everything_bends_no_bone_and_accelerates_nothing():
    x = _clips()
    there = (x != 0).flatten(1, 3).any(1)[:, None, None, None]
    d = deviation(x, x + 0.1 * there, TREE)
    assert d.l2 == pytest.approx(0.1 * 3**0.5, rel=1e-4) and d.linf == pytest.approx(0.1, rel=1e-4)
    assert d.bone < 1e-4 and d.acceleration < 1e-5


def test_scaling_stretches_every_bone_by_as_much():
    d = deviation(_clips(), 1.02 * _clips(), TREE)
    assert d.bone == pytest.approx(0.02, rel=1e-3) and d.acceleration > 0


def test_nobody_is_no_clip():
    with pytest.raises(OptionError, match="no clip has a person"):
        deviation(torch.zeros(1, 3, 4, 20, 1), torch.zeros(1, 3, 4, 20, 1), TREE)


def test_only_what_was_right_can_be_fooled():
    clean = torch.tensor([[2.0, 1.0], [1.0, 2.0], [2.0, 1.0]])
    changed = torch.tensor([[1.0, 2.0], [2.0, 1.0], [3.0, 1.0]])
    right, wrong = fooled(lambda x: x, clean, changed, torch.tensor([0, 0, 0]))
    assert right.tolist() == [True, False, True] and wrong.tolist() == [True, False, False]
