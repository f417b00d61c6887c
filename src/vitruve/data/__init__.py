"""The open data sets: what they are, on which terms, how to get them, and readers that give them in our types.

>>> from vitruve.data import DATASETS
>>> DATASETS["nw_ucla"].task, DATASETS["nw_ucla"].commercial_ok
('recognition', False)
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vitruve.errors import OptionError


@dataclass(frozen=True)
class DatasetInfo:
    """A data set. `reader` and `measure` are "module:function", imported when first used."""

    name: str
    title: str
    task: str
    terms: str
    commercial_ok: bool
    folder: str
    """Its place inside the data root."""
    how_to_get: str
    reader: str
    """Takes the folder, gives the samples."""
    measure: str
    """Takes the samples, gives counts and ranges by name."""
    counts: Mapping[str, float] = field(default_factory=dict)
    """What a complete copy measures."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Where other measures must lie."""
    sha256: Mapping[str, str] = field(default_factory=dict)
    """Of files in the folder, where there is one known copy of them."""


@dataclass(frozen=True)
class Check:
    """What `check` found: measures by name, and in words what is not as it should be."""

    name: str
    folder: Path
    measures: Mapping[str, float]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def _actions(name: str, title: str, terms: str, folder: str, how_to_get: str, clips: int, classes: int, frames: int, **more: Any) -> DatasetInfo:
    ranges = {"largest_coordinate": more.pop("reach", (0.5, 10.0)), "missing_share": (0.0, more.pop("missing", 0.0))}
    return DatasetInfo(
        name,
        title,
        "recognition",
        terms,
        False,
        folder,
        how_to_get,
        f"vitruve.data.actions:{name}",
        "vitruve.data.actions:measure",
        {"clips": clips, "classes": classes, "frames": frames},
        ranges,
        {more["file"]: more["sha256"]},
    )


