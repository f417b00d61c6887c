"""Linear blend skinning: a sparse sum over the few joints that move each vertex, in plain torch."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import embedding_bag

# frames skinned at once: the blended transforms of a chunk should stay in the cache of a CPU core
_CHUNK_SHARED, _CHUNK_OWN, _CHUNK_GPU = 64, 16, 512


def skinning_transforms(
    rotations: Float[Tensor, "*B J 3 3"], positions: Float[Tensor, "*B J 3"], rest_joints: Float[Tensor, "*#B J 3"]
) -> Float[Tensor, "*B J 3 4"]:
    """The maps [R | x - R j] from the rest frame to the world, of joints at `rest_joints` posed to `positions`."""
    moved = (rotations @ rest_joints[..., None])[..., 0]
    return torch.cat([rotations, (positions - moved)[..., None]], -1)


def _bag(index: Tensor, first: Tensor, values: Tensor, table: Tensor) -> Tensor:
    return embedding_bag(index, table, first, mode="sum", per_sample_weights=values)


class _SparseProduct(torch.autograd.Function):
    """S @ table for a sparse S, of `values` in the places that :func:`_structure` describes.

    What torch does itself, but for the gradient of the table: torch scatters it entry by entry, here it is a product with S^T.
    """

    @staticmethod
    def forward(ctx: Any, table: Tensor, values: Tensor, column: Tensor, first: Tensor, order: Tensor, row: Tensor, column_first: Tensor) -> Tensor:
        ctx.save_for_backward(table, values, column, first, order, row, column_first)
        return _bag(column, first, values, table)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        table, values, column, first, order, row, column_first = ctx.saved_tensors
        grad = grad.contiguous()
        table_grad = _bag(row, column_first, values[order], grad) if ctx.needs_input_grad[0] else None
        values_grad = None
        if ctx.needs_input_grad[1]:
            with torch.enable_grad():
                leaf = values.detach().requires_grad_()
                (values_grad,) = torch.autograd.grad(_bag(column, first, leaf, table.detach()), leaf, grad)
        return table_grad, values_grad, None, None, None, None, None


def _structure(row: Tensor, column: Tensor, rows: int, columns: int) -> tuple[Tensor, ...]:
    """Entries of a sparse matrix, sorted by rows, for products with it and its transpose: (column, first entry of each row,
    order by columns, row in that order, first entry of each column)."""
    order = column.argsort(stable=True)
    per_row, per_column = torch.bincount(row, minlength=rows), torch.bincount(column, minlength=columns)
    return column, per_row.cumsum(0) - per_row, order, row[order], per_column.cumsum(0) - per_column


class Skinning(torch.nn.Module):
    """v' = sum_k w_vk T_j(v,k) [v; 1] for V vertices, K joints each (`joints`, `weights`, rows sum to 1).

    Vertices shared by all frames fold into the weights, so that a batch is one sparse product with the
    stacked transforms. Differentiable once, in vertices and transforms.
    """

    weight: Tensor
    vertex: Tensor

    def __init__(self, joints: Int[Tensor, "V K"], weights: Float[Tensor, "V K"], num_joints: int) -> None:
        super().__init__()
        used = weights > 0
        joint = joints[used].long()
        vertex = torch.arange(len(joints), device=joints.device)[:, None].expand_as(joints)[used]
        self.register_buffer("weight", weights[used], persistent=False)
        self.register_buffer("vertex", vertex, persistent=False)
        # one entry per weight, and one per weight and column of the transform
        columns = (4 * joint[:, None] + torch.arange(4, device=joints.device)).flatten()
        self._own_parts = self._put("own", _structure(vertex, joint, len(joints), num_joints))
        self._shared_parts = self._put("shared", _structure(vertex.repeat_interleave(4), columns, len(joints), 4 * num_joints))

    def _put(self, name: str, structure: tuple[Tensor, ...]) -> list[str]:
        names = [f"_{name}_{i}" for i in range(len(structure))]
        for key, value in zip(names, structure):
            self.register_buffer(key, value, persistent=False)
        return names

    def forward(self, vertices: Float[Tensor, "*#B V 3"], transforms: Float[Tensor, "*B J 3 4"]) -> Float[Tensor, "*B V 3"]:
        """Skin `vertices`, one set for all or one per frame, by `transforms` from rest to world."""
        batch, shape = transforms.shape[:-3], vertices.shape[-2:]
        if not batch.numel() * shape.numel():
            return vertices.new_zeros(*batch, *shape)
        t = transforms.reshape(-1, *transforms.shape[-3:])
        if len(t) > 1 and vertices.shape[:-2].numel() == 1:
            parts = self._shared(vertices.reshape(-1, 3), t)
        else:
            parts = self._own(vertices.expand(*batch, *shape).reshape(-1, *shape), t)
        return torch.cat(parts).reshape(*batch, *shape)

    def _shared(self, vertices: Tensor, transforms: Tensor) -> list[Tensor]:
        structure = [getattr(self, key) for key in self._shared_parts]
        v = torch.cat([vertices, torch.ones_like(vertices[:, :1])], -1)
        values = (self.weight[:, None] * v.index_select(0, self.vertex)).flatten()
        parts = []
        for t in transforms.split(_CHUNK_SHARED if v.device.type == "cpu" else _CHUNK_GPU):
            # rows (joint, column of the transform), columns (frame, coordinate)
            table = t.permute(1, 3, 0, 2).reshape(-1, 3 * len(t))
            parts.append(_SparseProduct.apply(table, values, *structure).unflatten(1, (-1, 3)).transpose(0, 1))
        return parts

    def _own(self, vertices: Tensor, transforms: Tensor) -> list[Tensor]:
        structure = [getattr(self, key) for key in self._own_parts]
        size = _CHUNK_OWN if vertices.device.type == "cpu" else _CHUNK_GPU
        parts = []
        for v, t in zip(vertices.split(size), transforms.split(size)):
            # rows joints, columns (column of the transform, coordinate, frame)
            table = t.permute(1, 3, 2, 0).reshape(t.shape[1], -1)
            a, b, c, d = _SparseProduct.apply(table, self.weight, *structure).unflatten(1, (4, 3, -1)).unbind(1)
            x, y, z = v.permute(1, 2, 0).contiguous().split(1, 1)
            parts.append(torch.addcmul(torch.addcmul(torch.addcmul(d, a, x), b, y), c, z).permute(2, 0, 1))
        return parts
