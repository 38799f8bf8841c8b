# %% [markdown]
# # The Langevin corrector
# Steps $x \leftarrow x + \epsilon s(x) + \sqrt{2\epsilon}\,z$ at a fixed noise level settle at too large a
# variance, or at none.

# %%
import sympy as sp
from sympy import exp
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import FixedPoint, Given, Recursion, Rewrites, Substitutes

from .setting import v

eps = Parameter("epsilon", "step of the corrector", POSITIVE, latex=r"\epsilon", extremes=(1e-6, 1e6))
V0 = Parameter("V0", "variance before the first step", NONNEGATIVE, latex="V_0", extremes=(1e-6, 1e6))
V = Parameter("V", "variance of the samples", POSITIVE)
n = Parameter("n", "number of steps", sp.Range(0, sp.oo), extremes=(1, 1e4))
W, slope, score_of = sp.Function("W"), sp.Symbol("m"), sp.Symbol("s")
V_next = sp.Symbol("V_next")

# %%
step = Claim(slope, 1 + eps * score_of, Given("the mean of a Langevin step, per unit of the sample"))
score = Claim(score_of, -1 / v, Given("the score of the mode, per unit of the sample"))
contraction = Claim(slope, 1 - eps / v, Substitutes(step, score))
spread = Claim(
    V_next, slope**2 * V + 2 * eps, Given("the variance after a linear step with independent noise")
)
next_variance = Claim(V_next, (1 - eps / v) ** 2 * V + 2 * eps, Substitutes(spread, contraction))
recursion = Claim(
    W(n + 1), (1 - eps / v) ** 2 * W(n) + 2 * eps, Substitutes(next_variance, at={V_next: W(n + 1), V: W(n)})
)

# %% [markdown]
# The chain contracts if and only if $0 < \epsilon < 2v$: then its variance has a fixed point.

# %%
stable = (eps < 2 * v,)
stationary = Claim(V, 2 * v**2 / (2 * v - eps), FixedPoint(next_variance, V), where=stable)
by_difference = Claim(
    W(n),
    V0 * (1 - eps / v) ** (2 * n) + 2 * v**2 / (2 * v - eps) * (1 - (1 - eps / v) ** (2 * n)),
    Recursion(recursion, {W(0): V0}),
    where=stable,
)

# %% [markdown]
# For the computer: near either end of the stable steps the contraction hardly differs from 1.

# %%
short, long = 2 * n * log1p(-eps / v), 2 * n * log1p((eps - 2 * v) / v)
by_short_steps = Claim(
    W(n), V0 * exp(short) - 2 * v**2 / (2 * v - eps) * expm1(short), Rewrites(by_difference), where=eps < v
)
by_long_steps = Claim(
    W(n), V0 * exp(long) - 2 * v**2 / (2 * v - eps) * expm1(long), Rewrites(by_difference), where=eps > v
)

# %%
langevin_contraction = ExplicitForm(contraction, (eps, v))
langevin_stationary_variance = ExplicitForm(stationary, (v, eps))
langevin_variance = ExplicitForm(
    by_difference,
    (n, v, eps, V0),
    forms=((by_short_steps, 4 * eps <= v), (by_long_steps, 4 * eps >= 7 * v), (by_difference, True)),
)
