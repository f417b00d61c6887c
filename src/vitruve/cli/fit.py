"""`vitruve fit`: a parametric body fitted to a motion."""

from __future__ import annotations

from pathlib import Path

import tyro

EXAMPLES = """\
vitruve fit walk.bvh walk.glb
vitruve fit keypoints3d.json body.npz
"""


def fit(
    source: tyro.conf.Positional[Path],
    target: tyro.conf.Positional[Path],
    /,
    body: str = "anny",
    clip: str | None = None,
    person: int | None = None,
    clean_feet: bool = True,
) -> None:
    """Fit a body to a motion or 3D keypoints and write it (.glb to look at, .npz to compute with).

    Args:
        source: file to fit to.
        target: file to write; its suffix is the format.
        body: the body to fit: anny, or smpl, smplh, smplx with VITRUVE_BODIES pointing at the model files.
        clip: name or number of a clip, for files that hold many.
        person: number of one person, for files of several, from 0.
        clean_feet: pin the feet where they touch the ground.
    """
    import vitruve as vt
    from vitruve.cli.shared import of_person
    from vitruve.io import check_target, load_clip
    from vitruve.pipeline import with_clean_feet

    check_target(target)
    fitted = vt.fit(of_person(load_clip(source, clip=clip), person), body)
    if fitted.residual is not None:
        print(f"residual {1000 * float(fitted.residual.mean()):.1f} mm (mean over joints and frames)")
    print(f"wrote {vt.save(with_clean_feet(fitted) if clean_feet else fitted, target)}")
