# %% [markdown]
# # A network of sines, in closed form
# For $\sigma = \sin$ every mean is elementary, so that kernel, susceptibilities, vertex and mean correction
# are known layer by layer, at any $(C_b, C_W)$.

# %%
import sympy as sp
from sympy import Derivative, Integral, exp, oo, sin
from sympy.codegen.cfunctions import expm1

from theory import Claim, Parameter, RecursiveForm
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from .setting import C_W, C_b, K, K_next, chi_par, chi_perp, g, kernel_flow, q, z
from .susceptibilities import (
    c,
    curvature_of_g,
    d,
    density,
    g_1,
    g_2,
    growth,
    m_4,
    perpendicular,
    slope_by_rate,
)
from .vertex import G_1, G_next, V, V_next, mean_correction

# %%
square = Claim(g, Integral(sin(z) ** 2 * density.rhs, (z, -oo, oo)), Given("the mean square"))
mean_square = Claim(g, -expm1(-2 * K) / 2, Rewrites(square))
fourth = Claim(q, Integral(sin(z) ** 4 * density.rhs, (z, -oo, oo)), Given("the mean fourth power"))
mean_fourth = Claim(q, (3 - 4 * exp(-2 * K) + exp(-8 * K)) / 8, Rewrites(fourth))
bend = Claim(c, -g, Given("sigma'' = -sigma"))
first = Claim(g_1, Derivative(g, K), Given("the flow's derivative"))
second = Claim(g_2, Derivative(g, K, K), Given("its second derivative"))
rate = Claim(Derivative(g, K), exp(-2 * K), Differentiates(mean_square, K))
curvature = Claim(Derivative(g, K, K), -2 * exp(-2 * K), Differentiates(rate, K))
weighted = Claim(
    m_4,
    Integral(sin(z) ** 2 * (z**4 - 6 * K * z**2 + 3 * K**2) * density.rhs, (z, -oo, oo)),
    Given("the mean that the second derivative takes"),
)
mean_weighted = Claim(m_4, -8 * K**4 * exp(-2 * K), Rewrites(weighted))
curvature_by_mean = Claim(g_2, -2 * exp(-2 * K), Substitutes(curvature_of_g, mean_weighted))
mean_slope = Claim(d, (1 + exp(-2 * K)) / 2, Substitutes(slope_by_rate, bend, first, rate, mean_square))
parallel = Claim(chi_par, C_W * exp(-2 * K), Substitutes(growth, first, rate))
perpendicular_of_sine = Claim(chi_perp, C_W * (1 + exp(-2 * K)) / 2, Substitutes(perpendicular, mean_slope))

# %% [markdown]
# $\langle\sigma\sigma''\rangle = -g < 0$ for every $K > 0$: the only critical kernel is 0. The noise of a
# layer, $q - g^2$, is a square times what stays.

# %%
noise = sp.Symbol("N")
layer_noise = Claim(noise, q - g**2, Given("the variance of sin^2"))
noise_of_sine = Claim(
    noise,
    (3 - 4 * exp(-2 * K) + exp(-8 * K)) / 8 - expm1(-2 * K) ** 2 / 4,
    Substitutes(layer_noise, mean_fourth, mean_square),
)
noise_factored = Claim(noise, expm1(-4 * K) ** 2 / 8, Rewrites(noise_of_sine))
whole = Claim(
    (K_next, V_next, G_next),
    (kernel_flow.rhs, C_W**2 * noise + chi_par**2 * V, mean_correction.rhs),
    Given("the flow of kernel, vertex and mean correction"),
)
sine_layer = Claim(
    (K_next, V_next, G_next),
    (
        C_b - C_W * expm1(-2 * K) / 2,
        C_W**2 * expm1(-4 * K) ** 2 / 8 + C_W**2 * exp(-4 * K) * V,
        C_W * exp(-2 * K) * (G_1 - V),
    ),
    Substitutes(whole, noise_factored, parallel, second, curvature, mean_square),
    where=C_W <= 2,
)
K_1 = Parameter("K_1", "kernel of the first layer", K.domain, extremes=(1e-3, 10))
depth = Parameter("depth", "layers after the first", sp.Range(0, sp.oo), extremes=(1, 100))
sine_flow = RecursiveForm(
    sine_layer, (depth, K_1, C_b, C_W), state=(K, V, G_1), start=(K_1, 0, 0), steps=depth
)
