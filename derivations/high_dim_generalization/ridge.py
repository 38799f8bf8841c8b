# %% [markdown]
# # Ridge regression
# A penalty $\gamma\|w\|^2$ damps the modes below $\gamma$ instead of leaving them untrained (R5). Its best
# strength is $\gamma^* = 1/\mathrm{SNR}$ for every mode, hence at every ratio $\alpha$ of data to weights;
# there is no peak at $\alpha = 1$.

# %%
import sympy as sp
from sympy import Derivative, sqrt

from theory import Claim, ExplicitForm
from theory.rules import Differentiates, Given, Rewrites, Solves, Substitutes

from .setting import SNR, alpha, lam, noise, z_bar
from .spectrum import G_of, gamma, resolvent, root, slope, trace_in_full
from .spectrum import many_data as resolvent_of_many

z_of = sp.Function("z_gamma", real=True)(z_bar, noise)
e_of, E_of = (sp.Function(name, real=True)(gamma) for name in ("e_gamma", "E_gamma"))
best, E_best = sp.symbols("e_best E_best")

# %%
pull = Claim(
    lam * (z_bar - z_of) + sqrt(lam) * noise - gamma * z_of,
    0,
    Given("at the minimum of the sum of squares and the penalty, along a singular vector"),
)
damped = Claim(z_of, (lam * z_bar + sqrt(lam) * noise) / (lam + gamma), Solves(pull))
missed = Claim(Derivative(z_of, z_bar), lam / (lam + gamma), Differentiates(damped, z_bar))
taken = Claim(Derivative(z_of, noise), sqrt(lam) / (lam + gamma), Differentiates(damped, noise))
square = Claim(
    e_of,
    (Derivative(z_of, z_bar) - 1) ** 2 + Derivative(z_of, noise) ** 2 / SNR,
    Given("the mean square of z - z_bar over teacher and noise"),
)
error = Claim(e_of, (gamma**2 + lam / SNR) / (lam + gamma) ** 2, Substitutes(square, missed, taken))
turn = Claim(
    Derivative(e_of, gamma),
    2 * lam * (gamma - 1 / SNR) / (lam + gamma) ** 3,
    Differentiates(error, gamma),
)
best_of_mode = Claim(best, 1 / (1 + lam * SNR), Substitutes(error, at={e_of: best, gamma: 1 / SNR}))

# %% [markdown]
# Over the spectrum $\langle\gamma^2/(\lambda + \gamma)^2\rangle = -\gamma^2 G'$ and $\langle\lambda/(\lambda
# + \gamma)^2\rangle = G + \gamma G'$.

# %%
R = sp.Symbol("R")
average = Claim(
    E_of,
    -(gamma**2) * Derivative(G_of, gamma) + (G_of + gamma * Derivative(G_of, gamma)) / SNR + 1 / SNR,
    Given("the modes' errors in terms of the resolvent and its slope, and the noise of the test point"),
)


def by_resolvent(G):
    """The error from a spelling of the resolvent."""
    return gamma**2 * G * (1 + G) / root + alpha * G / ((1 + G) * root * SNR) + 1 / SNR


ridge = Claim(E_of, by_resolvent(resolvent.rhs), Substitutes(average, slope, trace_in_full))
ridge_of_many = Claim(E_of, by_resolvent(resolvent_of_many.rhs), Rewrites(ridge))
ridge_slope = Claim(
    Derivative(E_of, gamma),
    (gamma - 1 / SNR) * alpha * resolvent.rhs * (root + gamma + alpha + 1) / ((1 + resolvent.rhs) * root**3),
    Differentiates(ridge, gamma),
)
best_ridge = Claim(
    E_best,
    (1 - alpha + 1 / SNR + sqrt((1 / SNR + alpha - 1) ** 2 + 4 / SNR)) / 2,
    Substitutes(ridge, at={E_of: E_best, gamma: 1 / SNR}),
)
best_ridge_of_many = Claim(
    E_best,
    1 / SNR + 2 / (SNR * (alpha - 1) + 1 + sqrt((SNR * (alpha - 1) + 1) ** 2 + 4 * SNR)),
    Rewrites(best_ridge),
)
best_at_one = Claim(E_best, (1 + sqrt(1 + 4 * SNR)) / (2 * SNR), Substitutes(best_ridge, at={alpha: 1}))

# %%
ridge_error_of_a_mode = ExplicitForm(error, (gamma, lam, SNR))
ridge_error = ExplicitForm(
    ridge, (gamma, alpha, SNR), forms=((ridge_of_many, gamma + alpha > 1), (ridge, True))
)
best_ridge_error = ExplicitForm(
    best_ridge,
    (alpha, SNR),
    forms=((best_ridge_of_many, SNR * (alpha - 1) + 1 > 0), (best_ridge, True)),
)
