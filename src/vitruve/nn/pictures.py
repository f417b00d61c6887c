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


def recolour(image: Float[Tensor, "3 H W"], dice: Dice) -> Float[Tensor, "3 H W"]:
    """RandAugment's changes of colour: two of eight, of random strength."""
    import numpy as np
    from PIL import Image, ImageEnhance, ImageOps

    picture = Image.fromarray((255 * image).round().byte().permute(1, 2, 0).numpy())
    for _ in range(2):
        strength = dice.uniform()
        change = 1 + (0.9 * strength if dice.happens(0.5) else -0.9 * strength)
        choice = dice.integer(0, 7)
        if choice >= 4:
            tool = (ImageEnhance.Color, ImageEnhance.Contrast, ImageEnhance.Brightness, ImageEnhance.Sharpness)[choice - 4]
            picture = tool(picture).enhance(change)
        elif choice >= 2:
            picture = ImageOps.posterize(picture, 8 - int(4 * strength)) if choice == 2 else ImageOps.solarize(picture, 256 - int(256 * strength))
        else:
            picture = ImageOps.autocontrast(picture) if choice == 0 else ImageOps.equalize(picture)
    return torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1).to(image) / 255
