"""Damaged files: every parse ends in a value or in one of our errors, quickly.

VITRUVE_FUZZ sets how many mutants of each format are tried.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vitruve.errors import VitruveError
from vitruve.io import FORMATS, load

COUNT = int(os.environ.get("VITRUVE_FUZZ", "150"))
SLOWEST = 5.0  # seconds

BVH = """HIERARCHY
ROOT Hips
{
  OFFSET 0.0 0.0 0.0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Spine
  {
    OFFSET 0.0 20.5 0.0
    CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    JOINT Head
    {
      OFFSET 0.0 50.0 1.5
      CHANNELS 3 Yrotation Xrotation Zrotation
      End Site
      {
        OFFSET 0.0 20.0 0.0
      }
    }
  }
  JOINT LeftUpLeg
  {
    OFFSET 10.0 0.0 0.0
    CHANNELS 1 Xrotation
    JOINT LeftLeg
    {
      OFFSET 0.0 -45.0 0.0
      CHANNELS 0
      JOINT LeftFoot
      {
        OFFSET 0.0 -42.0 0.0
        CHANNELS 3 Zrotation Xrotation Yrotation
        End Site
        {
          OFFSET 0.0 0.0 15.0
        }
      }
    }
  }
}
MOTION
Frames: 3
Frame Time: 0.0333333
0.0 93.0 0.0 1.0 2.0 3.0 0 20.5 0 4 5 6 7 8 9 10 -1 -2 -3
0.5 93.1 -1.0 1.5 2.5 3.5 0 20.5 0 4 5 6 7 8 9 10 -1 -2 -3
1.0 93.2 -2.0 2.0 3.0 4.0 0 20.6 0 4 5 6 7 8 9 10 -1 -2 -3.5
"""
ASF = """# a small body
:version 1.10
:name VICON
:units
  mass 1.0
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name lfemur
     direction 0.34 -0.94 0
     length 7.6
     axis 0 0 20 XYZ
    dof rx ry rz
    limits (-160.0 20.0)
           (-70.0 70.0)
           (-60.0 70.0)
  end
  begin
     id 2
     name ltibia
     direction 0.34 -0.94 0
     length 7.3
     axis 0 0 20 XYZ
    dof rx
    limits (-10.0 170.0)
  end
  begin
     id 3
     name lowerback
     direction 0 1 0
     length 10
     axis 0 0 0 XYZ
  end
:hierarchy
  begin
    root lfemur lowerback
    lfemur ltibia
  end