DATASETS: dict[str, DatasetInfo] = {
    d.name: d
    for d in (
        _actions(
            "nw_ucla",
            "Northwestern-UCLA Multiview Action3D (skeletons)",
            "research use, cite Wang et al., CVPR 2014",
            "nw_ucla",
            "skeletons as JSON files aXX_sXX_eXX_vXX.json (data/NW-UCLA/all_sqe of zjyyjz556/ctrgcn on GitHub), or the same packed as nw_ucla.npz",
            1484,
            10,
            58534,
            file="nw_ucla.npz",
            sha256="2b2e063c9db8cb1bae7686d4679b7e4d04473bf69e73883222907b9ef3b87798",
        ),
        _actions(
            "msr_action3d",
            "MSR-Action3D (skeletons)",
            "published for research by Microsoft, Li et al. 2010",
            "msr_action3d",
            "data/MSRAction3D/real_world_coordinates of JeslieHCI/UTKinect_3 on GitHub, packed as msr_action3d.npz",
            557,
            20,
            22077,
            missing=0.05,
            file="msr_action3d.npz",
            sha256="3bf60df6252c8e787a2f3eb5bd6a792e9ae3863a7f91b01d2a0ab8a74d6a65ed",
        ),
        _actions(
            "utd_mhad",
            "UTD-MHAD (skeletons), subjects 1 to 6",
            "research use, cite Chen et al., ICIP 2015",
            "utd_mhad",
            "data/Skeleton of woo-chia-wei/kinect-sequence-classification on GitHub, packed as utd_mhad.npz",
            646,
            27,
            43314,
            file="utd_mhad.npz",
            sha256="1d1c9cd1bac85d3c95203a9666891af5c1fdb776892eea2205e77637f3ed13c7",
        ),
        _actions(
            "sbu",
            "SBU Kinect Interaction, two people",
            "academic research, cite Yun et al., CVPRW 2012",
            "sbu_interaction",
            "the data set's clean version (skeleton_pos.txt files), packed as sbu.npz",
            228,
            8,
            5632,
            file="sbu.npz",
            sha256="e2c13c8c2baf0126ae35c9d13662fce6989167313b74083fb95ef2c2f1abaf10",
        ),
        _actions(
            "jhmdb",
            "J-HMDB joints (2D), 14 of its classes",
            "annotations of Jhuang et al., ICCV 2013, CC BY 4.0 / research",
            "jhmdb_joints",
            "data/JHMDB of fandulu/DD-Net on GitHub, packed as jhmdb.npz",
            609,
            14,
            21126,
            reach=(0.3, 5.0),
            file="jhmdb.npz",
            sha256="34b573d35e0e80153ecf9430316ffe478ad7901c759e27a0b7801e90b447409c",
        ),
        _actions(
            "bandai",
            "Bandai-Namco-Research-Motiondataset 1 and 2, by content",
            "CC BY-NC 4.0, (c) 2022 Bandai Namco Research Inc.",
            "bandai_namco_motion",
            "BandaiNamcoResearchInc/Bandai-Namco-Research-Motiondataset on GitHub, packed as motions.npz",
            1586,
            26,
            217906,
            file="motions.npz",
            sha256="f41b47b9d2648f8fee22415817e276d4df9bad681a0de1fefb70fe40095c224f",
        ),
        DatasetInfo(
            "ntu",
            "NTU RGB+D 60 and 120 (skeletons)",
            "recognition",
            "research use on request, cite Shahroudy et al., CVPR 2016 and Liu et al., TPAMI 2019",
            False,
            "ntu",
            "rose1.ntu.edu.sg/dataset/actionRecognition: .skeleton files (in nturgb+d_skeletons, with the lists of missing ones beside), or the files that "
            "CTR-GCN's preparation packs: NTU60_CS.npz, NTU60_CV.npz, NTU120_CSub.npz, NTU120_CSet.npz",
            "vitruve.data.ntu:everything",
            "vitruve.data.actions:measure",
            {},
            {"largest_coordinate": (0.5, 10.0)},
        ),
        DatasetInfo(
            "pku_mmd",
            "PKU-MMD (skeletons), one of its two phases",
            "recognition",
            "research use on request, cite Liu et al., arXiv 1703.07475",
            False,
            "pku_mmd",
            "www.icst.pku.edu.cn/struct/Projects/PKUMMD.html: the folders Skeleton and Label, with cross-subject.txt and cross-view.txt",
            "vitruve.data.pku_mmd:pku_mmd",
            "vitruve.data.actions:measure",
            {},
            {"largest_coordinate": (0.5, 10.0)},
        ),
        DatasetInfo(
            "kinetics",
            "Kinetics-skeleton: OpenPose's keypoints of Kinetics-400",
            "recognition",
            "labels CC BY 4.0 (Kay et al., arXiv 1705.06950); keypoints by Yan et al., AAAI 2018",
            False,
            "kinetics-skeleton",
            "links of yysijie/st-gcn on GitHub: kinetics_train and kinetics_val with their _label.json",
            "vitruve.data.kinetics:kinetics",
            "vitruve.data.actions:measure",
            {},
            {"largest_coordinate": (50.0, 1000.0)},
        ),
        DatasetInfo(
            "eth_ucy",
            "ETH/UCY pedestrians, eight recordings",
            "forecasting",
            "free for research, cite Pellegrini et al., ICCV 2009 and Lerner et al., CGF 2007",
            False,
            "eth_ucy",
            "eth_ucy/data of MediaBrain-SJTU/EqMotion on GitHub (17-column text files), or the same packed as eth_ucy.npz",
            "vitruve.data.forecasting:eth_ucy_tracks",
            "vitruve.data.forecasting:measure_tracks",
            {"recordings": 8, "rows": 74428, "people": 2205},
            {"largest_coordinate": (10.0, 20.0)},
            {"eth_ucy.npz": "217447d08ec4282d5ee02033a9dcafceb2046cf50c156acdcb67c48982f5f317"},
        ),
        DatasetInfo(
            "sdd",
            "Stanford Drone Dataset (part), pedestrians of 19 videos",
            "forecasting",
            "CC BY-NC-SA 3.0, cite Robicquet et al., ECCV 2016",
            False,
            "sdd_trajectories",
            "annotations.txt files of flclain/StanfordDroneDataset on GitHub, packed as sdd.npz",
            "vitruve.data.forecasting:sdd_tracks",
            "vitruve.data.forecasting:measure_tracks",
            {"recordings": 19, "rows": 21503, "people": 484},
            {"largest_coordinate": (1000.0, 2000.0)},
            {"sdd.npz": "88e95ed484e5599389e9af68a53f40bc86e17d812328c97b2b8a1836a5a028eb"},
        ),
        DatasetInfo(
            "cmu_forecasting",
            "CMU motion-prediction benchmark, its five complete actions",
            "forecasting",
            "free for research, and inside products but not resold as data; credit mocap.cs.cmu.edu, NSF EIA-0196217",
            True,
            "cmu_mocap",
            "data/cmu_mocap of chaneyddtt/Convolutional-Sequence-to-Sequence-Model-for-Human-Dynamics on GitHub, packed as cmu_8actions_{train,test}.npz",
            "vitruve.data.forecasting:cmu_forecasting",
            "vitruve.data.forecasting:measure_clips",
            {"train_clips": 48, "val_clips": 11, "test_clips": 23, "frames": 9770},
            {},
            {
                "cmu_8actions_train.npz": "5f74809982b8bf25953f345c9717dbd87a3c8584d9f4af56ff6b03a6a6e2eb67",
                "cmu_8actions_test.npz": "2c2bbe6f13d31795a3d1c0345392fca0403641631beebafb71e556228521d265",
            },
        ),
        DatasetInfo(
            "cmu_lift",
            "CMU motion of ten subjects and groups as Human3.6M's joints, for lifting before real or random cameras",
            "lifting",
            "free for research, and inside products but not resold as data; credit mocap.cs.cmu.edu, NSF EIA-0196217",
            True,
            "cmu_mocap",
            "motion of mocap.cs.cmu.edu, packed as the .npz files that vitruve.data.lifting.CMU_FILES names",
            "vitruve.data.lifting:cmu_joints",
            "vitruve.data.lifting:measure_joints",
            {"clips": 201, "subjects": 10, "frames": 75920},
            {"lowest": (-1e-4, 1e-4), "stature": (1.4, 1.9)},
        ),
        DatasetInfo(
            "shelf",
            "Shelf, evaluation frames 300 to 600: 2D detections of five calibrated views, four annotated people",
            "multiview",
            "research use, cite Belagiannis et al., CVPR 2014 (data) and Zhang et al., CVPR 2020 (detections)",
            False,
            "shelf_multiview",
            "data/shelf of zhangyux15/4d_association on GitHub, packed as shelf.npz",
            "vitruve.data.multiview:shelf",
            "vitruve.data.multiview:measure",
            {"views": 5, "frames": 301, "detections": 4558, "actor0": 279, "actor1": 37, "actor2": 161, "actor3": 33},
            {"lowest": (-0.2, 0.1), "highest": (1.5, 2.0)},
            {"shelf.npz": "4ef9b4051285fbc5659e9109170761e5cd4f7bcdd1d06f39ebf4bca0f6735c9d"},
        ),
        DatasetInfo(
            "mpi_inf_3dhp",
            "MPI-INF-3DHP, test subject 5 (outdoors), 2D and 3D joints",
            "lifting",
            "non-commercial research, cite Mehta et al., 3DV 2017",
            False,
            "mpi_inf_3dhp_test_pose",
            "3dhp_test/TS5/annot_data.mat of PKU-ICST-MIPL/FinePOSE_CVPR2024 on GitHub, packed as TS5.npz",
            "vitruve.data.lifting:mpi_inf_3dhp",
            "vitruve.data.lifting:measure_views",
            {"frames": 276},
            {"reach": (0.8, 1.6), "largest_coordinate": (0.1, 1.0)},
        ),
        DatasetInfo(
            "mpi_inf_3dhp_test",
            "MPI-INF-3DHP, the six test sequences",
            "lifting",
            "non-commercial research, cite Mehta et al., 3DV 2017",
            False,
            "mpi_inf_3dhp",
            "vcai.mpi-inf.mpg.de/3dhp-dataset: TS1 to TS6 of mpi_inf_3dhp_test_set, each with annot_data.mat (HDF5: vitruve[hdf5]), or data_test_3dhp.npz as "
            "P-STMO prepares it",
            "vitruve.data.lifting_sets:mpi_inf_3dhp",
            "vitruve.data.lifting:measure_views",
            {},
            {"reach": (0.8, 1.8)},
        ),
        DatasetInfo(
            "mpi_inf_3dhp_train",
            "MPI-INF-3DHP, the training sequences of eight people",
            "lifting",
            "non-commercial research, cite Mehta et al., 3DV 2017",
            False,
            "mpi_inf_3dhp",
            "vcai.mpi-inf.mpg.de/3dhp-dataset: S1/Seq1 to S8/Seq2, each with annot.mat and camera.calibration, or data_train_3dhp.npz as P-STMO prepares it",
            "vitruve.data.lifting_sets:mpi_inf_3dhp_train",
            "vitruve.data.lifting:measure_views",
            {},
            {"reach": (0.8, 1.8)},
        ),
        DatasetInfo(
            "human36m",
            "Human3.6M before its four cameras, test subjects S9 and S11",
            "lifting",
            "research use on request, cite Ionescu et al., TPAMI 2014",
            False,
            "human36m",
            "vision.imar.ro/human3.6m, prepared by the scripts of facebookresearch/VideoPose3D: data_3d_h36m.npz, and data_2d_h36m_*.npz for detections",
            "vitruve.data.lifting_sets:human36m",
            "vitruve.data.lifting:measure_views",
            {},
            {"reach": (0.8, 1.8)},
        ),
        DatasetInfo(
            "egohumans",
            "EgoHumans: two to eight people at play with cameras on their heads and around",
            "multiview",
            "on request for research, cite Khirodkar et al., ICCV 2023 (the code is Apache-2.0)",
            False,
            "egohumans",
            "assets/DOWNLOAD.md of rawalkhirodkar/egohumans on GitHub: folders like 01_tagging/001_tagging with colmap and processed_data",
            "vitruve.data.lifting_sets:egohumans",
            "vitruve.data.lifting_sets:measure_people",
            {},
            {"stature": (1.2, 1.8)},
        ),
        DatasetInfo(
            "utd_mhad_imu",
            "UTD-MHAD (inertial sensor on wrist or thigh), subjects 1 to 6",
            "imu",
            "research use, cite Chen et al., ICIP 2015",
            False,
            "utd_mhad",
            "data/Inertial of woo-chia-wei/kinect-sequence-classification on GitHub, packed as utd_mhad.npz",
            "vitruve.data.imu:utd_mhad",
            "vitruve.data.imu:measure",
            {"recordings": 646, "classes": 27, "subjects": 6, "samples": 115210, "missing": 0},
            {"median_acceleration": (9.0, 12.0)},
        ),
        DatasetInfo(
            "sp_sw_har",
            "SP-SW-HAR (phone in a pocket and watch), subjects 1 to 17",
            "imu",
            "CC BY 4.0, Matey-Sanz, Casteleyn and Granell, Data in Brief 2023",
            True,
            "sp_sw_har",
            "DATA of GeoTecINIT/sp-sw-har-dataset on GitHub, packed as sp_sw_har.npz",
            "vitruve.data.imu:sp_sw_har",
            "vitruve.data.imu:measure",
            {"recordings": 2420, "classes": 5, "subjects": 17, "samples": 381155, "missing": 0},
            {"median_acceleration": (9.0, 11.0)},
        ),
        DatasetInfo(
            "uci_har",
            "UCI-HAR (phone at the waist)",
            "imu",
            "CC BY 4.0, Anguita et al., ESANN 2013",
            True,
            "uci_har",
            "UCI Machine Learning Repository, data set 240: the folder with activity_labels.txt, train and test",
            "vitruve.data.imu:uci_har",
            "vitruve.data.imu:measure",
            {"recordings": 10299, "classes": 6, "subjects": 30, "missing": 0},
            {"median_acceleration": (9.0, 11.0)},
        ),
        DatasetInfo(
            "cmu_imu",
            "sensors simulated on CMU motion",
            "imu",
            "free for research, and inside products but not resold as data; credit mocap.cs.cmu.edu, NSF EIA-0196217",
            True,
            "cmu_mocap",
            "motion of mocap.cs.cmu.edu, packed as the .npz files that vitruve.data.imu names, with cmu_index.csv",
            "vitruve.data.imu:simulated_cmu",
            "vitruve.data.imu:measure",
            {"classes": 10, "missing": 0},
            {"median_acceleration": (9.0, 13.0)},
        ),
    )
}


