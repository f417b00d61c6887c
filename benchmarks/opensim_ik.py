"""Our own inverse kinematics on OpenSim models beside OpenSim's: agreement in degrees and frames per second of processor time, same markers and weights.

python benchmarks/opensim_ik.py [--data FOLDER] [--repeat 4]
"""

from __future__ import annotations

import argparse
import time
import xml.etree.ElementTree as xml
from pathlib import Path

import numpy as np
import torch

from vitruve.analysis.opensim import inverse_kinematics
from vitruve.analysis.osim_rig import read_rig
from vitruve.core.poses import Poses
from vitruve.data.opensim_trials import unpacked
from vitruve.io import trc

LAI = "nimblephysics/osim/LaiArnoldSubject6/"
MODEL = "LaiArnoldModified2017_poly_withArms_weldHand_scaled.osim"
TRIALS = {
    "gait2354, walking": (
        ("opensim", "opensim-models/Models/Gait2354_Simbody/subject01_simbody.osim"),
        ("opensim", "opensim-models/Pipelines/Gait2354_Simbody/subject01_walk1.trc"),
        "opensim-models/Pipelines/Gait2354_Simbody/subject01_Setup_IK.xml",
    ),
    "LaiArnold 2017, walking": (
        ("biomech_trials", LAI + MODEL),
        ("biomech_trials", LAI + "walking1.trc"),
        "opencap-core/opensimPipeline/IK/Setup_IK_Mocap.xml",
    ),
}


def weights(setup: Path) -> dict[str, float]:
    """Of the markers that a setup file tracks."""
    tasks = xml.parse(setup).getroot().iter("IKMarkerTask")
    return {t.get("name", ""): float(t.findtext("weight") or 1) for t in tasks if (t.findtext("apply") or "").strip() == "true"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=None)
    parser.add_argument("--repeat", type=int, default=4, help="play each trial so many times, to and fro, for our solver's long batches")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for label, (model, trial, setup) in TRIALS.items():
        osim = unpacked(model[0], args.data) / model[1]
        markers = trc.read(unpacked(trial[0], args.data) / trial[1])
        w = weights(unpacked("opensim", args.data) / setup)
        rig = read_rig(osim)
        x = markers.positions
        longer = (
            Poses(torch.cat([x, x.flip(1)] * (args.repeat // 2), 1), markers.skeleton, markers.fps, metadata=markers.metadata) if args.repeat > 1 else markers
        )
        start = time.process_time()
        ours = rig.solve(longer, w)
        own = len(longer) / (time.process_time() - start)
        start = time.process_time()
        theirs = inverse_kinematics(osim, markers, w).table
        other = len(markers) / (time.process_time() - start)
        a, b = ours.as_dict(), theirs.as_dict()
        names = [n for n in ours.columns[1:] if not n.endswith(("_tx", "_ty", "_tz"))]
        rms = {n: float(np.sqrt(((a[n][: len(markers)] - b[n]) ** 2).mean())) for n in names}
        values = list(rms.values())
        worst = sorted(rms, key=lambda n: -rms[n])[:3]
        print(f"{label}: {len(markers)} frames, {len(rig.coordinates)} coordinates")
        print(f"  OpenSim {other:8.1f} frames/s\n  vitruve {own:8.1f} frames/s over {len(longer)} frames   {own / other:.1f} x")
        print(f"  agreement {np.mean(values):.3f} degrees RMS, median {np.median(values):.3f}; worst {', '.join(f'{n} {rms[n]:.2f}' for n in worst)}")


if __name__ == "__main__":
    main()
