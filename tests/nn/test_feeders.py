"""Clips as arrays: origin, axes, missing people, and the two feeders."""

import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError
from vitruve.nn import feeders
from vitruve.nn.skeletons import Dice


def _clip(people: int = 1, frames: int = 40) -> Poses:
    generator = torch.Generator().manual_seed(0)
    return Poses(torch.rand(people, frames, 20, 3, generator=generator) + 1, skeleton("kinect20"))


def test_origin_and_axes():
    clip = _clip()
    x = feeders.arrange(clip, 2, origin=1)
    assert x.shape == (40, 2, 20, 3)
    assert (x[0, 0, 1] == 0).all() and (x[:, 1] == 0).all()
    assert torch.allclose((x[5, 0, 3] - x[5, 0, 4]) * feeders.KINECT, clip.positions[0, 5, 3] - clip.positions[0, 5, 4], atol=1e-6)


def test_what_is_missing_is_at_the_origin_and_unseen_frames_go():
    clip = _clip(2)
    clip.positions[:, :3] = torch.nan
    clip.positions[1, 10] = torch.nan
    x = feeders.arrange(clip, 2, origin=1)
    assert len(x) == 37 and (x[7, 1] == 0).all() and (x[7, 0] != 0).any()
    clip.positions[:] = torch.nan
    with pytest.raises(OptionError, match="no frame has a known joint"):
        feeders.arrange(clip, 2, origin=1)


@pytest.mark.parametrize("name", ["ntu", "ucla"])
def test_feeders_repeat_without_dice_and_vary_with(name):
    feed, x = feeders.FEEDERS[name], feeders.arrange(_clip(), 1, origin=1)
    assert torch.equal(feed(x, 16), feed(x, 16))
    one, two = (feed(x, 16, Dice(torch.Generator().manual_seed(s))) for s in (1, 2))
    assert one.shape == two.shape == (16, 1, 20, 3) and not torch.allclose(one, two)
    assert torch.equal(one, feed(x, 16, Dice(torch.Generator().manual_seed(1))))


def test_a_turn_keeps_the_body_and_the_box_is_filled():
    x = feeders.arrange(_clip(), 1, origin=1)
    turned = feeders.crop_resize(x, 40, Dice(torch.Generator().manual_seed(1)))
    assert torch.allclose((turned[:, 0, 3] - turned[:, 0, 4]).norm(dim=-1).mean(), (x[:, 0, 3] - x[:, 0, 4]).norm(dim=-1).mean(), rtol=0.2)
    box = feeders.box_sample(x, 40)
    assert torch.allclose(box.amax((0, 1, 2)), torch.ones(3), atol=1e-4) and torch.allclose(box.amin((0, 1, 2)), -torch.ones(3), atol=1e-4)
