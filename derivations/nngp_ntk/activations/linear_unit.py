# %% [markdown]
# # Exponential linear units
# $u$ for $u > 0$, $\alpha(e^u - 1)$ else (Clevert, Unterthiner and Hochreiter, 2016), and SELU, a multiple
# of it (Klambauer et al., 2017). Their duals are integrated numerically, with the kink at 0.

# %%
import math
from dataclasses import replace

import sympy as sp

from ..models.activation import Activation, u
from ..models.quadrature import quadrature


def elu(alpha: float = 1.0, scale: float = 1.0) -> Activation:
    """scale u for u > 0, else scale alpha (exp(u) - 1). ValueError for values that are not finite."""
    if not (math.isfinite(alpha) and math.isfinite(scale) and scale):
        raise ValueError(f"elu: alpha = {alpha!r}, scale = {scale!r}: two finite numbers, the scale not 0")
    left = alpha * (sp.exp(sp.Min(u, 0)) - 1)
    return quadrature(scale * sp.Piecewise((u, u > 0), (left, True)), name="elu")


selu = replace(elu(1.6732632423543772, 1.0507009873554805), name="selu")
