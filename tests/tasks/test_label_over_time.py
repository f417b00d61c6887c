"""What is done when: windows over a long recording, merged; and the recogniser that comes with the package, from BVH and from 2D keypoints."""

import json
from dataclasses import dataclass

import pytest
import torch

import vitruve as vt
from vitruve.cli import main
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError
from vitruve.tasks.recognition import ActionRecognizer


@dataclass(frozen=True)
class Config:
    num_classes: int = 2
    skeleton: str = "kinect20"


class Height(ActionRecognizer):
    """Names a clip by the mean height of its joints: below or above zero."""

    Config = Config

    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor(20.0))
        self.classes = ("low", "high")

    def prepare(self, poses, generator=None):
        return poses.positions[0].nanmean((0, 1))[:, None, None, None], torch.zeros(1)

    def forward(self, batch):
        y = self.scale * batch.joints[:, 1, 0, 0, 0]
        return torch.stack([-y, y], -1)


def _recording(frames: int = 300) -> Poses:
    x = torch.zeros(1, frames, 20, 3)
    x[:, : frames // 3, :, 1] = -1
    x[:, frames // 3 :, :, 1] = 1
    return Poses(x, skeleton("kinect20"), 30.0)


def test_segments_cover_the_recording_and_change_where_it_does():
    low, high = Height().label_over_time(_recording(), window=1.0, step=0.25)
    assert (low.label, high.label) == ("low", "high") and low.start == 0 and high.end == 10.0 and low.end == high.start
    assert abs(low.end - 10 / 3) < 0.6 and low.confidence > 0.9


def test_short_recordings_and_gaps():
    assert len(Height().label_over_time(_recording(9), window=2.0)) == 1
    clip = _recording()
    clip.positions[:, 120:200] = torch.nan
    segments = Height().label_over_time(clip, window=1.0, step=1.0)
    assert all(s.end <= 4.1 or s.start >= 6.0 or s.label == "high" for s in segments)
    clip.positions[:] = torch.nan
    with pytest.raises(OptionError, match="no frame has a known joint"):
        Height().label_over_time(clip)
    with pytest.raises(OptionError, match="positive"):
        Height().label_over_time(_recording(), step=0)


def test_the_shipped_recogniser_names_the_sample_from_rig_and_keypoints(capsys):
    assert main(["predict", "ens1d", "sample:walk", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["label"] == "walk" and len(found["alternatives"]) == 4 and 0 < found["confidence"] <= 1
    assert main(["predict", "ens1d", "sample:walk2d", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["label"] == "walk" and "estimated from one camera" in err
    assert main(["predict", "ens1d", "sample:walk", "--window", "2", "--json"]) == 0
    segments = json.loads(capsys.readouterr().out)["segments"]
    assert segments[0]["start"] == 0 and segments[-1]["end"] == pytest.approx(vt.sample("walk").duration, abs=0.1)


def test_a_skeleton_that_does_not_map_is_refused(tmp_path, capsys):
    hand = Poses(torch.rand(1, 30, 21, 3), skeleton("hand21_left"), 30.0)
    path = tmp_path / "hand.npz"
    vt.save(hand, path)
    assert main(["predict", "ens1d", str(path)]) == 1
    assert "vitruve:" in capsys.readouterr().err
