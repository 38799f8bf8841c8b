"""A closed form on PyTorch tensors: differentiable; dtype and device are the tensors'.

Computed in float64 where the device has it, and rounded once.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from .branch import compiled
from .domain import as_numbers, check_arguments, check_relation, check_shapes, refusal
from .everywhere import everywhere, possible_branches


def evaluate(form, values: list):
    import torch

    values = [
        v if torch.is_tensor(v) else as_numbers(v, x, form)
        for v, x in zip(values, form.arguments, strict=True)
    ]
    for v, x in zip(values, form.arguments, strict=True):
        if torch.is_tensor(v) and (v.dtype.is_complex or v.dtype == torch.bool):
            raise refusal(form, x, f"a tensor of {v.dtype}", "it must be real numbers")
    shape = check_shapes(values, form)
    check_arguments(values, form.arguments, form, _least_and_most, _whole)

    device = _device([v for v in values if torch.is_tensor(v)], form)
    dtype = _dtype([torch.as_tensor(v) for v in values if hasattr(v, "dtype")])
    working = torch.float32 if device is not None and device.type == "mps" else torch.float64
    arrays = [torch.as_tensor(v, dtype=working, device=device) for v in values]
    _check_relations(form, arrays)

    scalars = {
        x: float(v)
        for x, v in zip(form.arguments, values, strict=True)
        if not torch.is_tensor(v) and np.ndim(v) == 0
    }
    live = possible_branches(form, scalars)
    results = everywhere(form, live, arrays, "torch", torch.where, _detached)
    results = (torch.as_tensor(r, dtype=working, device=device) for r in results)
    results = tuple(
        (r if r.shape == shape else torch.broadcast_to(r, shape).clone()).to(dtype) for r in results
    )
    return results[0] if form.outputs == 1 else results


def _detached(value):
    """A branch that is a constant has nothing to detach."""
    return getattr(value, "detach", lambda: value)()


def _dtype(tensors):
    """PyTorch's promotion, where tensors with axes come before those without; integers become float64."""
    import torch

    for group in ([v for v in tensors if v.ndim], [v for v in tensors if not v.ndim]):
        floating = [v.dtype for v in group if v.dtype.is_floating_point]
        if floating:
            return reduce(torch.promote_types, floating)
    return torch.float64


def _device(tensors, form):
    devices = {v.device for v in tensors if v.ndim} or {v.device for v in tensors}
    if len(devices) > 1:
        raise TypeError(f"{form.name}: tensors on several devices: {', '.join(sorted(map(str, devices)))}")
    return devices.pop() if devices else None


def _check_relations(form, arrays: list) -> None:
    for relation in form.relations:
        fine = compiled((relation,), form.arguments, "torch")(*arrays)[0]
        if not bool(fine.all()):
            at = np.unravel_index(int(fine.logical_not().to(int).argmax()), fine.shape)
            point = {
                x: v.broadcast_to(fine.shape)[at].item()
                for x, v in zip(form.arguments, arrays, strict=True)
                if x in relation.free_symbols
            }
            check_relation(relation, point, form)


def _least_and_most(value):
    import torch

    if not torch.is_tensor(value):
        return np.min(value), np.max(value)
    return tuple(np.float64(x.item()) for x in torch.aminmax(value.detach()))


def _whole(value) -> bool:
    return (
        bool((value == value.round()).all())
        if hasattr(value, "round")
        else float(value).is_integer() or value == float("inf")
    )
