# %% [markdown]
# # Convolutions
# A neuron at a position sums over the channels and the positions of its filter: $n$ terms altogether,
# channels times positions. At positions $p$ and $p'$ (of two inputs, or of one) the same weight meets
# the same place of the filter: only pairs that are shifted alike matter, $p + r$ and $p' + r$. What the
# means over channels were in a dense layer are means over channels and shifts here; a shift out of the
# image counts as 0 ("same" padding) or comes back on the other side ("circular").

# %%
from theory import Claim, ExplicitForm, Parameter
from theory.parameter import REAL
from theory.rules import Assumption, Given, Substitutes

from ..setting import Theta, sigma_b, sigma_w
from .dense import (
    D_1,
    D_2,
    K_next,
    Theta_next,
    activation_moment,
    g,
    h,
    k,
    layer_covariance,
    m,
    n,
    ntk_scales,
    standard_scales,
    sum_of_tangents,
    tangent_of_neuron,
    v,
    weight_moment,
)

T_mean = Parameter(
    "T_mean", "mean over the filter of T at the shifted positions", REAL, latex=r"\mathcal A[T]",
    extremes=(-1e3, 1e3),
)  # fmt: skip
tangent_mean = Parameter(
    "tangent_mean", "mean over the filter of Tdot Theta at the shifted positions", REAL,
    latex=r"\mathcal A[\dot T \Theta]", extremes=(-1e3, 1e3),
)  # fmt: skip
s = Parameter("s", "mean over channels and shifts of the slopes' product times Theta", REAL)

# %% [markdown]
# The tangent kernel before differs from position to position: it is averaged with the slopes.

# %%
shifted_slopes = Claim(D_1 * D_2 * Theta, s, Given("mean over channels and shifts"))
mean_of_shifted_tangents = Claim(
    k,
    g**2 * m + g**2 * v * s,
    Substitutes(tangent_of_neuron, weight_moment, activation_moment, shifted_slopes),
)
filter_tangent = Claim(
    Theta_next, n * g**2 * m + n * g**2 * v * s + h**2, Substitutes(sum_of_tangents, mean_of_shifted_tangents)
)

# %%
window_average = Claim(
    m, T_mean, Assumption("law of large numbers over channels: what is left is the mean over shifts")
)
window_average_of_tangents = Claim(
    s, tangent_mean, Assumption("law of large numbers over channels, of weights, slopes and tangents")
)

# %%
convolution_covariance = Claim(
    K_next, sigma_b**2 + sigma_w**2 * T_mean, Substitutes(layer_covariance, window_average, *ntk_scales)
)
convolution_tangent = Claim(
    Theta_next,
    sigma_b**2 + sigma_w**2 * (T_mean + tangent_mean),
    Substitutes(filter_tangent, window_average, window_average_of_tangents, *ntk_scales),
)
standard_convolution_tangent = Claim(
    Theta_next,
    n * T_mean + 1 + sigma_w**2 * tangent_mean,
    Substitutes(filter_tangent, window_average, window_average_of_tangents, *standard_scales),
)

# %%
convolution_nngp = ExplicitForm(convolution_covariance, (T_mean, sigma_w, sigma_b))
convolution_ntk = ExplicitForm(convolution_tangent, (T_mean, tangent_mean, sigma_w, sigma_b))
convolution_ntk_standard = ExplicitForm(standard_convolution_tangent, (T_mean, tangent_mean, sigma_w, n))
