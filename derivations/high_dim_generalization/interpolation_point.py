# %% [markdown]
# # As many data as weights
# At $\alpha = 1$ the spectrum reaches down to 0, and every average is a Bessel function (R4): overtraining
# never ends, but grows like $\sqrt t$. Here $\hat I_n(x) = e^{-x} I_n(x)$.

# %%
import sympy as sp
from sympy import Derivative, Integral, Rational, cos, exp, log, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import i0e, i1e
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Limit, Rewrites, Solves, Substitutes

from .curves import E_g, E_t
from .setting import INR, SNR, alpha, lam, t
from .spectrum import eigenvalue, ell, v, w, weight

s = Parameter("s", "time that damps the modes", POSITIVE)
L, F = sp.Function("L", real=True), sp.Function("F", real=True)
taken = sp.Function("f_noise", real=True)(lam, t)
at_one = {alpha: 1}
half = Rational(1, 2)
b_1, b_2 = sp.symbols("b_1 b_2")

# %%
damped = Claim(L(s), Integral(w * exp(-ell * s), (v, 0, pi)), Given("the mean of exp(-lambda s)"))
weight_at_one = Claim(w, (1 + cos(v)) / pi, Substitutes(weight, at=at_one))
eigenvalue_at_one = Claim(ell, 2 - 2 * cos(v), Substitutes(eigenvalue, at=at_one))
damped_at_one = Claim(
    L(s),
    Integral((1 + cos(v)) / pi * exp(-(2 - 2 * cos(v)) * s), (v, 0, pi)),
    Substitutes(damped, weight_at_one, eigenvalue_at_one),
)
laplace = Claim(L(s), i0e(2 * s) + i1e(2 * s), Rewrites(damped_at_one))
rate = Claim(Derivative(L(s), s), -i1e(2 * s) / s, Differentiates(laplace, s))

# %% [markdown]
# The noise that is taken in, $F(t) = \langle(1 - e^{-\lambda t})^2/\lambda\rangle$, by its rate.

# %%
taken_in = Claim(taken, (1 - exp(-lam * t)) ** 2 / lam, Given("the noise in a mode"))
taken_rate = Claim(
    Derivative(taken, t), 2 * exp(-lam * t) - 2 * exp(-2 * lam * t), Differentiates(taken_in, t)
)
growth = Claim(F(t).diff(t), 2 * L(t) - 2 * L(2 * t), Given("the mean of that rate"))
growth_in_full = Claim(
    F(t).diff(t),
    2 * (i0e(2 * t) + i1e(2 * t)) - 2 * (i0e(4 * t) + i1e(4 * t)),
    Substitutes(growth, laplace),
)
fitted_noise = Claim(
    F(t),
    4 * t * (i0e(2 * t) + i1e(2 * t) - i0e(4 * t) - i1e(4 * t)) + i0e(2 * t) - i0e(4 * t) / 2 - half,
    Solves(growth_in_full, conditions=[(F(0), 0)]),
)

# %% [markdown]
# The errors, and how they go on: the start is forgotten as $1/\sqrt t$, the noise grows as $\sqrt t$.

# %%
parts = Claim(
    E_g,
    (1 + INR) * L(2 * t) + F(t) / SNR + 1 / SNR,
    Given("alpha = 1: what is left of the start, the noise taken in, the noise of the test point"),
)
error_at_one = Claim(
    E_g,
    (1 + INR) * (i0e(4 * t) + i1e(4 * t))
    + (4 * t * (i0e(2 * t) + i1e(2 * t) - i0e(4 * t) - i1e(4 * t)) + i0e(2 * t) - i0e(4 * t) / 2 + half)
    / SNR,
    Substitutes(parts, laplace, fitted_noise),
)
residual_parts = Claim(
    E_t,
    -(1 + INR) * Derivative(L(s), s) + L(s) / SNR,
    Given("alpha = 1: the mean of lambda exp(-lambda s) and of exp(-lambda s), at s = 2 t"),
)
training_at_one = Claim(
    E_t,
    (1 + INR) * i1e(4 * t) / (2 * t) + (i0e(4 * t) + i1e(4 * t)) / SNR,
    Substitutes(residual_parts, rate, laplace, at={s: 2 * t}),
    where=t > 0,
)
noise_by_root = Claim(b_1, F(t) / sqrt(t), Given("the noise taken in, over the root of time"))
noise_by_root_in_full = Claim(b_1, fitted_noise.rhs / sqrt(t), Substitutes(noise_by_root, fitted_noise))
root_law = Claim(b_1, (4 - 2 * sqrt(2)) / sqrt(pi), Limit(noise_by_root_in_full, t, oo))
start_by_root = Claim(b_2, L(2 * t) * sqrt(t), Given("what is left of the start, times the root of time"))
start_by_root_in_full = Claim(b_2, (i0e(4 * t) + i1e(4 * t)) * sqrt(t), Substitutes(start_by_root, laplace))
start_law = Claim(b_2, 1 / sqrt(2 * pi), Limit(start_by_root_in_full, t, oo))

# %% [markdown]
# The best time to stop: where the noise's rate over the signal's is $\mathrm{SNR}(1 + \mathrm{INR})$.

# %%
y = sp.Symbol("y")
rates = Claim(
    (L(t) - L(2 * t)) / SNR,
    -(1 + INR) * Derivative(L(s), s),
    Given("alpha = 1: the rate vanishes, half of the noise's and of the signal's, the latter at s = 2 t"),
)
by_strength = Claim(SNR, (L(t) - L(2 * t)) / (-(1 + INR) * Derivative(L(s), s)), Solves(rates))
logarithm = Claim(y, log(SNR * (1 + INR)), Given("the strength of the signal"))
strength = Claim(y, log(-(L(t) - L(2 * t)) / Derivative(L(s), s)), Substitutes(logarithm, by_strength))
strength_in_full = Claim(
    y,
    log(2 * t * (i0e(2 * t) + i1e(2 * t) - i0e(4 * t) - i1e(4 * t)) / i1e(4 * t)),
    Substitutes(strength, laplace, rate, at={s: 2 * t}),
    where=t > 0,
)

# %%
generalisation_error_at_one = ExplicitForm(error_at_one, (t, SNR, INR))
training_error_at_one = ExplicitForm(training_at_one, (t, SNR, INR))
