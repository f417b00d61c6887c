"""Victims are trained once, with a defence or without, and taken from their folder after that."""

import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError
from vitruve.nn.victims import Headed, Size, body, victim
from vitruve.tasks.recognition import ActionClip
from vitruve.training.victims import DEFENCES, Clips, VictimTraining, arrays, train_victim

KINECT = body(skeleton("kinect20"))
SMALL = Size(8, (1, 1, 1), (1, 1, 1), 32, 3, 0.0)


def _clips():
    g = torch.Generator().manual_seed(0)
    label = torch.arange(24) % 2
    x = torch.randn(24, 3, 12, 20, 1, generator=g) / 10
    x[:, 1, :, 3] += (label[:, None, None] * 2 - 1) * torch.linspace(0, 1, 12)[None, :, None]
    return Clips(x, label)


@pytest.mark.parametrize("defence", DEFENCES)
def test_it_learns_is_kept_and_comes_back(defence, tmp_path):
    clips = _clips()
    training = VictimTraining(epochs=15, batch_size=8, defence=defence, inner=2)

    def fresh():
        torch.manual_seed(0)
        net = victim("mlp", 2, KINECT, 1, 12, SMALL)
        if defence != "beat":
            return net
        plain = VictimTraining(epochs=15, batch_size=8)
        return Headed(train_victim(net, "mlp", clips, KINECT, tmp_path / "plain", plain), 2)

    net = train_victim(fresh(), "mlp", clips, KINECT, tmp_path, training)
    assert (net(clips.joints).argmax(1) == clips.label).float().mean() > 0.9
    (path,) = tmp_path.glob("*.safetensors")
    assert defence in path.name
    at = path.stat().st_mtime_ns
    again = train_victim(fresh(), "mlp", clips, KINECT, tmp_path, training)
    assert path.stat().st_mtime_ns == at and torch.equal(again(clips.joints), net(clips.joints))


def test_other_settings_are_another_file(tmp_path):
    clips = _clips()
    for lr in (1e-3, 2e-3):
        train_victim(victim("mlp", 2, KINECT, 1, 12, SMALL), "mlp", clips, KINECT, tmp_path, VictimTraining(epochs=1, lr=lr))
    assert len(list(tmp_path.iterdir())) == 2


def test_clips_become_arrays():
    poses = Poses(torch.randn(1, 30, 20, 3), skeleton("kinect20"), 30.0)
    clips = arrays([ActionClip(poses, 1), ActionClip(poses, 0)], skeleton("kinect20"), 2, 12)
    assert clips.joints.shape == (2, 3, 12, 20, 2) and clips.label.tolist() == [1, 0] and not clips.joints[..., 1].any()
    assert len(clips[:1]) == 1


def test_beat_moves_heads_alone(tmp_path):
    clips = _clips()
    net = Headed(victim("mlp", 2, KINECT, 1, 12, SMALL), 2, heads=2)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    train_victim(net, "mlp", clips, KINECT, tmp_path, VictimTraining(epochs=2, batch_size=8, defence="beat", inner=2))
    moved = {k for k, v in net.state_dict().items() if not torch.equal(v, before[k])}
    assert moved == {"heads"}
    each = torch.stack([net.head(m, clips.joints) for m in range(2)])
    assert torch.allclose(net(clips.joints), each.mean(0), atol=1e-6) and not torch.allclose(each[0], each[1])


def test_bad_defences_are_refused(tmp_path):
    with pytest.raises(OptionError, match="shield"):
        VictimTraining(defence="shield")
    net, clips = victim("mlp", 2, KINECT, 1, 12, SMALL), _clips()
    with pytest.raises(OptionError, match="'beat' trains the heads"):
        train_victim(net, "mlp", clips, KINECT, tmp_path, VictimTraining(defence="beat"))
    with pytest.raises(OptionError, match="'trades' of a Headed"):
        train_victim(Headed(net, 2), "mlp", clips, KINECT, tmp_path, VictimTraining(defence="trades"))
