# %% [markdown]
# # Periodic activations
# Sine, cosine, a sine of any phase, and random Fourier features, with the duals of `sine`.

# %%
import sympy as sp

from ..models.activation import Activation, u
from . import sine
from .sine import b, delta, gamma

sin = Activation(
    "sin",
    sp.sin(b * u),
    {"b": 1.0},
    pair_form=sine.sin_dual,
    derivative_pair_form=sine.sin_derivative_dual,
    diagonal_form=sine.sin_diagonal,
    derivative_diagonal_form=sine.sin_derivative_diagonal,
    odd=True,
)
cos = Activation(
    "cos",
    sp.cos(b * u),
    {"b": 1.0},
    pair_form=sine.cos_dual,
    derivative_pair_form=sine.cos_derivative_dual,
    diagonal_form=sine.cos_diagonal,
    derivative_diagonal_form=sine.cos_derivative_diagonal,
    mean_form=sine.cos_mean,
)
sinusoid = Activation(
    "sinusoid",
    sp.sin(b * u + delta),
    {"b": 1.0, "delta": 0.0},
    pair_form=sine.sinusoid_dual,
    derivative_pair_form=sine.sinusoid_derivative_dual,
    diagonal_form=sine.sinusoid_diagonal,
    derivative_diagonal_form=sine.sinusoid_derivative_diagonal,
    mean_form=sine.sinusoid_mean,
)
rbf = Activation(
    "rbf",
    sp.sqrt(2) * sp.sin(sp.sqrt(2 * gamma) * u + sp.pi / 4),
    {"gamma": 1.0},
    pair_form=sine.rbf_dual,
    derivative_pair_form=sine.rbf_derivative_dual,
    diagonal_form=sine.rbf_diagonal,
    derivative_diagonal_form=sine.rbf_derivative_diagonal,
    mean_form=sine.rbf_mean,
)
