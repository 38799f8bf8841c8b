"""Figures of the spectrum on the sphere: the tails of cusps as lines, projections as open markers."""

from __future__ import annotations

import numpy as np

from theory.figure import figure

from ..activations.abrelu import relu
from ..architecture.layers import Dense
from ..cusp import cusp_tail
from ..models.network import Network
from ..models.sphere import ZonalKernel, relu_cusp
from ..relu_spectrum import ntk_cusp_coefficient, opposite_cusp

OPEN = {"linestyle": "none", "markerfacecolor": "none"}


@figure(columns=2, panels=(1, 2), height=2.8, shows=(cusp_tail, ntk_cusp_coefficient, opposite_cusp))
def spectrum_on_the_sphere(axes):
    r"""Eigenvalues of the kernels of ReLU networks of $L$ hidden layers on the sphere $S^2$, by degree.
    (a) NTK: all fall as $k^{-3}$; one layer has no odd degrees beyond the first. (b) NNGP kernel: $k^{-5}$.
    Lines: theory, what the cusps make of large degrees (full: even, dashed: odd); open markers: the kernel,
    projected (round: even, square: odd). Dotted: the slope.
    """
    degrees = np.unique(np.round(np.geomspace(1, 200, 60)).astype(int))
    fine = np.arange(2, 201)
    for ax, kind in zip(axes, ("ntk", "nngp"), strict=True):
        for i, depth in enumerate((1, 2, 5)):
            layers = [Dense(1.0, 0.0)] + [relu, Dense(2**0.5, 0.0)] * depth
            mu, errors = ZonalKernel.of_network(Network(layers), 3, kind).eigenvalues(degrees)
            tail = relu_cusp(depth, kind).tail(fine, 3)
            for odd in (0, 1):
                seen = (degrees % 2 == odd) & (mu > 30 * errors)
                style = {"color": f"C{i}", "ms": 3.5, **OPEN}
                label = None if odd else f"$L = {depth}$"
                ax.plot(degrees[seen], mu[seen], "so"[1 - odd], label=label, **style)
                drawn = (fine % 2 == odd) & (tail > 0)
                if drawn.any():
                    ax.plot(fine[drawn], tail[drawn], ("-", "--")[odd], color=f"C{i}", lw=0.9)
        power = 3 + 2 * (kind == "nngp")
        ax.plot(fine, 0.02 * fine ** -float(power), ":", color="0.5", label=rf"$\propto k^{{-{power}}}$")
        ax.set(xscale="log", yscale="log", xlabel="degree $k$", ylabel=r"eigenvalue $\mu_k$")
        ax.legend(fontsize=6)
