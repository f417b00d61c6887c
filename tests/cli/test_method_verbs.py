"""train, eval, predict, reproduce, data: on made-up data and tiny networks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.core.figures import walk
from tests.core.test_markers import markers

import vitruve as vt
from vitruve.claims.base import ClaimResult
from vitruve.cli import main, shared
from vitruve.cli.shared import changes
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.methods import method
from vitruve.tasks.recognition import ActionClip
from vitruve.training import setup as setups
from vitruve.training.sets import recognition as recognition_sets
from vitruve.training.sets import robustness as robustness_sets

TINY = [f"--set={s}" for s in ("frames=16", "depths=[1,1]", "channels=[32,32]", "heads=8", "drop_path=0", "attention_dropout=0")]


def _clip(seed: int, label: int, view: int) -> ActionClip:
    generator = torch.Generator().manual_seed(seed)
    rest = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    # one action rises, the other stays
    up = torch.linspace(0, 3 * label, 24)[:, None, None] * torch.tensor([0.0, 1.0, 0.0])
    x = rest + up + 0.02 * torch.randn(24, 20, 3, generator=generator)
    poses = Poses(x[None], skeleton("kinect20"), 30.0, name=f"clip{seed}", metadata={"class_name": ("stay", "rise")[label]})
    return ActionClip(poses, label, 0, view)


@pytest.fixture
def clips(monkeypatch: pytest.MonkeyPatch) -> list[ActionClip]:
    made = [_clip(i, i % 2, 1 + i % 3) for i in range(12)]
    monkeypatch.setattr(recognition_sets, "load_set", lambda name, root: made)
    return made


@pytest.fixture
def trained(clips: list[ActionClip], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "run"
    arguments = ["train", "skateformer", "--data", "nw_ucla", "--folder", str(folder), "--epochs", "1", "--batch-size", "8", "--device", "cpu"]
    assert main([*arguments, *TINY]) == 0
    assert f"wrote {folder}" in capsys.readouterr().out
    return folder


def test_train_eval_predict_recognition(trained: Path, clips: list[ActionClip], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = json.loads((trained / "config.json").read_text())
    assert kept["classes"] == ["stay", "rise"] and kept["config"]["channels"] == [32, 32] and kept["config"]["skeleton"] == "kinect20"
    weights = ["--weights", str(trained)]

    assert main(["eval", "skateformer", "--data", "nw_ucla", *weights, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["clips"] == 4 and 0 <= scores["top1"] <= 1 and len(scores["confusion"]) == 2
    assert main(["eval", "skateformer", "--data", "nw_ucla", *weights]) == 0
    assert "top1" in capsys.readouterr().out

    file = str(vt.save(clips[0].poses, tmp_path / "clip.npz"))
    assert main(["predict", "skateformer", file, *weights, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["label"] in ("stay", "rise") and answer["confidence"] + answer["alternatives"][0]["confidence"] == pytest.approx(1)
    assert main(["predict", "skateformer", file, *weights]) == 0
    assert capsys.readouterr().out.startswith(answer["label"])


@pytest.mark.parametrize(
    ("slug", "tiny", "known"),
    [
        (
            "smi_attack",
            ("hidden=8", "layers=1", "widths=[8,8]", "strides=[2,2]", "frames=16", "view_frames=8", "queue=8", "clusters=2", "dropped=1", "batch=4"),
            (),
        ),
        ("tasar", ("frames=12", "width=8", "blocks=[1,1,1]", "hidden=16", "heads=2", "samples=2"), ("surrogate",)),
    ],
)
def test_attacks_are_scored_on_recognisers(
    slug: str, tiny: tuple[str, ...], known: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that knows no recogniser, and one that has a surrogate."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(robustness_sets, "load_set", lambda name, root: [_clip(i, i % 2, 1 + i % 3) for i in range(12)])
    monkeypatch.setattr("vitruve.training.victims.train_victim", lambda net, *settings: net.eval())
    options = [f"--set={o}" for o in (*tiny, "steps=2")]
    assert main(["train", slug, "--data", "nw_ucla", "--folder", "run", "--epochs", "1", "--batch-size", "4", "--device", "cpu", *options]) == 0
    capsys.readouterr()
    assert main(["eval", slug, "--data", "nw_ucla", "--weights", "run", "--json"]) == 0
    others = ("ctrgcn", "sttformer" if slug == "tasar" else "agcn_joint", "mlp")
    assert tuple(json.loads(capsys.readouterr().out)["success"]) == (*known, *others)


def test_eval_on_other_classes_is_refused(trained: Path, clips: list[ActionClip], capsys: pytest.CaptureFixture[str]) -> None:
    """As many classes with other names: an accuracy would mean nothing."""
    for c in clips:
        c.poses.metadata["class_name"] = ("sit", "stand")[c.label]
    assert main(["eval", "skateformer", "--data", "nw_ucla", "--weights", str(trained)]) == 1
    error = capsys.readouterr().err
    assert "names 2 classes (stay, rise" in error and "nw_ucla asks for 2 classes (sit, stand" in error


def test_training_goes_on_in_its_folder_and_only_there(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (trained / "model.safetensors").read_bytes()
    again = ["train", "skateformer", "--data", "nw_ucla", "--folder", str(trained), "--epochs", "1", "--batch-size", "8", "--device", "cpu", *TINY]
    assert main(again) == 0
    assert (trained / "model.safetensors").read_bytes() == before
    assert main([*again, "--seed", "1"]) == 1
    assert "holds another run" in capsys.readouterr().err


def test_predict_takes_any_format_and_skeleton_that_maps(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rig with names and proportions of its own, as BVH."""
    target = skeleton("kinect20")
    frames = 20
    rotations = torch.zeros(frames, 20, 4)
    rotations[..., 3] = 1
    offsets = torch.randn(20, 3, generator=torch.Generator().manual_seed(1)).mul(0.2)
    offsets[0] = 0
    translation = torch.linspace(0, 1, frames)[:, None] * torch.tensor([0.0, 0.0, 1.0])
    motion = vt.Motion(rotations, translation, offsets, target, 60.0)
    for suffix in ("bvh", "csv"):
        file = vt.save(motion, tmp_path / f"rig.{suffix}")
        assert main(["predict", "skateformer", str(file), "--weights", str(trained)]) == 0, capsys.readouterr().err
    # a figure without hands cannot be mapped
    capsys.readouterr()
    handless = vt.save(vt.sample("walk").poses().map_to(vt.skeleton("h36m17")), tmp_path / "handless.npz")
    assert main(["predict", "skateformer", str(handless), "--weights", str(trained)]) == 1
    assert "cannot be mapped to 'kinect20'" in capsys.readouterr().err


