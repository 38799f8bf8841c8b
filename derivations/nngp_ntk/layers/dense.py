# %% [markdown]
# # Dense layers: NNGP and NTK
# A neuron sums over the $n$ neurons of the layer before: $z = \sum_j g W_j\,\phi(u_j) + h b$, with weights of
# mean 0 and variance $v$, biases of variance $v_b$. The NTK parametrisation has $g = \sigma_w/\sqrt n$,
# $h = \sigma_b$ and $v = v_b = 1$, the standard one $g = h = 1$, $v = \sigma_w^2/n$ and $v_b = \sigma_b^2$:
# the same network at its start, trained at other rates. Two inputs are told apart by the indices 1 and 2.

# %%
import sympy as sp
from sympy import Derivative

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING, NONNEGATIVE, REAL
from theory.rules import Assumption, Given, Substitutes

from ..setting import T, Tdot, Theta, sigma_b, sigma_w

n = Parameter("n", "width of the layer before", COUNTING, extremes=(1, 1e6))
d = Parameter("d", "number of inputs", COUNTING, extremes=(1, 1e6))
product = Parameter("product", "x.x'/d, the mean product of two inputs", REAL, extremes=(-1e3, 1e3))
g = Parameter("g", "factor of the weights", NONNEGATIVE)
h = Parameter("h", "factor of the biases", NONNEGATIVE)
v = Parameter("v", "variance of the weights", NONNEGATIVE)
v_b = Parameter("v_b", "variance of the biases", NONNEGATIVE)
m = Parameter("m", "mean over the neurons of the product of their activations", REAL)
m_dot = Parameter("m_dot", "the same of the activations' slopes", REAL, latex=r"\dot m")
W, w = sp.Symbol("W", real=True), sp.Symbol("w", real=True)
z_1, z_2 = (sp.Function(f"z_{i}", real=True)(W, w) for i in (1, 2))
a_1, a_2, u_1, u_2 = (sp.Function(name, real=True)(w) for name in ("a_1", "a_2", "u_1", "u_2"))
D_1, D_2, p, k = sp.symbols("D_1 D_2 p k", real=True)
K_next, Theta_next = sp.symbols("K_next Theta_next", real=True)

# %% [markdown]
# ## What one neuron of the layer before adds
# Its activation $a = \phi(u)$ depends on a parameter $w$ of the layers before by way of $u$.

# %%
first_term = Claim(z_1, g * W * a_1, Given("what one neuron of the layer before adds, at the first input"))
second_term = Claim(z_2, g * W * a_2, Given("the same at the second input"))
first_slope = Claim(Derivative(a_1, w), D_1 * Derivative(u_1, w), Given("the chain rule; $D$ is the slope"))
second_slope = Claim(Derivative(a_2, w), D_2 * Derivative(u_2, w), Given("the same at the second input"))
product_of_terms = Claim(p, z_1 * z_2, Given("what it adds to the product of the two preactivations"))
product_of_neuron = Claim(p, g**2 * W**2 * a_1 * a_2, Substitutes(product_of_terms, first_term, second_term))

# %% [markdown]
# The tangent kernel is the sum over all parameters of the products of the outputs' derivatives: here the
# weight itself and, summed to $\Theta$, the parameters before it. (Two neurons of the layer before share
# no weights, and their tangent kernel with each other is 0.)

# %%
tangent_of_terms = Claim(
    k,
    Derivative(z_1, W) * Derivative(z_2, W) + Derivative(z_1, w) * Derivative(z_2, w),
    Given("the tangent kernel sums over parameters"),
)
tangent_before = Claim(
    Derivative(u_1, w) * Derivative(u_2, w), Theta, Given("summed over the parameters of the layers before")
)
tangent_by_activations = Claim(
    k,
    g**2 * a_1 * a_2 + g**2 * W**2 * Derivative(a_1, w) * Derivative(a_2, w),
    Substitutes(tangent_of_terms, first_term, second_term),
)
tangent_of_neuron = Claim(
    k,
    g**2 * a_1 * a_2 + g**2 * W**2 * D_1 * D_2 * Theta,
    Substitutes(tangent_by_activations, first_slope, second_slope, tangent_before),
)

# %% [markdown]
# ## A whole layer
# The weights do not depend on the activations that they multiply, and have mean 0: on average, products of
# different terms vanish.

# %%
weight_moment = Claim(W**2, v, Given("mean over the weights"))
activation_moment = Claim(a_1 * a_2, m, Given("mean over the neurons"))
slope_moment = Claim(D_1 * D_2, m_dot, Given("mean over the neurons"))
mean_product = Claim(p, g**2 * v * m, Substitutes(product_of_neuron, weight_moment, activation_moment))
mean_tangent = Claim(
    k,
    g**2 * m + g**2 * v * m_dot * Theta,
    Substitutes(tangent_of_neuron, weight_moment, activation_moment, slope_moment),
)
sum_of_products = Claim(K_next, n * p + h**2 * v_b, Given("$n$ neurons and a bias, all independent"))
sum_of_tangents = Claim(Theta_next, n * k + h**2, Given("the terms of $n$ neurons, and the bias's own"))
layer_covariance = Claim(K_next, n * g**2 * v * m + h**2 * v_b, Substitutes(sum_of_products, mean_product))
layer_tangent = Claim(
    Theta_next, n * g**2 * m + n * g**2 * v * m_dot * Theta + h**2, Substitutes(sum_of_tangents, mean_tangent)
)

