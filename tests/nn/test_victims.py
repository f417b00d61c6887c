"""Victims: every name gives logits of any joint set; official weights are read strictly."""

import pytest
import torch

from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.nn import skeletons
from vitruve.nn.frhead import FRHead, Prototypes
from vitruve.nn.sttformer import STTFormer, node_positions
from vitruve.nn.victims import HDM05, NTU, VICTIMS, Size, body, read_victim, victim

SMALL = Size(8, (1, 1, 1), (1, 1, 1), 32, 3, 0.0)
KINECT = body(skeleton("kinect20"))


@pytest.mark.parametrize("name", VICTIMS)
def test_every_victim_answers_and_is_differentiable(name):
    torch.manual_seed(0)
    net = victim(name, 5, KINECT, 2, 12, SMALL).eval()
    x = torch.randn(3, 3, 12, 20, 2, requires_grad=True)
    logits = net(x)
    assert logits.shape == (3, 5)
    (g,) = torch.autograd.grad(logits.sum(), x)
    assert g.isfinite().all() and g.abs().max() > 0
    assert len(net.streams) == (2 if name in ("agcn", "msg3d") else 1)


def test_ntu_is_the_standard():
    assert body(skeleton("ntu25")) == NTU
    assert HDM05.centre == 10


def test_bone_streams_see_no_translation():
    torch.manual_seed(0)
    x = torch.randn(2, 3, 12, 20, 1)
    for stream, same in (("agcn_bone", True), ("agcn_joint", False)):
        net = victim(stream, 4, KINECT, 1, 12, SMALL).eval()
        assert torch.allclose(net(x), net(x + 1), atol=1e-4) == same


def test_streams_are_summed():
    torch.manual_seed(0)
    net = victim("msg3d", 4, KINECT, 1, 12, SMALL).eval()
    x = torch.randn(2, 3, 12, 20, 1)
    assert torch.allclose(net(x), net.streams["joint"](x) + net.streams["bone"](x - x[:, :, :, list(KINECT.bones)]), atol=1e-5)


def _official(net, two=False):
    """The weights of a victim under the release's names."""
    out = {}
    for key, value in net.state_dict().items():
        stream, _, rest = key.removeprefix("streams.").partition(".")
        if rest.endswith(".A"):
            continue
        for i in range(3):
            for part in ("sgcn", "gcn3d", "tcn"):
                rest = rest.replace(f"stages.{i}.{part}.", f"{part}{i + 1}.", 1)
        if rest.endswith(".PA") and ".gcn1." not in rest:
            rest, value = rest.removesuffix("PA") + "A_res", value.mT.flatten(0, 1)
        out[f"model_{stream}.{rest}" if two else rest] = value
    return out


@pytest.mark.parametrize("name", VICTIMS)
def test_official_weights_come_back(name):
    torch.manual_seed(0)
    net = victim(name, 5, NTU, 2, 24, SMALL, official_quirks=True).eval()
    for p in net.parameters():
        p.data += 0.01 * torch.randn_like(p)
    state = _official(net, name in ("agcn", "msg3d"))
    again = read_victim(name, state, NTU, 24)
    x = torch.randn(2, 3, 24, 25, 2)
    assert torch.allclose(again(x), net(x), atol=1e-5)
    key = next(k for k in state if "num_batches" not in k)
    with pytest.raises(FormatError):
        read_victim(name, {k: v for k, v in state.items() if k != key}, NTU, 24)
    with pytest.raises(FormatError, match="unexpected extra"):
        read_victim(name, {**state, f"{'model_joint.' if name in ('agcn', 'msg3d') else ''}extra": torch.zeros(1)}, NTU, 24)


def test_frhead_answers_without_heads_too():
    net = victim("frhead", 5, NTU, 2, 24, SMALL, official_quirks=True).eval()
    state = {k: v for k, v in _official(net).items() if not k.startswith("ren_")}
    x = torch.randn(2, 3, 24, 25, 2)
    assert torch.allclose(read_victim("frhead", state, NTU)(x), net(x), atol=1e-5)


def test_released_logits_of_the_mlp_are_rectified():
    net = victim("mlp", 5, KINECT, 1, 12, SMALL, official_quirks=True)
    assert (net(torch.randn(20, 3, 12, 20, 1)) >= 0).all()


def test_the_released_graph_of_hdm05_is_shifted():
    fine, shifted = HDM05.graph, victim("agcn_joint", 4, HDM05, 1, 12, SMALL, official_quirks=True).streams["joint"].l1.gcn1.graph
    # and links that lead away from the centre stand where those that lead to it should
    assert torch.equal(shifted, fine[[0, 2, 1]].roll((-1, -1), (1, 2)))


def test_refinement_learns_and_its_memory_follows():
    torch.manual_seed(0)
    net = FRHead(3, skeletons.spatial_graph(KINECT.tree), 1, 12, (8, 16, 32), (1, 2, 2), width=32)
    x, y = torch.randn(6, 3, 12, 20, 1), torch.tensor([0, 1, 2, 0, 1, 2])
    before = net.ren_fin.spatio_cl_net.prototypes.clone()
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    history = []
    for _ in range(20):
        logits, contrast = net.refinement(x, y)
        loss = torch.nn.functional.cross_entropy(logits, y) + contrast
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(float(loss.detach()))
    assert history[-1] < 0.6 * history[0]
    assert not torch.equal(before, net.ren_fin.spatio_cl_net.prototypes)
    kept = net.eval().ren_fin.spatio_cl_net.prototypes.clone()
    net.refinement(x, y)
    assert torch.equal(kept, net.ren_fin.spatio_cl_net.prototypes)
    assert not any("prototypes" in k for k in net.state_dict())
    with pytest.raises(ShapeError, match="12 frames"):
        net.refinement(torch.randn(1, 3, 24, 20, 1), y[:1])


def test_confusion_costs():
    torch.manual_seed(0)
    head = Prototypes(8, 3, 8).eval()
    f, y = torch.randn(6, 8), torch.tensor([0, 1, 2, 0, 1, 2])
    sure = 20 * torch.nn.functional.one_hot(y, 3).float()
    mistaken = sure.clone()
    mistaken[0] = torch.tensor([0.0, 1.0, 0.0])
    # clips that are certain cost nothing beside the contrast itself
    assert head(f, y, sure) != head(f, y, mistaken)


def test_tuples_need_whole_multiples_and_positions_tell_nodes_apart():
    net = STTFormer(4, 20, SMALL.tuple_blocks)
    with pytest.raises(ShapeError, match="multiple of 6"):
        net(torch.randn(1, 3, 10, 20, 1))
    table = node_positions(120, 8)
    assert table.shape == (8, 120) and len(table.T.unique(dim=0)) == 120


def test_the_release_s_sizes():
    counts = {n: sum(p.numel() for p in victim(n, 60, NTU).parameters()) for n in ("stgcn", "ctrgcn", "agcn_joint", "msg3d_joint", "sttformer")}
    assert counts == {"stgcn": 3098832, "ctrgcn": 1446672, "agcn_joint": 3469510, "msg3d_joint": 3194595, "sttformer": 6233588}


def test_bad_names_and_sizes():
    with pytest.raises(OptionError, match="vit"):
        victim("vit", 4, NTU)
    with pytest.raises(OptionError, match="multiple of 8"):
        Size(12)
    with pytest.raises(OptionError, match="one or more"):
        Size(blocks=(1, 0, 1))