def test_predict_refuses_without_weights(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["predict", "eqmotion", "sample:walk"]) == 1
    assert "eqmotion needs --weights" in capsys.readouterr().err
    assert main(["predict", "skateformer", "sample:walk", "--weights", str(tmp_path / "absent")]) == 1
    assert "absent" in capsys.readouterr().err
    assert main(["predict", "alchemy", "sample:walk"]) == 1
    assert "unknown method 'alchemy'" in capsys.readouterr().err


def test_shipped_weights_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import vitruve.methods as methods

    folder = tmp_path / "lifting" / "weights"
    _saved("hopfir", folder / "small")
    monkeypatch.setattr(methods, "__file__", str(tmp_path / "__init__.py"))
    (folder / "small" / "PROVENANCE.json").write_text("{}")
    assert methods.shipped("hopfir") == [folder / "small"] and methods.shipped("eqmotion") == []
    assert shared.load_method("hopfir", None).config == method("hopfir").tiny_config()
    _saved("hopfir", folder / "another")
    with pytest.raises(OptionError, match="several come with vitruve"):
        shared.load_method("hopfir", None)


def test_weights_that_are_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unreachable(source: str) -> None:
        raise OSError(f"cannot reach {source}\nlong explanation")

    monkeypatch.setattr(method("hopfir"), "from_pretrained", unreachable)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FormatError, match="cannot reach owner/absent$"):
        shared.load_method("hopfir", "owner/absent")
    # a folder of runs is here: what is missing in it is not looked for on a hub
    (tmp_path / "runs").mkdir()
    with pytest.raises(FormatError, match=f"cannot reach {tmp_path}/runs/absent$"):
        shared.load_method("hopfir", "runs/absent")


def _saved(slug: str, folder: Path, **config: Any) -> str:
    cls = method(slug)
    torch.manual_seed(0)
    cls(replace(cls.tiny_config(), **config)).save_pretrained(folder)
    return str(folder)


