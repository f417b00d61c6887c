"""Pictures for training: affine crops, changes of colour, squares blotted out."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.nn.skeletons import Dice


def warp_affine(images: Float[Tensor, "V 3 H W"], crop: Float[Tensor, "2 3"], size: tuple[int, int]) -> Float[Tensor, "V 3 h w"]:
    """Pictures through an affine map of pixels (bilinear, black outside)."""
    import cv2

    out = [cv2.warpAffine(x.permute(1, 2, 0).numpy(), crop.double().numpy(), size, flags=cv2.INTER_LINEAR) for x in images]
    return torch.stack([torch.from_numpy(x).permute(2, 0, 1) for x in out])


def cutout(x: Float[Tensor, "V C H W"], dice: Dice, scale: float, colour: Tensor | float) -> Float[Tensor, "V C H W"]:
    """Cutout: squares of 20 to 40 pixels (times `scale`) at random places of each view."""
    x = x.clone()
    for view in x:
        for _ in range(dice.integer(2, 15)):
            half = max(1, int(scale * dice.integer(20, 39) / 2))
            row, column = (int(dice.uniform() * n) for n in view.shape[-2:])
            view[:, max(0, row - half) : row + half, max(0, column - half) : column + half] = colour
    return x


COLOURS = ("sharpness", "autocontrast", "posterize", "equalize", "contrast", "color", "brightness")


def recolour(image: Float[Tensor, "3 H W"], dice: Dice) -> Float[Tensor, "3 H W"]:
    """RandAugment's changes of colour: two of `COLOURS`, each of a random level and made every other time.

    Source: SelfPose3d (lib/dataset/randaugment.py), which leaves out RandAugment's moves.
    """
    for _ in range(2):
        name, level, up = COLOURS[dice.integer(0, len(COLOURS) - 1)], dice.integer(1, 9), dice.happens(0.5)
        image = recoloured(image, name, level, up) if dice.happens(0.5) else image
    return image


def recoloured(image: Float[Tensor, "3 H W"], name: str, level: int, up: bool = True) -> Float[Tensor, "3 H W"]:
    """One of `COLOURS` at a level of 0 to 9, of those that have levels; `up` strengthens what can be weakened too. 256 steps of grey."""
    import numpy as np
    from PIL import Image, ImageEnhance, ImageOps

    picture = Image.fromarray((255 * image).round().byte().permute(1, 2, 0).numpy())
    if name == "autocontrast":
        picture = ImageOps.autocontrast(picture)
    elif name == "equalize":
        picture = ImageOps.equalize(picture)
    elif name == "posterize":
        picture = ImageOps.posterize(picture, round(8 - 4 * level / 9))
    else:
        change = 0.1 * level if up else -0.1 * level
        picture = getattr(ImageEnhance, name.capitalize())(picture).enhance(1 + change)
    return torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1).to(image) / 255
