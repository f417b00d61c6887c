"""Motions that ship with the package."""

from __future__ import annotations

from importlib import resources

import torch

from vitruve.core.camera import Camera
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError
from vitruve.io import native

SAMPLES = {"walk": "four seconds of straight walking", "walk2d": "the same walk as one camera sees it, as COCO keypoints"}


def read_sample(name: str = "walk") -> Motion | Poses:
    """A sample by name: "walk", a Motion, or "walk2d", 2D Poses with their camera.

    From the CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu), created with funding from NSF EIA-0196217.
    Raises OptionError for another name.
    """
    if name not in SAMPLES:
        raise OptionError(f"sample {name!r}: expected one of {', '.join(SAMPLES)}")
    with resources.as_file(resources.files("vitruve.io") / "data" / "walk.npz") as file:
        walk: Motion = native.read(file)
    return walk if name == "walk" else _seen(walk)


def _seen(walk: Motion) -> Poses:
    """Through a still camera in front and to the side, 1280 x 720 pixels."""
    body = walk.poses().map_to(skeleton("coco17"))
    middle = body.positions[0].reshape(-1, 3).nan_to_num(0.0).mean(0)
    camera = Camera.look_at(middle + torch.tensor([4.5, 0.6, 4.5]), middle, (1280, 720))
    pixels = camera.project(body.positions[0].reshape(-1, 3)).reshape(body.positions.shape[:3] + (2,))
    return Poses(pixels, body.skeleton, body.fps, body.confidence, camera=camera, image_size=(1280, 720), name="walk2d", metadata=walk.metadata)
