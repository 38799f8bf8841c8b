# %% [markdown]
# # What an error of the drift does to the likelihood
# A learned drift $\hat b_F$ makes a law $\hat\rho_t$ instead of $\rho_t$, from the same start and with the
# same diffusion $\epsilon$. Of any two positive densities the divergence $KL(\rho_t\|\hat\rho_t)$ changes
# at the rate $E_\rho[(\hat s - s)(\hat b_F - b_F) - \epsilon(\hat s - s)^2]$: what else is in its rate is the
# divergence of a flux, which adds up to nothing (R7).

# %%
import sympy as sp
from sympy import Derivative, Integral, exp, log, oo, pi, sqrt

from derivations.score_sde import prior
from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Evolves, Given, Maximises, Rewrites, Substitutes

from .setting import t, x

eps = Parameter("eps", "diffusion", POSITIVE, latex=r"\epsilon", extremes=(1e-3, 1e3))
p, q = (sp.Function(name, positive=True)(t, x) for name in ("rho", "rhohat"))
b, b_hat, F_p, F_q = (sp.Function(n, real=True)(t, x) for n in ("b_F", "bhat_F", "F", "Fhat"))
s, s_hat = (sp.Function(n, real=True)(t, x) for n in ("s", "shat"))
e = sp.Function("epsilon", positive=True)(t)

# %%
flux = Claim(F_p, e * Derivative(p, x) - b * p, Given("the flux of the one, by its Fokker-Planck equation"))
flux_hat = Claim(F_q, e * Derivative(q, x) - b_hat * q, Given("the flux of the other"))
moves = Claim(Derivative(p, t), Derivative(F_p, x), Given("the Fokker-Planck equation"))
moves_hat = Claim(Derivative(q, t), Derivative(F_q, x), Given("the Fokker-Planck equation"))
score = Claim(s, Derivative(p, x) / p, Given("the score"))
score_hat = Claim(s_hat, Derivative(q, x) / q, Given("the score of the other"))
integrand = sp.Function("k", real=True)(t, x)
information = Claim(integrand, p * log(p / q), Given("what is integrated to the divergence"))
rate = Claim(
    Derivative(integrand, t),
    Derivative(F_p, x) * (1 + log(p / q)) - p / q * Derivative(F_q, x),
    Evolves(information, (moves, moves_hat)),
)
by_flux = Claim(
    Derivative(integrand, t),
    Derivative(F_p * (1 + log(p / q)) - p / q * F_q, x) - F_p * (s - s_hat) + p / q * F_q * (s - s_hat),
    Substitutes(rate, score, score_hat),
)
by_errors = Claim(
    Derivative(integrand, t),
    Derivative(F_p * (1 + log(p / q)) - p / q * F_q, x)
    + p * ((s_hat - s) * (b_hat - b) - e * (s_hat - s) ** 2),
    Substitutes(by_flux, flux, flux_hat, score, score_hat),
)

# %% [markdown]
# At every place the diffusion's square bounds what the error of the drift can do.

# %%
g = Parameter("g", "error of the score", REAL)
d = Parameter("d", "error of the drift", REAL)
done, bound = sp.symbols("r r_max")
change = Claim(done, g * d - eps * g**2, Given("the rate of the divergence at one place"))
largest = Claim(bound, d**2 / (4 * eps), Maximises(change, g, d / (2 * eps)))

# %% [markdown]
# Of a Gaussian mode: the learned drift is off by $\kappa(t)(x - m_t)$, so that its law has the wrong
# variance, $r$ times the right one.

# %%
kappa, kl = sp.Function("kappa"), sp.Function("KL")
v, r_of = sp.Function("v", positive=True), sp.Function("r", positive=True)
V = sp.Function("V", positive=True)
variances = Claim(
    V(t).diff(t),
    2 * ((v(t).diff(t) / 2 - eps) / v(t) + kappa(t)) * V(t) + 2 * eps,
    Given("the variance of the linear equation with the learned drift"),
)
quotient = Claim(r_of(t), V(t) / v(t), Given("the learned variance over the right one"))
quotient_in_variances = Claim(
    r_of(t).diff(t),
    2 * kappa(t) * V(t) / v(t) + 2 * eps / v(t) * (1 - V(t) / v(t)),
    Evolves(quotient, (variances,)),
)
quotient_rate = Claim(
    r_of(t).diff(t),
    2 * kappa(t) * r_of(t) + 2 * eps / v(t) * (1 - r_of(t)),
    Substitutes(quotient_in_variances, quotient),
)
divergence = Claim(
    kl(t),
    (1 / r_of(t) - 1 + log(r_of(t))) / 2,
    Substitutes(
        prior.divergence, at={prior.KL: kl(t), prior.v: v(t), prior.v_q: r_of(t) * v(t), prior.delta: 0}
    ),
)
divergence_rate = Claim(
    kl(t).diff(t),
    kappa(t) * (1 - 1 / r_of(t)) - eps / v(t) * (1 - 1 / r_of(t)) ** 2,
    Evolves(divergence, (quotient_rate,)),
)

# %% [markdown]
# It is the identity above: the scores are $-y/v$ and $-y/(rv)$ for a deviation $y = \sqrt v z$.

# %%
z = sp.Symbol("z", real=True)
r = Parameter("r", "learned variance over the right one", POSITIVE, extremes=(1e-3, 1e3))
vv = Parameter("v", "right variance of the mode", POSITIVE, extremes=(1e-3, 1e3))
kap = Parameter(
    "kappa", "error of the drift, per unit of the deviation", REAL, latex=r"\kappa", extremes=(-10, 10)
)
deviation, scores, mean_rate = sqrt(vv) * z, sqrt(vv) * z / vv - sqrt(vv) * z / (r * vv), sp.Symbol("KL_rate")
expected = Claim(
    mean_rate,
    Integral(exp(-(z**2) / 2) / sqrt(2 * pi) * (scores * kap * deviation - eps * scores**2), (z, -oo, oo)),
    Given("the identity, averaged over the mode"),
)
mode_rate = Claim(mean_rate, kap * (1 - 1 / r) - eps / vv * (1 - 1 / r) ** 2, Rewrites(expected))
share = Parameter("u", "error of the score, in units of the score", REAL)
share_rate = sp.Symbol("KL_rate_u")
by_share = Claim(share_rate, kap * share - eps / vv * share**2, Given("the same, with u for 1 - 1/r"))
same_rate = Claim(mean_rate, by_share.rhs.subs(share, 1 - 1 / r), Rewrites(mode_rate))
mode_bound = Claim(
    sp.Symbol("KL_rate_max"), kap**2 * vv / (4 * eps), Maximises(by_share, share, kap * vv / (2 * eps))
)

# %%
divergence_rate_of_mode = ExplicitForm(mode_rate, (r, vv, kap, eps))
divergence_rate_bound = ExplicitForm(mode_bound, (vv, kap, eps))