# %% [markdown]
# ## Infinite width
# Sums over many neurons do not fluctuate: means over neurons are expectations over Gaussian preactivations.
# At a finite width $n$ the kernels differ from these by random terms of order $1/\sqrt n$ and means of
# order $1/n$.

# %%
self_averaging = Claim(
    m, T, Assumption("law of large numbers: the mean over infinitely many neurons is the dual")
)
self_averaging_slopes = Claim(
    m_dot, Tdot, Assumption("law of large numbers: squared weights and slopes average independently")
)

# %%
ntk_weight_factor = Claim(g**2, sigma_w**2 / n, Given("NTK parametrisation"))
ntk_bias_factor = Claim(h, sigma_b, Given("NTK parametrisation"))
ntk_weight_variance = Claim(v, 1, Given("NTK parametrisation"))
ntk_bias_variance = Claim(v_b, 1, Given("NTK parametrisation"))
ntk_scales = (ntk_weight_factor, ntk_bias_factor, ntk_weight_variance, ntk_bias_variance)

nngp = Claim(K_next, sigma_b**2 + sigma_w**2 * T, Substitutes(layer_covariance, self_averaging, *ntk_scales))
ntk = Claim(
    Theta_next,
    sigma_b**2 + sigma_w**2 * (T + Tdot * Theta),
    Substitutes(layer_tangent, self_averaging, self_averaging_slopes, *ntk_scales),
)

# %%
standard_weight_factor = Claim(g, 1, Given("standard parametrisation"))
standard_bias_factor = Claim(h, 1, Given("standard parametrisation"))
standard_weight_variance = Claim(v, sigma_w**2 / n, Given("standard parametrisation"))
standard_bias_variance = Claim(v_b, sigma_b**2, Given("standard parametrisation"))
no_bias = Claim(h, 0, Given("standard parametrisation without biases"))
standard_scales = (
    standard_weight_factor,
    standard_bias_factor,
    standard_weight_variance,
    standard_bias_variance,
)

standard_nngp = Claim(
    K_next, sigma_b**2 + sigma_w**2 * T, Substitutes(layer_covariance, self_averaging, *standard_scales)
)
standard_ntk = Claim(
    Theta_next,
    n * T + 1 + sigma_w**2 * Tdot * Theta,
    Substitutes(layer_tangent, self_averaging, self_averaging_slopes, *standard_scales),
)
standard_ntk_without_bias = Claim(
    Theta_next,
    n * T + sigma_w**2 * Tdot * Theta,
    Substitutes(
        layer_tangent,
        self_averaging,
        self_averaging_slopes,
        standard_weight_factor,
        no_bias,
        standard_weight_variance,
    ),
)

# %% [markdown]
# ## The first layer
# It sums over the $d$ coordinates of the input, whose mean product is given, and no parameters come before.

# %%
inputs = Claim(m, product, Given("coordinates of the inputs in place of activations"))
input_width = Claim(n, d, Given("as many as there are"))
nothing_before = Claim(Theta, 0, Given("inputs are not trained"))
input_covariance = Claim(
    K_next, sigma_b**2 + sigma_w**2 * product, Substitutes(layer_covariance, inputs, *ntk_scales)
)
input_tangent = Claim(
    Theta_next,
    sigma_b**2 + sigma_w**2 * product,
    Substitutes(layer_tangent, inputs, nothing_before, *ntk_scales),
)
standard_input_tangent = Claim(
    Theta_next,
    d * product + 1,
    Substitutes(layer_tangent, inputs, nothing_before, *standard_scales, input_width),
)
standard_input_tangent_without_bias = Claim(
    Theta_next,
    d * product,
    Substitutes(
        layer_tangent,
        inputs,
        nothing_before,
        standard_weight_factor,
        no_bias,
        standard_weight_variance,
        input_width,
    ),
)

# %%
input_nngp = ExplicitForm(input_covariance, (product, sigma_w, sigma_b))
input_ntk = ExplicitForm(input_tangent, (product, sigma_w, sigma_b))
input_ntk_standard = ExplicitForm(standard_input_tangent, (product, d))
input_ntk_standard_unbiased = ExplicitForm(standard_input_tangent_without_bias, (product, d))
dense_nngp = ExplicitForm(nngp, (T, sigma_w, sigma_b))
dense_ntk = ExplicitForm(ntk, (T, Tdot, Theta, sigma_w, sigma_b))
dense_ntk_standard = ExplicitForm(standard_ntk, (T, Tdot, Theta, sigma_w, n))
dense_ntk_standard_unbiased = ExplicitForm(standard_ntk_without_bias, (T, Tdot, Theta, sigma_w, n))
