"""Kernels of other libraries as functions ``(X1, X2) -> (n1, n2)``; only the object is needed, no import."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable

ADAPTERS = ("neural_tangents", "gpytorch", "sklearn")


def adapted(kernel, kind: str, adapter: str | None = None) -> tuple[Callable, str | None]:
    """The kernel as a function of two sets of inputs, and which library it was recognised as (None: any).

    ``adapter`` says so where it is not recognised: "neural_tangents" (``kernel_fn(x1, x2, get)``),
    "gpytorch" (a Kernel; lazy results are made dense), "sklearn" (a Kernel of gaussian_process; any function
    of two arrays such as those of ``metrics.pairwise`` needs no adapter).
    """
    which = adapter or _recognised(kernel)
    if which == "neural_tangents":
        return (lambda X1, X2: kernel(X1, X2, kind)), which
    if which == "gpytorch":
        return _of_gpytorch(kernel), which
    if which == "sklearn":
        return (lambda X1, X2: kernel(X1, X2)), which
    return kernel, None


def _recognised(kernel) -> str | None:
    families = {base.__module__.partition(".")[0] for base in type(kernel).__mro__}
    if "gpytorch" in families:
        return "gpytorch"
    if "sklearn" in families and hasattr(kernel, "diag"):
        return "sklearn"
    try:
        names = list(inspect.signature(kernel).parameters)
    except (TypeError, ValueError):
        return None
    return "neural_tangents" if names[1:3] == ["x2", "get"] else None  # the first: x1, or x1_or_kernel


def alone(kernel, X) -> tuple | None:
    """K(X, X) and its diagonal, as a kernel object gives them for one set of inputs ``X``, an array of NumPy;
    None of what has no methods for that."""
    which = _recognised(kernel)
    if which == "sklearn":
        return kernel(X), kernel.diag(X)
    if which == "gpytorch":
        return _dense(kernel, X), _dense(kernel, X, diag=True)
    return None


def _of_gpytorch(kernel) -> Callable:
    return lambda X1, X2: _dense(kernel, X1, X2)


def _dense(kernel, *inputs, **options):
    """In the inputs' type: gpytorch's parameters are float32 unless told."""
    import torch

    inputs = [torch.as_tensor(X) for X in inputs]
    typed = copy.deepcopy(kernel).to(inputs[0].dtype)
    with torch.no_grad():
        found = typed(*inputs, **options)
        return found.to_dense() if hasattr(found, "to_dense") else found
