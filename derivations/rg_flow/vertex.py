# %% [markdown]
# # Vertex and mean correction
# At a finite width $S = K + G_1/n$ on average, with the variance $V/n$, to first order in $1/n$ (R6). A
# layer makes $S' = C_b + \frac{C_W}{n'}\sum_j\sigma(\sqrt S\xi_j)^2$: its mean given $S$ is the flow at
# $S$, and its variance given $S$ is $C_W^2(q - g^2)/n'$ with $q = \langle\sigma^4\rangle$.

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, REAL
from theory.rules import Assumption, Given, Limit, Recursion, Series, Solves, Substitutes

from .asymptotics import a_1
from .scale_invariant import (
    growth_by_slopes,
    linear_kernel,
    mean_fourth,
    mean_square,
    nu,
    power,
    some,
    steady,
)
from .setting import C_W, C_b, K, K_next, chi_par, g, kernel_flow, l, n, q
from .susceptibilities import g_1, g_2, growth
from .vanishing_kernel import mean_square as small_square
from .vanishing_kernel import s_1, unit

V = Parameter("V", "variance of S times n: the four-point vertex", NONNEGATIVE, extremes=(1e-6, 1e3))
G_1 = Parameter("G_1", "mean of S less K, times n", REAL, extremes=(-1e3, 1e3))
before = Parameter("n_before", "width of the layer before", COUNTING, latex="n_-", extremes=(1, 1e6))
V_next, G_next, mean, variance = sp.symbols("V' G_1' E Var")

# %%
mean_of_next = Claim(
    mean,
    C_b + C_W * (g + g_1 * G_1 / n + g_2 / 2 * V / n),
    Assumption("wide layers: the flow at S, expanded to first order in 1/n", (kernel_flow,)),
)
variance_of_next = Claim(
    variance,
    C_W**2 * (q - g**2) / n + (C_W * g_1) ** 2 * V / before,
    Assumption("wide layers: variance given S, and that of the mean given S, to first order in 1/n"),
)
named_mean = Claim(mean, K_next + G_next / n, Given("the next mean correction"))
named_variance = Claim(variance, V_next / n, Given("the next vertex"))
mean_correction = Claim(
    G_next,
    chi_par * G_1 + C_W * g_2 * V / 2,
    Substitutes(mean_of_next, named_mean, kernel_flow, growth, factor=n),
)
unequal_vertex = Claim(
    V_next,
    C_W**2 * (q - g**2) + n / before * chi_par**2 * V,
    Substitutes(variance_of_next, named_variance, growth, factor=n),
)
vertex = Claim(V_next, C_W**2 * (q - g**2) + chi_par**2 * V, Substitutes(unequal_vertex, at={before: n}))

# %% [markdown]
# Scale-invariant activations at criticality gain $\nu K^2$ a layer, and have no mean correction, as $g'' =
# 0$.

# %%
W = sp.Function("V")
linear_step = Claim(
    W(l + 1),
    nu * K**2 + W(l),
    Substitutes(
        vertex, mean_fourth, mean_square, growth_by_slopes, steady, linear_kernel, power,
        at={V_next: W(l + 1), V: W(l)},
    ),
    where=some,
)  # fmt: skip
linear_vertex = Claim(W(l), (l - 1) * nu * K**2, Recursion(linear_step, {W(1): 0}))

# %% [markdown]
# Near $K^\star = 0$ the noise is $2K^2$, whatever the activation, and $K = 1/(-a_1l)$ to leading order.

# %%
noise, left, left_mean, v = sp.symbols("N R_V R_G v")
t = Parameter("t", "layer", POSITIVE)
small_fourth = Claim(q, 3 * s_1**4 * K**2, Given("the mean of (s_1 z)^4, the lowest order"))
layer_noise = Claim(noise, C_W**2 * (q - g**2), Given("the noise of a layer"))
small_gain = Claim(C_W, 1 / s_1**2, Solves(unit))
noise_by_taylor = Claim(
    noise,
    (3 * s_1**4 * K**2 - small_square.rhs**2) / s_1**4,
    Substitutes(layer_noise, small_fourth, small_square, small_gain),
)
small_noise = Claim(noise, 2 * K**2, Series(noise_by_taylor, K, 2))
what_is_left = Claim(
    left,
    t**2 * (v / (t + 1) - (1 + 2 * a_1 * K) ** 2 * v / t - small_noise.rhs),
    Given("the vertex's equation for V = v/l, times l^2"),
    where=a_1 < 0,
)
left_on_the_way = Claim(
    left,
    t**2 * (v / (t + 1) - (1 - 2 / t) ** 2 * v / t - 2 / (a_1 * t) ** 2),
    Substitutes(what_is_left, at={K: -1 / (a_1 * t)}),
)
left_far = Claim(left, 3 * v - 2 / a_1**2, Limit(left_on_the_way, t, sp.oo))
balance = Claim(left_far.rhs, 0, Given("nothing is left"))
vanishing_vertex = Claim(v, 2 / (3 * a_1**2), Solves(balance))
mean_left = Claim(
    left_mean,
    t * (G_1 - (1 + 2 * a_1 * K) * G_1 - a_1 * v / t),
    Given("the mean's equation for constant G_1, times l; g'' C_W = 2 a_1"),
    where=a_1 < 0,
)
mean_balance = Claim(
    2 * G_1 - a_1 * v,
    0,
    Substitutes(mean_left, at={K: -1 / (a_1 * t), left_mean: 0}, factor=-1),
)
vanishing_mean = Claim(
    G_1, 1 / (3 * a_1), Solves(Claim(2 * G_1 - 2 / (3 * a_1), 0, Substitutes(mean_balance, vanishing_vertex)))
)

# %% [markdown]
# In units of the kernel, $V/K^2 = \frac23l$ and $G_1/K = -\frac13l$: the same for all of the class.

# %%
relative, relative_mean = sp.symbols("V/K^2 G_1/K")
in_kernels = Claim(relative, v / t / K**2, Given("the vertex in units of the kernel"))
universal_vertex = Claim(
    relative, 2 * t / 3, Substitutes(in_kernels, vanishing_vertex, at={K: -1 / (a_1 * t)}), where=a_1 < 0
)
mean_in_kernels = Claim(relative_mean, G_1 / K, Given("the mean correction in units of the kernel"))
universal_mean = Claim(
    relative_mean, -t / 3, Substitutes(mean_in_kernels, vanishing_mean, at={K: -1 / (a_1 * t)}), where=a_1 < 0
)

# %%
vertex_step = ExplicitForm(unequal_vertex, (V, chi_par, q, g, C_W, n, before))
mean_correction_step = ExplicitForm(mean_correction, (G_1, V, chi_par, C_W, g_2))
