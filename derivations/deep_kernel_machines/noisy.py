# %% [markdown]
# # Outputs with noise
# One hidden linear layer, where $G_0$ and the second moment $S$ of the outputs have eigenvectors in common:
# every eigenvalue $g$ of $G_1$ balances its cost against the fit by itself, and is the root of a cubic (R6).
# There is always exactly one positive root. Without noise it is that of two layers of unequal widths; much
# noise leaves $g = g_0$.

# %%
import sympy as sp
from sympy import Derivative, Max, Min, log

from theory import Claim, ImplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Differentiates, Given, Limit, Substitutes

from .setting import g, g_0

s = Parameter(
    "s_y", "second moment of the outputs, noise included", NONNEGATIVE, latex="s", extremes=(1e-3, 1e3)
)
rho = Parameter("rho_o", "number of outputs over the width", POSITIVE, latex=r"\rho", extremes=(1e-2, 1e2))
noise = Parameter("sigma2", "variance of the noise", POSITIVE, latex=r"\sigma^2", extremes=(1e-3, 1e3))
objective, cost, fit, gap = sp.symbols("L_1 D l h")

# %%
divergence = Claim(cost, (g / g_0 - 1 - log(g / g_0)) / 2, Given("what the layer costs"))
likelihood = Claim(fit, -(log(g + noise) + s / (g + noise)) / 2, Given("what an output gains, with noise"))
whole = Claim(objective, rho * fit - cost, Given("the objective of one eigenvalue, over nu_1"))
of_one = Claim(
    objective,
    -rho * (log(g + noise) + s / (g + noise)) / 2 - (g / g_0 - 1 - log(g / g_0)) / 2,
    Substitutes(whole, divergence, likelihood),
)
slope = Claim(
    Derivative(objective, g),
    -rho / 2 * (1 / (g + noise) - s / (g + noise) ** 2) - (1 / g_0 - 1 / g) / 2,
    Differentiates(of_one, g),
)
cleared = Claim(
    gap,
    -2 * g_0 * g * (g + noise) ** 2 * Derivative(objective, g),
    Given("the slope without its denominators"),
)
cubic = Claim(
    gap,
    (g - g_0) * (g + noise) ** 2 + rho * g_0 * g * (g + noise - s),
    Substitutes(cleared, slope),
)

# %% [markdown]
# ## One root
# Times $-2(g + \sigma^2)$ the slope is a sum of terms of which none falls with $g$: it has one zero, and the
# objective no other maximum.

# %%
balance, rise = sp.symbols("b r_b")
balanced = Claim(balance, -2 * (g + noise) * Derivative(objective, g), Given("the slope, made monotone"))
monotone = Claim(
    balance,
    (1 / g_0 - 1 / g) * (g + noise) + rho * (1 - s / (g + noise)),
    Substitutes(balanced, slope),
)
increasing = Claim(
    Derivative(balance, g),
    noise / g**2 + 1 / g_0 + rho * s / (g + noise) ** 2,
    Differentiates(monotone, g),
)
by_balance = Claim(gap, g_0 * g * (g + noise) * balance, Given("the cubic has the same root"))
cubic_again = Claim(gap, cubic.rhs, Substitutes(by_balance, monotone))

# %% [markdown]
# ## Little noise, and much

# %%
without_noise = Claim(
    gap, g * (g**2 + (rho - 1) * g_0 * g - rho * g_0 * s), Substitutes(cubic, at={noise: 0})
)
geometric_mean = Claim(gap, g * (g**2 - g_0 * s), Substitutes(without_noise, at={rho: 1}))
of_noise = sp.Symbol("b_n")
over_noise = Claim(of_noise, balance / noise, Given("over the variance of the noise"))
balance_over_noise = Claim(of_noise, monotone.rhs / noise, Substitutes(over_noise, monotone))
much_noise = Claim(of_noise, 1 / g_0 - 1 / g, Limit(balance_over_noise, noise, sp.oo))

# %%
noisy_gram = ImplicitForm(
    monotone,
    (g_0, s, noise, rho),
    unknown=g,
    target=0,
    bracket=(Min(g_0, Max(s - noise, g_0 * noise / (noise + rho * g_0))), Max(g_0, s - noise)),
)