def find_root(root: str | Path | None = None) -> Path:
    """The folder that holds the data sets: `root`, else $VITRUVE_DATA, else ~/.cache/vitruve/data."""
    return Path(root or os.environ.get("VITRUVE_DATA") or Path.home() / ".cache" / "vitruve" / "data")


def info(name: str) -> DatasetInfo:
    """A data set by name; OptionError lists those there are."""
    if name not in DATASETS:
        raise OptionError(f"unknown data set {name!r}; expected one of: {', '.join(sorted(DATASETS))}")
    return DATASETS[name]


def find(name: str, root: str | Path | None = None) -> Path:
    """The folder of a data set; OptionError says where it was looked for and how to get it."""
    d = info(name)
    folder = find_root(root) / d.folder
    if not folder.is_dir():
        raise OptionError(f"{d.title} is not at {folder} (set VITRUVE_DATA, or put it there). How to get it: {d.how_to_get}. Terms: {d.terms}.")
    return folder


def load(name: str, root: str | Path | None = None) -> Any:
    """The samples of a data set in our types: ActionClips, tracks or pairs, by its task."""
    return _function(info(name).reader)(find(name, root))


def check(name: str, root: str | Path | None = None) -> Check:
    """Read a data set and compare its counts, ranges and file hashes with what a complete copy has."""
    d, folder = info(name), find(name, root)
    measures = dict(_function(d.measure)(load(name, root)))
    problems = [f"{k}: expected {v:g}, found {measures[k]:g}" for k, v in d.counts.items() if measures[k] != v]
    problems += [f"{k}: expected {low:g} to {high:g}, found {measures[k]:g}" for k, (low, high) in d.ranges.items() if not low <= measures[k] <= high]
    for file, expected in d.sha256.items():
        if (folder / file).is_file() and hashlib.sha256((folder / file).read_bytes()).hexdigest() != expected:
            problems.append(f"{file}: not the copy whose hash is known ({expected[:12]}...)")
    return Check(name, folder, measures, tuple(problems))


def _function(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
