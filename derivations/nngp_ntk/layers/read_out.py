# %% [markdown]
# # Read-outs: flatten and global average pooling
# A dense layer over an image reads either all of its $P$ positions, each by weights of its own (flatten), or
# the mean over positions of every channel (global average pooling).

# %%
from sympy import Derivative

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING, REAL
from theory.rules import Assumption, Given, Substitutes

from ..setting import Theta, sigma_b, sigma_w
from .convolution import filter_tangent, s
from .dense import (
    D_1,
    D_2,
    K_next,
    Theta_next,
    W,
    a_1,
    a_2,
    activation_moment,
    first_slope,
    g,
    h,
    k,
    layer_covariance,
    m,
    n,
    ntk_scales,
    p,
    product_of_terms,
    second_slope,
    standard_scales,
    tangent_before,
    tangent_of_terms,
    v,
    v_b,
    w,
    weight_moment,
    z_1,
    z_2,
)

P = Parameter("P", "number of positions", COUNTING, extremes=(1, 1e6))
T_trace = Parameter("T_trace", "mean over positions p of T at (p, p)", REAL, extremes=(-1e3, 1e3))
tangent_trace = Parameter(
    "tangent_trace", "mean over positions p of Tdot Theta at (p, p)", REAL, extremes=(-1e3, 1e3)
)
T_pairs = Parameter("T_pairs", "mean over pairs of positions of T", REAL, extremes=(-1e3, 1e3))
tangent_pairs = Parameter(
    "tangent_pairs", "mean over pairs of positions of Tdot Theta", REAL, extremes=(-1e3, 1e3)
)

# %% [markdown]
# ## Flatten
# A filter as large as the image, with $n$ weights, channels times positions. No two positions share a weight,
# so that only the pairs $(p, p)$ enter.

# %%
mean_over_positions = Claim(m, T_trace, Assumption("law of large numbers over channels; mean over positions"))
tangent_over_positions = Claim(s, tangent_trace, Assumption("the same of slopes and tangents"))
flatten_covariance = Claim(
    K_next, sigma_b**2 + sigma_w**2 * T_trace, Substitutes(layer_covariance, mean_over_positions, *ntk_scales)
)
flatten_tangent = Claim(
    Theta_next,
    sigma_b**2 + sigma_w**2 * (T_trace + tangent_trace),
    Substitutes(filter_tangent, mean_over_positions, tangent_over_positions, *ntk_scales),
)
standard_flatten_tangent = Claim(
    Theta_next,
    n * T_trace + 1 + sigma_w**2 * tangent_trace,
    Substitutes(filter_tangent, mean_over_positions, tangent_over_positions, *standard_scales),
)

# %% [markdown]
# ## Global average pooling
# One position of one channel adds $g W a/P$. The same weight stands at every position: a product of two
# outputs has a term for each of the $P^2$ pairs of positions, $a_1$ at one and $a_2$ at the other.

# %%
first_pooled = Claim(z_1, g * W * a_1 / P, Given("what a channel adds at one position of the first input"))
second_pooled = Claim(z_2, g * W * a_2 / P, Given("the same at one position of the second"))
pooled_product = Claim(
    p, g**2 * W**2 * a_1 * a_2 / P**2, Substitutes(product_of_terms, first_pooled, second_pooled)
)
pooled_tangent_by_activations = Claim(
    k,
    (g**2 * a_1 * a_2 + g**2 * W**2 * Derivative(a_1, w) * Derivative(a_2, w)) / P**2,
    Substitutes(tangent_of_terms, first_pooled, second_pooled),
)
pooled_tangent_of_pair = Claim(
    k,
    (g**2 * a_1 * a_2 + g**2 * W**2 * D_1 * D_2 * Theta) / P**2,
    Substitutes(pooled_tangent_by_activations, first_slope, second_slope, tangent_before),
)
slopes_of_pairs = Claim(D_1 * D_2 * Theta, s, Given("mean over channels and pairs of positions"))
mean_pooled_product = Claim(
    p, g**2 * v * m / P**2, Substitutes(pooled_product, weight_moment, activation_moment)
)
mean_pooled_tangent = Claim(
    k,
    (g**2 * m + g**2 * v * s) / P**2,
    Substitutes(pooled_tangent_of_pair, weight_moment, activation_moment, slopes_of_pairs),
)
sum_of_pooled = Claim(K_next, n * P**2 * p + h**2 * v_b, Given("$n$ channels, all pairs, and a bias"))
sum_of_pooled_tangents = Claim(
    Theta_next, n * P**2 * k + h**2, Given("$n$ channels, all pairs, and the bias's own")
)
pooled_covariance = Claim(
    K_next, n * g**2 * v * m + h**2 * v_b, Substitutes(sum_of_pooled, mean_pooled_product)
)
pooled_tangent = Claim(
    Theta_next,
    n * g**2 * m + n * g**2 * v * s + h**2,
    Substitutes(sum_of_pooled_tangents, mean_pooled_tangent),
)

# %%
mean_over_pairs = Claim(m, T_pairs, Assumption("law of large numbers over channels; mean over pairs"))
tangent_over_pairs = Claim(s, tangent_pairs, Assumption("the same of slopes and tangents"))
pool_covariance = Claim(
    K_next, sigma_b**2 + sigma_w**2 * T_pairs, Substitutes(pooled_covariance, mean_over_pairs, *ntk_scales)
)
pool_tangent = Claim(
    Theta_next,
    sigma_b**2 + sigma_w**2 * (T_pairs + tangent_pairs),
    Substitutes(pooled_tangent, mean_over_pairs, tangent_over_pairs, *ntk_scales),
)
standard_pool_tangent = Claim(
    Theta_next,
    n * T_pairs + 1 + sigma_w**2 * tangent_pairs,
    Substitutes(pooled_tangent, mean_over_pairs, tangent_over_pairs, *standard_scales),
)

# %%
flatten_nngp = ExplicitForm(flatten_covariance, (T_trace, sigma_w, sigma_b))
flatten_ntk = ExplicitForm(flatten_tangent, (T_trace, tangent_trace, sigma_w, sigma_b))
flatten_ntk_standard = ExplicitForm(standard_flatten_tangent, (T_trace, tangent_trace, sigma_w, n))
pool_nngp = ExplicitForm(pool_covariance, (T_pairs, sigma_w, sigma_b))
pool_ntk = ExplicitForm(pool_tangent, (T_pairs, tangent_pairs, sigma_w, sigma_b))
pool_ntk_standard = ExplicitForm(standard_pool_tangent, (T_pairs, tangent_pairs, sigma_w, n))
