# %% [markdown]
# # Score matching bounds the divergence
# Two laws noised by the same process come together at a rate given by the difference of their scores:
# integrated, the training loss of a score model with weight $g^2$.

# %%
import sympy as sp
from sympy import Integral, exp, log, oo, pi, sqrt

from theory import Claim, ExplicitForm
from theory.rules import Evolves, Given, Rewrites, Substitutes

from .prior import KL, delta, divergence, v, v_q
from .setting import f, g2, t

V, V_q, D = (sp.Function(name, positive=name != "D") for name in ("V", "V_q", "D"))
K = sp.Function("K")

# %%
variance = Claim(V(t).diff(t), 2 * f(t) * V(t) + g2(t), Given("the variance in one law"))
variance_q = Claim(V_q(t).diff(t), 2 * f(t) * V_q(t) + g2(t), Given("the variance in the other law"))
difference = Claim(D(t).diff(t), f(t) * D(t), Given("the difference of the means, without noise"))
in_time = {v: V(t), v_q: V_q(t), delta: D(t), KL: K(t)}
between = Claim(
    K(t),
    (V(t) / V_q(t) - 1 - log(V(t) / V_q(t))) / 2 + D(t) ** 2 / (2 * V_q(t)),
    Substitutes(divergence, at=in_time),
)

# %% [markdown]
# The mean square difference of the two scores, under the first law.

# %%
S, z = sp.Symbol("S"), sp.Symbol("z", real=True)
score_gap = -sqrt(v) * z / v + (sqrt(v) * z + delta) / v_q
definition = Claim(
    S,
    Integral(exp(-(z**2) / 2) / sqrt(2 * pi) * score_gap**2, (z, -oo, oo)),
    Given("the mean square of the scores' difference, z standard deviations from the first mean"),
)
score_difference = Claim(S, (v - v_q) ** 2 / (v * v_q**2) + delta**2 / v_q**2, Rewrites(definition))
fisher = sp.Function("F")
fisher_in_time = Claim(
    fisher(t),
    (V(t) - V_q(t)) ** 2 / (V(t) * V_q(t) ** 2) + D(t) ** 2 / V_q(t) ** 2,
    Substitutes(score_difference, at={**in_time, S: fisher(t)}),
)

# %% [markdown]
# The identity: at every time the divergence falls by $\frac12 g^2$ times that.

# %%
decline_in_variances = Claim(
    K(t).diff(t),
    -g2(t) / 2 * fisher_in_time.rhs,
    Evolves(between, (variance, variance_q, difference)),
)
identity = Claim(K(t).diff(t), -g2(t) / 2 * fisher(t), Substitutes(decline_in_variances, fisher_in_time))

# %%
score_divergence = ExplicitForm(score_difference, (v, v_q, delta), defaults={delta: 0})
