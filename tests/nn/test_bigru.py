"""The recurrent encoder: which way its GRUs run, and the authors' names."""

from __future__ import annotations

import pytest
import torch

from vitruve.nn.bigru import BiGRU, bigru_names, bigru_sizes


def both(**options) -> tuple[BiGRU, torch.nn.GRU]:
    """Ours and PyTorch's bidirectional GRU with the same weights."""
    torch.manual_seed(0)
    ours, theirs = BiGRU(6, hidden=5, layers=2, outputs=3, norm=False, **options), torch.nn.GRU(6, 5, 2, bidirectional=True, batch_first=True)
    named = bigru_names({f"encoder.gru.{k}": v for k, v in theirs.state_dict().items()})
    ours.load_state_dict({**ours.state_dict(), **named})
    return ours, theirs


def test_frame_by_frame_is_fed_with_carried_states():
    ours, theirs = both()
    x = torch.randn(4, 9, 6)
    out, state = theirs(x[:, :1])
    for t in range(1, 9):
        out, state = theirs(x[:, t : t + 1], state)
    assert torch.allclose(ours.features(x), out[:, -1], atol=1e-6)


def test_otherwise_the_second_runs_backward():
    ours, theirs = both(per_frame=False)
    x = torch.randn(4, 9, 6)
    assert torch.allclose(ours.features(x), theirs(x)[0][:, -1], atol=1e-6)
    # the two are different models
    assert not torch.allclose(ours.features(x), both()[0].features(x), atol=1e-2)


@pytest.mark.parametrize("mlp", [False, True])
@pytest.mark.parametrize("norm", [False, True])
def test_sizes_are_read_from_the_authors_weights(mlp, norm):
    made = {"inputs": 6, "hidden": 5, "layers": 3, "outputs": 7, "mlp": mlp, "norm": norm}
    back = {"first": "", "second": "_reverse"}
    theirs = {}
    for key, value in BiGRU(**made).state_dict().items():
        part, *rest = key.split(".")
        if part in back:
            theirs[f"encoder.gru.{rest[1].removesuffix('0')}{rest[0]}{back[part]}"] = value
        else:
            theirs[".".join([{"norm": "input_norm", "head": "fc"}[part], *rest])] = value
    assert bigru_sizes(theirs) == made
    BiGRU(**bigru_sizes(theirs)).load_state_dict(bigru_names(theirs))


def test_the_input_is_normalised_by_channel():
    m = BiGRU(6, hidden=5, layers=1).train()
    seen = []
    m.first[0].register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    m(5 * torch.randn(16, 9, 6) + 3)
    assert seen[0].mean((0, 1)).abs().max() < 1e-5 and (seen[0].std((0, 1)) - 1).abs().max() < 0.01
