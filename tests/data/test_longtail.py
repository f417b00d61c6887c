"""Long-tailed sets: how many clips, which ones, and the groups they are scored in."""

import math

import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.data.longtail import class_counts, long_tail, long_tail_counts, named, shot_accuracy, shots
from vitruve.errors import OptionError
from vitruve.tasks.recognition import ActionClip

POSES = Poses(torch.zeros(1, 1, 20, 3), skeleton("kinect20"))
CLIPS = [ActionClip(POSES, i % 4, name=f"clip{i}") for i in range(80)]


def test_counts_are_the_released_sets():
    ntu = long_tail_counts(60, 600, 100)
    assert (ntu[0], ntu[-1], sum(ntu)) == (600, 6, 7892)
    assert sum(long_tail_counts(60, 600, 10)) == 14142 and sum(long_tail_counts(60, 600, 50)) == 9150
    assert long_tail_counts(10, 100, 10) == (100, 77, 59, 46, 35, 27, 21, 16, 12, 10)
    assert long_tail_counts(5, 50, 10, "step") == (50, 50, 5, 5, 5) and long_tail_counts(1, 7, 10) == (7,)


def test_classes_keep_so_many_clips_and_no_more_than_they_have():
    kept = long_tail(CLIPS, 16, 8)
    assert class_counts(kept) == long_tail_counts(4, 16, 8) == (16, 8, 4, 2)
    assert len({c.name for c in kept}) == len(kept)
    assert class_counts(long_tail(CLIPS, 100, 10)) == (20, 20, 20, 10)
    assert class_counts(kept, 6) == (16, 8, 4, 2, 0, 0)


def test_the_choice_is_the_seed_s_and_the_order_says_who_is_rare():
    names = [c.name for c in long_tail(CLIPS, 16, 8, seed=3)]
    assert names == [c.name for c in long_tail(CLIPS, 16, 8, seed=3)] != [c.name for c in long_tail(CLIPS, 16, 8, seed=4)]
    assert class_counts(long_tail(CLIPS, 16, 8, order=[3, 1, 0, 2])) == (4, 8, 2, 16)
    assert [c.name for c in named(CLIPS, names)] == names


def test_groups_by_shots():
    counts, accuracy = (120, 60, 20, 19, 3), (1.0, 0.5, 0.3, 0.2, 0.0)
    assert shots(counts) == {"many": (0,), "medium": (1, 2), "few": (3, 4)}
    found = shot_accuracy(accuracy, counts)
    assert found["many"] == 1.0 and found["medium"] == pytest.approx(0.4) and found["few"] == pytest.approx(0.1)
    assert math.isnan(shot_accuracy(accuracy, counts, many=200)["many"])


def test_what_cannot_be_is_said():
    with pytest.raises(OptionError, match="at least 1"):
        long_tail_counts(4, 10, 0.1)
    with pytest.raises(OptionError, match="exponential or step"):
        long_tail_counts(4, 10, 10, "linear")
    with pytest.raises(OptionError, match="classes 0 to 3 once"):
        long_tail(CLIPS, 10, 10, order=[0, 1, 2])
    with pytest.raises(OptionError, match="not there: nobody"):
        named(CLIPS, ["clip1", "nobody"])
    with pytest.raises(OptionError, match="more than"):
        shots((3,), many=2, few=5)
