"""A network of infinite width: its kernels at its start and in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from ..architecture.layers import Attention, Conv, Dense, Flatten, GlobalAveragePool, LayerNorm, Residual
from . import evaluate
from .duals import activation_of

PARAMETRISATIONS = ("ntk", "standard")


class Kernels(NamedTuple):
    """Both kernels between two sets of inputs, (n1, n2) arrays."""

    nngp: Any
    ntk: Any


class Network:
    """A network as data: ``Network([Dense(2**.5, 0.0), relu, Dense(2**.5, 0.0)])``.

    Layers are those of `derivations.nngp_ntk`, activations (or their names) between them. Inputs are (n, d)
    arrays, or (n, positions, channels), (n, height, width, channels) where the network convolves; of NumPy
    (any size, exact to rounding at nearly parallel inputs too), JAX (under jit and grad as well) or PyTorch.
    Results have the inputs' library, dtype and device. The first layer sees x.x'/d.

    ``parametrisation``: "ntk", or "standard" (weights of variance sigma_w^2/n trained directly; only the NTK
    differs), which needs the hidden ``width`` n.

    Raises ValueError that names the layer for an architecture that makes no sense, and the argument for
    inputs with NaN or of another shape. Sources: A. Jacot et al., NeurIPS 2018; J. Lee et al., ICLR 2018;
    S. Arora et al., NeurIPS 2019; J. Sohl-Dickstein et al., 2020 (arXiv 2001.07301).
    """

    def __init__(
        self,
        layers: Sequence,
        parametrisation: Literal["ntk", "standard"] = "ntk",
        width: int | None = None,
    ):
        if parametrisation not in PARAMETRISATIONS:
            raise ValueError(
                f"parametrisation = {parametrisation!r}: one of {', '.join(PARAMETRISATIONS)}"
            )
        if (parametrisation == "standard") != (width is not None):
            raise ValueError(
                f"width = {width!r} with the {parametrisation} parametrisation: the standard one needs the "
                "hidden width, the NTK parametrisation has none"
            )
        if width is not None and not (isinstance(width, int) and width > 0):
            raise ValueError(f"width = {width!r}: the number of hidden neurons, 1, 2, ...")
        self.layers = tuple(_layer(one) for one in layers)
        self.parametrisation, self.width = parametrisation, width
        _check(self.layers)

    def __repr__(self) -> str:
        told = ", ".join(getattr(one, "name", None) or repr(one) for one in self.layers)
        return f"Network([{told}])"

    def nngp(self, X1, X2=None):
        """The covariance of outputs at X1 and X2 (X1 again where None) at the start: (n1, n2)."""
        return evaluate.kernels(self, X1, X2, ntk=False)[0]

    def ntk(self, X1, X2=None):
        """The neural tangent kernel: (n1, n2)."""
        return evaluate.kernels(self, X1, X2, ntk=True)[1]

    def kernels(self, X1, X2=None) -> Kernels:
        """Both at once, at the cost of the NTK."""
        return Kernels(*evaluate.kernels(self, X1, X2, ntk=True))

    def by_layer(self, X1, X2=None, *, ntk: bool = True) -> list[tuple[Any, Kernels]]:
        """Pairs (layer, kernels behind it), with all axes of positions where there are any."""
        return [(layer, Kernels(*found)) for layer, found in evaluate.by_layer(self, X1, X2, ntk)]

    def variance(self, X):
        """The variance of the output at every input, the diagonal of `nngp`: (n,)."""
        return evaluate.variance(self, X)


def _layer(one):
    if isinstance(one, Residual):
        return Residual(tuple(_layer(inner) for inner in one.layers), one.alpha)
    if isinstance(one, Dense | Conv | Flatten | GlobalAveragePool | LayerNorm | Attention):
        return one
    if isinstance(one, type):
        raise ValueError(f"{one.__name__} is a class: write {one.__name__}(...)")
    return activation_of(one)


def _check(layers) -> None:
    if not layers:
        raise ValueError("layers: none given")
    gone = False
    for layer in layers:
        if isinstance(layer, Conv | Attention | Flatten | GlobalAveragePool) and gone:
            raise ValueError(f"{layer}: the positions are gone, after Flatten or GlobalAveragePool")
        gone |= isinstance(layer, Flatten | GlobalAveragePool)
        if isinstance(layer, Residual):
            inner = layer.layers
            if any(isinstance(one, Flatten | GlobalAveragePool | Attention) for one in inner):
                raise ValueError(f"{layer}: a branch keeps its shape and has layers without attention")
            if not isinstance(inner[-1], Dense | Conv):
                raise ValueError(
                    "Residual: the branch must end in Dense or Conv: only fresh weights make it independent of "
                    "what it is added to"
                )
            _check(inner)
