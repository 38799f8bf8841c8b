# %% [markdown]
# # Steps of gradient descent at every width
# One hidden linear layer, one input of unit norm. Output $f$ and tangent kernel $K$ close under a step at
# every width, as both are means over the units: in µP, in the NTK parametrisation, and in its limit. These
# are told apart by one number, $\varepsilon = 1$ in µP, $1/n$ in the NTK parametrisation of width $n$, 0 in
# its limit, where the kernel stays what it is. Above a rate of $2/K$ the output first grows; where features
# are learned the kernel then falls, up to nearly twice that rate until it converges. The closed form is
# stated below that: `LinearNetwork` takes any rate.

# %%
import sympy as sp
from sympy import exp, sqrt
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.parameter import POSITIVE
from theory.rules import Assumption, Equates, Given, Recursion, Rewrites, Substitutes

from .setting import M, P, eta, f_0, k, s

eps = Parameter(
    "eps", "1 in the maximal update, 1/n in the NTK parametrisation", sp.Interval(0, 1),
    latex=r"\varepsilon", extremes=(1e-4, 1),
)  # fmt: skip
K_0 = Parameter("K_0", "tangent kernel at the start", POSITIVE, extremes=(0.5, 4))
u, v = sp.symbols("u v", real=True)
u_next, v_next = sp.symbols("u' v'", real=True)
e = Parameter("e", "the rate times the error")
width_share = Parameter("epsilon", "as eps, positive", POSITIVE, latex=r"\varepsilon")

# %% [markdown]
# A unit's two weights, its output $uv/\sqrt\varepsilon$ and its share of the kernel $u^2 + v^2$.

# %%
root = sqrt(width_share)
first_step = Claim(u_next, u + root * e * v, Given("a step of the first weight of a unit"))
second_step = Claim(v_next, v + root * e * u, Given("a step of the second weight of a unit"))
unit_output = Claim(
    u_next * v_next / root,
    (1 + width_share * e**2) * (u * v / root) + e * (u**2 + v**2),
    Equates(first_step, second_step),
)
unit_kernel = Claim(
    u_next**2 + v_next**2,
    (1 + width_share * e**2) * (u**2 + v**2) + 4 * width_share * e * (u * v / root),
    Equates(first_step, second_step),
)

# %% [markdown]
# The means over the units take the same step, as it is linear in them.

# %%
f, K = sp.Function("f", real=True), sp.Function("K", real=True)
f_next, K_next, gap = sp.symbols("f' K' e_k", real=True)
step_error = Claim(gap, eta * (s - f(k)), Given("the rate times the error that is left"))
mean_step = Claim(
    (f_next, K_next),
    (
        (1 + eps * gap**2) * f(k) + gap * K(k),
        (1 + eps * gap**2) * K(k) + 4 * eps * gap * f(k),
    ),
    Given("the mean over the units of one unit's step"),
)
step = Claim(
    (f_next, K_next),
    (
        (1 + eps * (eta * (s - f(k))) ** 2) * f(k) + eta * (s - f(k)) * K(k),
        (1 + eps * (eta * (s - f(k))) ** 2) * K(k) + 4 * eps * eta * (s - f(k)) * f(k),
    ),
    Substitutes(mean_step, step_error),
    where=(eta * (K_0 + 2 * s + 2 * sp.Abs(f_0)) <= 1, K_0**2 >= 4 * eps * f_0**2),
)
hyperbola = Claim(
    K_next**2 - 4 * eps * f_next**2,
    (1 - eps * gap**2) ** 2 * (K(k) ** 2 - 4 * eps * f(k) ** 2),
    Equates(mean_step),
)

# %% [markdown]
# In µP the same steps are products: of the factors $1 \pm \eta (s - f_k)$, by which the sum and the
# difference of a unit's weights grow. $f = \frac12 (P g_+^2 - M g_-^2)$ and $K = P g_+^2 + M g_-^2$.

# %%
g_plus, g_minus = sp.symbols("g_+ g_-", positive=True)
f_by_factors = Claim(f(k), (P * g_plus**2 - M * g_minus**2) / 2, Given("the output by the growth factors"))
K_by_factors = Claim(K(k), P * g_plus**2 + M * g_minus**2, Given("the kernel by the growth factors"))
maximal_step = Claim(
    (f_next, K_next),
    ((1 + gap**2) * f(k) + gap * K(k), (1 + gap**2) * K(k) + 4 * gap * f(k)),
    Substitutes(mean_step, at={eps: 1}),
)
factor_step = Claim(
    (f_next, K_next),
    (
        (P * (g_plus * (1 + gap)) ** 2 - M * (g_minus * (1 - gap)) ** 2) / 2,
        P * (g_plus * (1 + gap)) ** 2 + M * (g_minus * (1 - gap)) ** 2,
    ),
    Substitutes(maximal_step, f_by_factors, K_by_factors),
)

# %% [markdown]
# In the limit of the NTK parametrisation the kernel stays 2, and the steps are solved. It starts at a
# random output $f_0 \sim N(0, 1)$; the hidden weights move by $O(n^{-1/2})$.

# %%
lazy_step = Claim(
    (f_next, K_next), (f(k) + eta * (s - f(k)) * K(k), K(k)), Substitutes(step, at={eps: 0}), everywhere=True
)
output_step = Claim(
    f(k + 1), f(k) + eta * (s - f(k)) * K(k), Given("the output's step, where the kernel's is to stay")
)
constant_kernel = Claim(K(k), 2, Assumption("infinite width: the kernel stays at its start, the mean 2"))
kernel_step = Claim(
    f(k + 1),
    f(k) + 2 * eta * (s - f(k)),
    Substitutes(output_step, constant_kernel),
)
kernel_steps = Claim(f(k), s + (f_0 - s) * (1 - 2 * eta) ** k, Recursion(kernel_step, {f(0): f_0}))
few_steps = Claim(
    f(k),
    f_0 * exp(k * log1p(-2 * eta)) - s * expm1(k * log1p(-2 * eta)),
    Rewrites(kernel_steps),
    where=8 * eta <= 1,
)
small_steps = Claim(
    f(k),
    f_0 * exp(k * log1p(-2 * eta)) + s * (1 - exp(k * log1p(-2 * eta))),
    Rewrites(kernel_steps),
    where=8 * eta <= 1,
)
large_steps = Claim(f(k), f_0 * (1 - 2 * eta) ** k + s * (1 - (1 - 2 * eta) ** k), Rewrites(kernel_steps))

# %%
output_after_steps = RecursiveForm(
    step, (k, s, eta, f_0, K_0, eps), state=(f(k), K(k)), start=(f_0, K_0), steps=k
)
tangent_output_after_steps = ExplicitForm(
    kernel_steps,
    (k, s, eta, f_0),
    forms=(
        (few_steps, (4 * k * eta <= 1) & (8 * eta <= 1)),
        (small_steps, 8 * eta <= 1),
        (large_steps, True),
    ),
)
