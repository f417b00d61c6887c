"""Pictures for training: what is warped lies where points go, colours change in range, squares are of the size asked for."""

from __future__ import annotations

import torch

from vitruve.core.crops import apply_affine, crop_matrix
from vitruve.nn.pictures import cutout, recolour, warp_affine
from vitruve.nn.skeletons import Dice


def dice(seed: int = 0) -> Dice:
    return Dice(torch.Generator().manual_seed(seed))


def test_a_warped_spot_is_where_the_map_says():
    images = torch.zeros(2, 3, 40, 60)
    images[:, :, 19:22, 29:32] = 1.0
    crop = crop_matrix(torch.tensor([30.0, 20.0]), torch.tensor([60.0, 40.0]), (120, 80), 0.5)
    out = warp_affine(images, crop, (120, 80))
    at = apply_affine(crop, torch.tensor([[30.0, 20.0]]))[0]
    y, x = divmod(int(out[0, 0].argmax()), 120)
    assert out.shape == (2, 3, 80, 120) and abs(x - at[0]) <= 2 and abs(y - at[1]) <= 2


def test_colours_change_and_stay_in_range():
    image = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1))
    made = [recolour(image, dice(seed)) for seed in range(20)]
    assert all(x.shape == image.shape and 0 <= x.min() <= x.max() <= 1 for x in made)
    # every fourth picture stays as it is, and so does one whose colours fill their range already
    assert sum(float((x - image).abs().max()) > 0.02 for x in made) >= 10
    assert torch.equal(recolour(image, dice(3)), made[3])


def test_squares_are_blotted_out():
    x = torch.ones(2, 3, 200, 300)
    out = cutout(x, dice(), 1.0, torch.tensor([0.1, 0.2, 0.3])[:, None, None])
    gone = (out != 1).any(1)
    # 2 to 15 squares of at most 40 pixels, not the same in both views
    assert 0 < gone[0].sum() <= 15 * 1600 and not torch.equal(gone[0], gone[1]) and (x == 1).all()
    assert torch.allclose(out[0, :, gone[0]], torch.tensor([0.1, 0.2, 0.3])[:, None])