"""
AMC = """#!OML:ASF F:\\VICON\\body.ASF
:FULLY-SPECIFIED
:DEGREES
1
root 1.0 17.0 -3.0 1.0 2.0 3.0
lfemur 10.0 1.5 -20.0
ltibia 30.5
2
root 1.1 17.1 -3.1 1.1 2.1 3.1
lfemur 11.0 1.6 -21.0
ltibia 31.5
"""
TRC = (
    "PathFileType\t4\t(X/Y/Z)\tsmall.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
    "100\t100\t3\t2\tmm\t100\t1\t3\nFrame#\tTime\tR.ASIS\t\t\tL.ASIS\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n"
    "1\t0.00\t617.2\t1055.3\t170.8\t639.6\t1044.3\t-88.9\n2\t0.01\t618.2\t1056.3\t171.8\t\t\t\n3\t0.02\t619.2\t1057.3\t172.8\t641.6\t1046.3\t-90.9\n"
)
MOT = (
    "Coordinates\nversion=1\nnRows=2\nnColumns=3\ninDegrees=yes\n\nUnits are S.I. units\n\nendheader\n"
    "time\tpelvis_tilt\tpelvis_tx\n0.0\t-5.5\t0.1\n0.01\t-5.6\t0.2\n"
)
CSV = "time,person,hip_x,hip_y,hip_z,hip_confidence\n0,1,0.1,0.9,0.2,0.5\n0,2,1.1,0.9,0.2,1\n0.04,1,0.1,0.9,,0\n0.04,2,1.1,0.8,0.2,0.7\n"
OPENPOSE = json.dumps({"version": 1.3, "people": [{"person_id": [-1], "pose_keypoints_2d": [float(i) for i in range(75)]}]})
COCO = json.dumps([{"image_id": i, "category_id": 1, "keypoints": [float(k) for k in range(51)], "score": 0.9, "bbox": [0, 0, 9, 9]} for i in range(2)])
NTU_JOINT = "0.2 0.1 3.9 250.1 190.2 1000.5 500.5 -0.2 0.03 0.98 -0.06 2\n"
NTU = "2\n" + 2 * ("1\n72057594037931101 0 1 1 1 1 0 0.02 -0.2 2\n25\n" + 25 * NTU_JOINT)

# format -> (file to read, {file: its text}) seeds; a format of text without a seed here is not tried
SEEDS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "bvh": [("a.bvh", {"a.bvh": BVH})],
    "asfamc": [("a.amc", {"a.amc": AMC, "a.asf": ASF}), ("a.asf", {"a.asf": ASF})],
    "trc": [("a.trc", {"a.trc": TRC})],
    "mot": [("a.mot", {"a.mot": MOT})],
    "csv": [("a.csv", {"a.csv": CSV})],
    "keypoints": [("a.json", {"a.json": OPENPOSE}), ("a.json", {"a.json": COCO})],
    "ntu": [("a.skeleton", {"a.skeleton": NTU})],
}
NUMBERS = [
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1",
    "0",
    "1e-320",
    "99999999999",
    "1e39",
    "0x10",
    "1_0",
    "",
    "9" * 400,
    "-0.0",
    "1,5",
    "\u0663",
    "--1",
    "1e",
    "2.5",
    "7",
]


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 9))):
        out[int(rng.integers(len(out)))] = int(rng.integers(256))
    return bytes(out)


def _span(data: bytes, rng: np.random.Generator) -> tuple[int, int]:
    start = int(rng.integers(len(data)))
    return start, min(len(data), start + int(rng.integers(1, 80)))


def delete(data: bytes, rng: np.random.Generator) -> bytes:
    a, b = _span(data, rng)
    return data[:a] + data[b:]


def duplicate(data: bytes, rng: np.random.Generator) -> bytes:
    a, b = _span(data, rng)
    return data[:b] + data[a:b] * int(rng.integers(1, 5)) + data[b:]


def duplicate_line(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.splitlines(keepends=True)
    i = int(rng.integers(len(lines)))
    return b"".join([*lines[: i + 1], lines[i], *lines[i + 1 :]])


def swap_tokens(data: bytes, rng: np.random.Generator) -> bytes:
    parts = re.split(rb"([^\s,:\[\]{}\"]+)", data)
    if len(parts) < 2:
        return data
    i, j = (1 + 2 * int(k) for k in rng.integers(len(parts) // 2, size=2))
    parts[i], parts[j] = parts[j], parts[i]
    return b"".join(parts)


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(len(data)))]


def replace_number(data: bytes, rng: np.random.Generator) -> bytes:
    found = list(re.finditer(rb"-?\d+(\.\d+)?", data))
    if not found:
        return data
    m = found[int(rng.integers(len(found)))]
    return data[: m.start()] + NUMBERS[int(rng.integers(len(NUMBERS)))].encode() + data[m.end() :]


MUTATIONS: list[Callable[[bytes, np.random.Generator], bytes]] = [flip, delete, duplicate, duplicate_line, swap_tokens, truncate, replace_number]


def mutant(data: bytes, rng: np.random.Generator) -> bytes:
    for _ in range(int(rng.geometric(0.6))):
        if data:
            data = MUTATIONS[int(rng.integers(len(MUTATIONS)))](data, rng)
    return data


def test_seeds_are_formats_and_read(tmp_path: Path) -> None:
    names = {f.name for f in FORMATS if f.reads}
    assert set(SEEDS) <= names
    for name, seeds in SEEDS.items():
        if importlib.util.find_spec(f"vitruve.io.{name}") is None:
            continue
        for main, files in seeds:
            for file, text in files.items():
                (tmp_path / file).write_text(text, encoding="utf-8", newline="\n")
            load(tmp_path / main)


@pytest.mark.parametrize("name", [f.name for f in FORMATS if f.reads and f.name in SEEDS])
def test_damaged_files(name: str, tmp_path: Path) -> None:
    pytest.importorskip(f"vitruve.io.{name}")
    rng = np.random.default_rng(len(name) * 1000 + ord(name[0]))
    values = errors = 0
    slowest = 0.0
    for i in range(COUNT):
        main, files = SEEDS[name][i % len(SEEDS[name])]
        victim = sorted(files)[int(rng.integers(len(files)))]
        for file, text in files.items():
            data = text.encode()
            (tmp_path / file).write_bytes(mutant(data, rng) if file == victim else data)
        start = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                load(tmp_path / main)
            values += 1
        except VitruveError as e:
            assert str(e)
            errors += 1
        except BaseException as e:
            kept = tmp_path / "kept"
            kept.mkdir(exist_ok=True)
            for file in files:
                (kept / file).write_bytes((tmp_path / file).read_bytes())
            raise AssertionError(f"mutant {i} of {name}: {type(e).__name__}: {e} (kept in {kept})") from e
        slowest = max(slowest, time.process_time() - start)
        assert slowest < SLOWEST, f"mutant {i} of {name} took {slowest:.1f} s"
    print(f"\n{name}: {COUNT} mutants, {values} read, {errors} refused, slowest {slowest * 1e3:.0f} ms")
    assert values + errors == COUNT
    if COUNT >= 100:
        assert errors > 0