def test_predict_lifts_keypoints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = _saved("hopfir", tmp_path / "weights")
    pixels = 100 + 800 * torch.rand(1, 5, 17, 2, generator=torch.Generator().manual_seed(0))
    file = str(vt.save(Poses(pixels, skeleton("h36m17"), 25.0), tmp_path / "seen.npz"))
    assert main(["predict", "hopfir", file, "--weights", weights]) == 1
    assert "image_size" in capsys.readouterr().err
    assert main(["predict", "hopfir", file, "--weights", weights, "--image-size", "1000", "1000", "--json"]) == 0
    (written,) = json.loads(capsys.readouterr().out)["written"]
    lifted = vt.load(written)
    assert written == str(tmp_path / "seen-3d.npz") and lifted.dims == 3 and lifted.num_frames == 5 and lifted.positions.isfinite().all()


def test_predict_names_what_markers_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Markers on the skin become joint centres, as for the pipeline."""
    file = str(vt.save(markers(walk(60)), tmp_path / "markers.trc"))
    assert main(["predict", "ens1d", file, "--json"]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["confidence"] <= 1


def test_predict_writes_each_future(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = _saved("eqmotion", tmp_path / "weights", agents="joints")
    file, target = str(vt.save(vt.sample("walk")[:40].poses(), tmp_path / "walk.npz")), tmp_path / "next.npz"
    assert main(["predict", "eqmotion", file, "--weights", weights, "-o", str(target), "--fps", "25"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"wrote {tmp_path / f'next-{i}.npz'}" for i in range(3)]
    future = vt.load(tmp_path / "next-0.npz")
    assert future.num_frames == 4 and future.fps == 25.0


def test_predict_reads_bodies_as_they_were_trained_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = _saved("eqmotion", tmp_path / "weights", agents="joints", joint_tokens=25, hypotheses=1)
    target = tmp_path / "next.npz"
    assert main(["predict", "eqmotion", "sample:walk", "--weights", weights, "-o", str(target)]) == 0
    future = vt.load(target)
    assert len(future.skeleton) == 25 and future.fps == 25.0 and future.num_frames == 4
    other = vt.save(
        vt.Motion(torch.eye(4)[3].repeat(30, 2, 1), torch.zeros(30, 3), torch.ones(2, 3), vt.Skeleton("stick", ("a", "b"), (-1, 0)), 25.0), tmp_path / "o.npz"
    )
    assert main(["predict", "eqmotion", str(other), "--weights", weights]) == 1
    assert "expected CMU's 38 joints" in capsys.readouterr().err


@pytest.mark.realdata
def test_benchmark_bodies_are_those_of_the_benchmark(data: Path) -> None:
    from vitruve.data import load
    from vitruve.data.forecasting import benchmark_body, cmu_windows

    clips = load("cmu_forecasting", data)["val"][:1]
    body, windows = benchmark_body(clips[0][1]), cmu_windows(clips)
    assert torch.equal(body.positions[0, :10].transpose(0, 1), windows.batch.past[0])


def test_eval_of_forecasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from vitruve.data import nbody

    full = nbody.simulate
    monkeypatch.setattr(nbody, "simulate", lambda kind, number, seed, samples: full(kind, 6, seed, samples=samples, steps=410, every=10))
    weights = _saved("eqmotion", tmp_path / "weights", past=20, future=20)
    assert main(["eval", "eqmotion", "--data", "charged", "--weights", weights, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["scenes"] == 6 and scores["hypotheses"] == 3 and 0 < scores["ade"]
    assert main(["eval", "eqmotion", "--data", "nw_ucla", "--weights", weights]) == 1
    assert "expected one of eth_ucy:eth" in capsys.readouterr().err


def test_config_changes() -> None:
    assert changes(["a=1", "b=[1,2]", "c=none of it", 'd="x=y"']) == {"a": 1, "b": [1, 2], "c": "none of it", "d": "x=y"}
    with pytest.raises(OptionError, match="FIELD=VALUE"):
        changes(["a"])


def test_unknown_config_field_is_refused(clips: list[ActionClip], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "skateformer", "--data", "nw_ucla", "--set", "wings=2"]) == 1
    assert "has no field wings" in capsys.readouterr().err


# -- setups ----------------------------------------------------------------------------------------


def test_configs_fit_the_data() -> None:
    def config(slug: str, **facts: Any) -> Any:
        return method(slug).fit_config(facts)

    two = config("skateformer", skeleton=skeleton("ntu25"), num_classes=26, people=2)
    assert (two.skeleton, two.people, two.num_classes, two.feeder) == ("ntu25", 2, 26, "ntu")
    one = config("skateformer", skeleton=skeleton("msr20"), num_classes=20, people=1)
    assert (one.skeleton, one.people, one.feeder) == ("kinect20", 1, "ucla")
    people = config("eqmotion", agents="people", past=8, future=12)
    assert (people.hypotheses, people.future, people.scale) == (20, 12, 1.0)
    joints = config("eqmotion", agents="joints", joints=25, past=10, future=25, scale=10.0)
    assert (joints.joint_tokens, joints.scale, joints.channels) == (25, 10.0, 96)
    assert config("eqmotion", agents="particles", system="springs", past=20, future=20).temperature == 0.5
    assert config("hopfir", skeleton="h36m16") == method("hopfir").Config()


def test_sets_are_of_a_task(tmp_path: Path) -> None:
    assert "nw_ucla" in setups.names("recognition") and "nw_ucla" not in setups.names("lifting")
    with pytest.raises(OptionError, match="expected one of .*cmu_lift"):
        setups.setup("lifting", "nw_ucla")
    for task, name in (("recognition", "nw_ucla"), ("forecasting", "eth_ucy:eth"), ("lifting", "cmu_lift")):
        with pytest.raises(OptionError, match="is not at"):
            setups.setup(task, name, tmp_path)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("slug", "name", "samples"), [("skateformer", "nw_ucla", 10200), ("eqmotion", "eth_ucy:zara1", 28577), ("eqmotion", "cmu_forecasting", 3184)]
)
def test_real_sets_give_samples_that_train(slug: str, name: str, samples: int, data: Path) -> None:
    cls = method(slug)
    ready = setups.setup(cls.card.task, name, data)
    model = ready.build(cls)
    split = ready.split(model)
    assert len(split) == samples
    batch = split.collate([split.get(i, torch.Generator().manual_seed(i)) for i in range(2)])
    assert all(v.isfinite() for v in model.losses(batch).values())


# -- reproduce -------------------------------------------------------------------------------------


def test_reproduce_writes_what_came_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from vitruve.claims.lifting import hopfir

    asked: dict[str, Any] = {}

    def run(**options: Any) -> ClaimResult:
        asked.update(options)
        arms = {"a": [1.0] * options["seeds"], "b": [2.0] * options["seeds"]}
        return ClaimResult("hopfir", "error", arms, [["arm", "error"], ["a", "1"], ["b", "2"]], "a errs less", False, "none", [0, 1], options["quick"])

    monkeypatch.setattr(hopfir, "run", run)
    assert main(["reproduce", "hopfir", "--quick", "--seeds", "2", "--output", str(tmp_path), "--data-root", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "a errs less" in out and "NOT reproduced" in out and str(tmp_path / "hopfir-quick.json") in out
    assert (asked["quick"], asked["seeds"], asked["data_root"]) == (True, 2, tmp_path)
    kept = json.loads((tmp_path / "hopfir-quick.json").read_text())
    assert kept["arms"] == {"a": [1.0, 1.0], "b": [2.0, 2.0]} and kept["made_with"]["torch"] == torch.__version__
    assert (tmp_path / "hopfir-quick.png").stat().st_size > 1000
    assert main(["reproduce", "hopfir", "--seeds", "0"]) == 1


# -- data ------------------------------------------------------------------------------------------


def test_data_says_what_is_here_and_how_to_get_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sbu_interaction").mkdir()
    assert main(["data", "--json", "--data-root", str(tmp_path)]) == 0
    present = {d["name"]: d["present"] for d in json.loads(capsys.readouterr().out)}
    assert present["sbu"] and not present["nw_ucla"]
    assert main(["data", "--data-root", str(tmp_path)]) == 0
    listed = capsys.readouterr().out
    assert "nw_ucla" in listed and "--data for gait: gait_walkers, " in listed and "--data for biomechanics: synthpose" in listed
    assert main(["data", "nw_ucla", "--data-root", str(tmp_path)]) == 0
    assert "get it: skeletons as JSON files" in capsys.readouterr().out
    assert main(["data", "nw_ucla", "--check", "--data-root", str(tmp_path)]) == 1
    assert "How to get it" in capsys.readouterr().err
    assert main(["data", "atlantis"]) == 1


def test_data_check_finds_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nw_ucla").mkdir()
    frames = torch.rand(12, 20, 3).tolist()
    (tmp_path / "nw_ucla" / "a01_s01_e00_v01.json").write_text(json.dumps({"skeletons": frames}))
    assert main(["data", "nw_ucla", "--check", "--data-root", str(tmp_path)]) == 1
    seen = capsys.readouterr()
    assert "NOT as it should be" in seen.out and "clips: expected 1484, found 1" in seen.err
