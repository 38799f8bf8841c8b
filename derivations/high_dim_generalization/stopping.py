# %% [markdown]
# # Early stopping
# The noise of a mode is fitted as fast as its signal, but starts from nothing: each mode has a best time,
# later for small eigenvalues (R6). Stopped at its own best time a mode that starts from 0 is as good as
# the best ridge makes it; one time for all modes is a compromise, so that ridge is a little better.

# %%
import sympy as sp
from sympy import Derivative, Integral, Max, Min, exp, log, oo, pi, sqrt

from theory import Claim, ExplicitForm, ImplicitForm, Parameter
from theory.functions import expm1, i0e, i1e, log1p
from theory.parameter import POSITIVE
from theory.rules import Defines, Differentiates, Equates, Given, Limit, Rewrites, Solves, Substitutes

from .modes import e, error
from .setting import INR, SNR, alpha, lam, t
from .spectrum import ell, stable_eigenvalue, stable_weight, v, w

# %%
moves = Claim(
    Derivative(e, t),
    2 * exp(-lam * t) * ((1 - exp(-lam * t)) / SNR - (1 + INR) * lam * exp(-lam * t)),
    Differentiates(error, t),
)
at_rest = Claim(Derivative(e, t), 0, Given("where the error of the mode is smallest"))
balance = Claim(
    (1 - exp(-lam * t)) / SNR,
    (1 + INR) * lam * exp(-lam * t),
    Substitutes(at_rest, moves, factor=exp(lam * t) / 2),
)
best_time = Claim(t, log(1 + SNR * (1 + INR) * lam) / lam, Solves(balance))
stable_best_time = Claim(t, log1p(SNR * (1 + INR) * lam) / lam, Rewrites(best_time))
smallest = Claim(
    e.subs(t, best_time.rhs),
    (1 + INR) / (1 + SNR * (1 + INR) * lam),
    Substitutes(error, at={t: best_time.rhs}),
)
