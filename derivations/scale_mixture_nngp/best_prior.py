# %% [markdown]
# # What the evidence says about the prior
# The log-evidence (R3) is the log-density of the data. Of one data set it is largest at $b = aQ/n$, and along
# that ridge it still rises with $a$: a single draw of the scale never speaks for a spread of scales, but for
# the Gaussian process of scale $Q/n$. Only several data sets (tasks) tell $a$.

# %%
import sympy as sp
from sympy import Derivative, digamma, log, oo, pi

from theory import Claim, ExplicitForm
from theory.functions import log1p, log_gamma_ratio
from theory.rules import Differentiates, Limit, Maximises, Rewrites

from .setting import D, Q, a, b, n
from .student_t import ln_p, log_density

best = sp.Symbol("L")

# %%
by_b = Claim(
    Derivative(ln_p, b),
    a / b - (a + n / 2) / (b + Q / 2),
    Differentiates(log_density, b),
)
by_b_at_once = Claim(Derivative(ln_p, b), (a * Q - n * b) / (b * (2 * b + Q)), Rewrites(by_b))
by_a = Claim(
    Derivative(ln_p, a),
    digamma(a + n / 2) - digamma(a) - log1p(Q / (2 * b)),
    Differentiates(log_density, a),
)
largest = Claim(
    best,
    log_gamma_ratio(a, n / 2) - n / 2 * log(2 * pi * Q / n) - D / 2 - a * log1p(n / (2 * a)),
    Maximises(log_density, b, a * Q / n),
)
gaussian_evidence = Claim(best, -n / 2 * log(2 * pi * Q / n) - D / 2 - n / 2, Limit(largest, a, oo))

# %%
evidence_slope_in_b = ExplicitForm(by_b, (n, Q, a, b), forms=((by_b_at_once, True),))
