"""ParsingGait: what its heads see, its ablations, its losses, its answers to files, and the reader of the authors' weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.parity import synth
from tests.parity.runner import GOLDENS

from vitruve import VitruveError
from vitruve.claims.gait import parsinggait as claim
from vitruve.methods.gait.parsinggait import GRAPHS, Config, ParsingGait, PartGraph
from vitruve.tasks.gait import PARTS, SIZE, GaitBatch, GaitQuery, GaitSequence

TINY = ParsingGait.tiny_config()


def model(**changes) -> ParsingGait:
    torch.manual_seed(0)
    return ParsingGait(replace(TINY, **changes)).eval()


def frames(count: int = 4, seed: int = 0) -> torch.Tensor:
    return torch.randint(len(PARTS), (count, *SIZE), generator=torch.Generator().manual_seed(seed)).to(torch.uint8)


def walk(identity: str, seed: int, count: int = 4) -> GaitSequence:
    return GaitSequence(frames(count, seed), identity)


def test_parts_of_the_released_config():
    c = Config()
    parts = sum(c.bins) + len(GRAPHS["coarse"][0])
    assert parts == 21 and parts * 512 * c.embedding == 2_752_512
    graph = PartGraph("coarse", 512, c.attention, c.dropout)
    assert sum(p.numel() for p in graph.parameters()) == 535_557


def test_graphs_are_of_all_labels_and_symmetric():
    for labels, joined in GRAPHS.values():
        assert sorted(x for own in labels for x in own) == list(range(1, len(PARTS)))
        assert all(i in joined[j] for i, others in enumerate(joined) for j in others)


def test_a_part_attenuates_the_rest_but_does_not_cut_it_out():
    graph = PartGraph("fine", 3, 0.75, 0.0)
    x, labels = torch.rand(1, 3, 4, 4), torch.ones(1, 4, 4)
    labels[0, 2:] = 2
    pooled = graph.pool(x, labels)
    weight = torch.where(labels == 1, 0.75, 0.25)[:, None]
    assert torch.allclose(pooled[:, 0], (x * weight).mean((2, 3)) + (x * weight).amax((2, 3)))
    # a part nobody sees is everything, faintly
    assert torch.allclose(pooled[:, 10], 0.25 * (x.mean((2, 3)) + x.amax((2, 3))))
    pooled.sum().backward()
    assert graph.attention.grad.abs().min() > 0


def test_frames_have_no_order_and_repeats_add_nothing():
    m, x = model(), frames().float()
    once = m(GaitBatch(x[None]))
    assert torch.allclose(once, m(GaitBatch(x.flip(0)[None])), atol=1e-5)
    assert torch.allclose(once, m(GaitBatch(torch.cat([x, x[:2]])[None])), atol=1e-5)


def test_sequences_of_any_length_share_a_batch():
    m = model()
    together = m.embed([walk("a", 0, 3), walk("b", 1, 6)])
    apart = torch.cat([m.embed([walk("a", 0, 3)]), m.embed([walk("b", 1, 6)])])
    assert torch.allclose(together, apart, atol=1e-5)


def test_silhouettes_hide_the_parts():
    x = frames().float()
    shuffled = torch.where(x > 0, x.flip(-1).clamp_min(1), 0)
    whole, blind = model(graph="none"), model(graph="none", input="silhouette")
    assert torch.equal(blind(GaitBatch(x[None])), blind(GaitBatch(shuffled[None])))
    assert not torch.allclose(whole(GaitBatch(x[None])), whole(GaitBatch(shuffled[None])), atol=1e-3)


@pytest.mark.parametrize(
    "change", [{"input": "pose"}, {"graph": "star"}, {"block": "dense"}, {"input": "silhouette"}, {"bins": (), "graph": "none"}, {"sequences": 1}]
)
def test_bad_options(change):
    with pytest.raises(VitruveError, match="ParsingGait"):
        replace(TINY, **change)


def test_losses_need_identities_twice():
    with pytest.raises(VitruveError, match="identities"):
        model().losses(GaitBatch(torch.zeros(2, 3, *SIZE)))
    with pytest.raises(VitruveError, match="triplets"):
        model().losses(GaitBatch(frames(6).float().view(2, 3, *SIZE), identity=torch.tensor([0, 1])))


def test_frames_of_another_size_are_refused():
    with pytest.raises(VitruveError, match="64 x 44"):
        model().embed([GaitSequence(torch.zeros(2, 64, 64, dtype=torch.uint8), "a")])


def test_the_same_walk_is_found_first(tmp_path):
    m, gallery = model(), [walk(name, seed) for seed, name in enumerate("abc")]
    assert m.predict(gallery, gallery).best() == list("abc")
    scores = m.evaluate(gallery, gallery)
    assert (scores.rank1, scores.map, scores.probes) == (1.0, 1.0, 3)
    answer = m.answer(GaitQuery((gallery[1],), tuple(gallery)), tmp_path / "x", top=2)
    assert answer["label"] == "b" and len(answer["alternatives"]) == 1
    with pytest.raises(VitruveError, match="gallery is empty"):
        m.predict(gallery, [])


def test_without_a_gallery_the_answer_is_embeddings(tmp_path):
    path = tmp_path / "walk.npz"
    np.savez(path, frames=frames().numpy())
    m = model()
    (written,) = m.answer(m.open(str(path)), path)["written"]
    with np.load(written) as f:
        assert f["embeddings"].shape == (1, 16, 9) and f["names"].tolist() == ["walk"]


def test_official_weights_are_read_strictly(tmp_path):
    spec, _, _, keep = synth.load(GOLDENS / "parsinggait.both_small.json")
    state = synth.state_dict(spec, keep)
    # as the authors' trainer writes it, with what it needs to go on
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [40, 80])
    torch.save({"model": state, "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "iteration": 3}, tmp_path / "x.pt")
    m = ParsingGait.from_official(tmp_path / "x.pt")
    assert (m.config.graph, m.config.bins, m.config.channels, m.config.identities) == ("both", (16,), (16, 24, 32, 40), 9) and m.config.official_quirks
    assert torch.equal(m.graphs["fine"].attention, state["gammas_fine"])
    with pytest.raises(VitruveError, match="wings"):
        ParsingGait.from_official({**state, "wings": torch.zeros(1)})
    with pytest.raises(VitruveError, match="gc2"):
        ParsingGait.from_official({k: v for k, v in state.items() if k != "gcn_fine.gc2.bias"})


def test_arms_differ_in_config_only():
    sizes = {arm: sum(p.numel() for p in ParsingGait(replace(claim.CONFIG, **change)).parameters()) for arm, change in claim.ARMS.items()}
    assert sizes["parsing, no part head"] == sizes["silhouettes, no part head"] < sizes["parsing, both heads"]
