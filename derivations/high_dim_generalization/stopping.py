# %% [markdown]
# # Early stopping
# The noise of a mode is fitted as fast as its signal, but starts from nothing: each mode has a best time,
# later for small eigenvalues (R6). Stopped at its own best time a mode that starts from 0 is as good as
# the best ridge makes it; one time for all modes is a compromise, so that ridge is a little better.

# %%
import sympy as sp
from sympy import Derivative, Integral, exp, log, oo, pi, sin, sqrt

from theory import Claim, ExplicitForm, ImplicitForm
from theory.functions import expm1, log1p
from theory.rules import Defines, Differentiates, Equates, Given, Limit, Rewrites, Solves, Substitutes

from .modes import e, error
from .setting import INR, SNR, alpha, lam, t
from .spectrum import ell, stable_eigenvalue, stable_weight, v, w

edge, ratio, A, B = sp.symbols("lambda_edge r_edge A B", positive=True)
a, b = (sp.Function(name, real=True)(v) for name in "ab")
y = sp.Symbol("y")

# %%
moves = Claim(
    Derivative(e, t),
    2 * exp(-lam * t) * ((1 - exp(-lam * t)) / SNR - (1 + INR) * lam * exp(-lam * t)),
    Differentiates(error, t),
)
stable_moves = Claim(
    Derivative(e, t),
    -2 * exp(-lam * t) * (expm1(-lam * t) / SNR + (1 + INR) * lam * exp(-lam * t)),
    Rewrites(moves),
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

# %% [markdown]
# Where all eigenvalues are close to $\alpha$, for $\alpha \gg 1$, one time serves all of them: the best times
# of both ends of the spectrum are those of $\lambda = \alpha$.

# %%
over = Claim(
    ratio,
    best_time.rhs.subs(lam, edge) / best_time.rhs.subs(lam, alpha),
    Given("the best time at an end of the spectrum, over that at alpha"),
)
upper = Claim(
    ratio,
    log(1 + SNR * (1 + INR) * (1 + sqrt(alpha)) ** 2)
    * alpha
    / ((1 + sqrt(alpha)) ** 2 * log(1 + SNR * (1 + INR) * alpha)),
    Substitutes(over, at={edge: (1 + sqrt(alpha)) ** 2}),
)
lower = Claim(
    ratio,
    log(1 + SNR * (1 + INR) * (1 - sqrt(alpha)) ** 2)
    * alpha
    / ((1 - sqrt(alpha)) ** 2 * log(1 + SNR * (1 + INR) * alpha)),
    Substitutes(over, at={edge: (1 - sqrt(alpha)) ** 2}),
)
upper_limit = Claim(ratio, 1, Limit(upper, alpha, oo))
lower_limit = Claim(ratio, 1, Limit(lower, alpha, oo))

# %% [markdown]
# Over the whole spectrum: signal $B$ and noise $A$ in the rate, without their factors $e^{-\lambda_- t}$ and
# $e^{-2\lambda_- t}$, which would underflow. The best time is that of a ratio $\mathrm{SNR}(1 +
# \mathrm{INR})$, whose logarithm is almost linear in it.

# %%
gap = ((1 - alpha) / (1 + sqrt(alpha))) ** 2
beyond = 4 * sqrt(alpha) * sin(v / 2) ** 2
noise_at = Claim(
    a,
    -stable_weight.rhs * exp(-beyond * t) * expm1(-stable_eigenvalue.rhs * t),
    Defines("the noise in the rate at an angle"),
)
signal_at = Claim(
    b,
    stable_weight.rhs * stable_eigenvalue.rhs * exp(-2 * beyond * t),
    Defines("the signal in the rate at an angle"),
)
rate_by_angle = Claim(
    w * moves.rhs.subs(lam, ell) / 2,
    exp(-gap * t) * a / SNR - (1 + INR) * exp(-2 * gap * t) * b,
    Equates(stable_eigenvalue, stable_weight, noise_at, signal_at),
)
noise_in_all = Claim(A, Integral(a, (v, 0, pi)), Given("the noise over all modes with data"))
signal_in_all = Claim(B, Integral(b, (v, 0, pi)), Given("the signal over all modes with data"))
balance_by_angle = Claim(
    exp(-gap * t) * Integral(a, (v, 0, pi)) / SNR,
    (1 + INR) * exp(-2 * gap * t) * Integral(b, (v, 0, pi)),
    Given("where the error is smallest its rate, summed over the modes, vanishes"),
)
balance_of_all = Claim(
    exp(-gap * t) * A / SNR,
    (1 + INR) * exp(-2 * gap * t) * B,
    Substitutes(balance_by_angle, noise_in_all, signal_in_all),
)
by_strength = Claim(SNR, exp(gap * t) * A / ((1 + INR) * B), Solves(balance_of_all))
logarithm = Claim(y, log(SNR * (1 + INR)), Given("the strength of the signal"))
strength = Claim(y, gap * t + log(A / B), Substitutes(logarithm, by_strength))
strength_of_all = Claim(
    y,
    gap * t + log(Integral(a, (v, 0, pi)) / Integral(b, (v, 0, pi))),
    Substitutes(strength, noise_in_all, signal_in_all, noise_at, signal_at),
)

# %%
kappa = SNR * (1 + INR)
rate_of_a_mode = ExplicitForm(moves, (t, lam, SNR, INR), forms=((stable_moves, True),))
stopping_time_of_a_mode = ExplicitForm(best_time, (lam, SNR, INR), forms=((stable_best_time, True),))
stopping_time = ImplicitForm(
    strength_of_all,
    (alpha, SNR, INR),
    unknown=t,
    target=log(kappa),
    bracket=(log1p((1 + sqrt(alpha)) ** 2 * kappa) / (1 + sqrt(alpha)) ** 2, kappa / sqrt(1 + gap * kappa)),
)
