# %% [markdown]
# # Exact likelihood
# Along the probability flow the log-density falls by the flow's divergence: half a logarithm per mode.

# %%
import numpy as np
import sympy as sp
from sympy import log, pi

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Conserved, Given, Substitutes

from .flow import alpha_s, arrival, at_the_end, sigma2_s, spread_at_start, stable_arrival, v_s, x_s
from .kernels import variance_flow
from .setting import alpha, f, g2, lam, mode_variance, mu, sigma2, t, v_of

x = Parameter("x", "coordinate of the sample in the mode", REAL, extremes=(-1e3, 1e3))
prior2 = Parameter("prior2", "variance of the prior", POSITIVE, latex=r"\varsigma^2", extremes=(1e-2, 1e4))
L_s = Parameter("L_s", "log-density where the flow starts", REAL)
endpoint = sp.Symbol("x_t")
L = sp.Function("L")

# %%
density_flow = Claim(
    L(t).diff(t),
    -(f(t) + g2(t) / (2 * v_of(t))),
    Given("the log-density along the flow: minus its divergence"),
)
density_invariant = Claim(
    L(t) + log(v_of(t)) / 2,
    L_s + log(v_s) / 2,
    Conserved((density_flow, variance_flow), t, conditions=[(L(0), L_s), (v_of(0), v_s)]),
)
change = sp.Symbol("Delta_L")
lost = Claim(change, L_s - L(t), Given("the integral of the divergence"))
loss_of_log_density = Claim(L(t), L_s - log(v_of(t) / v_s) / 2, Substitutes(density_invariant))
divergence = Claim(
    change,
    log((alpha**2 * lam + sigma2) / (alpha_s**2 * lam + sigma2_s)) / 2,
    Substitutes(lost, loss_of_log_density, mode_variance, spread_at_start, at=at_the_end),
)

# %% [markdown]
# The flow ends where the density is known. With the true one there the likelihood is that of the
# start; likelihood code takes the prior $\mathcal N(0, \varsigma^2)$ instead.

# %%
true_end = Claim(
    L(t),
    -log(2 * pi * (alpha**2 * lam + sigma2)) / 2
    - (endpoint - alpha * mu) ** 2 / (2 * (alpha**2 * lam + sigma2)),
    Given("a Gaussian at the end of the flow"),
)
prior_end = Claim(
    L(t), -log(2 * pi * prior2) / 2 - endpoint**2 / (2 * prior2), Given("the prior at the end of the flow")
)
value = sp.Symbol("ln_p")
start = {x_s: x, alpha_s: alpha, sigma2_s: sigma2}
found = Claim(value, L(t) + change, Given("the log-density at the end, and the integral of the divergence"))
log_density = Claim(
    value,
    -log(2 * pi * (alpha_s**2 * lam + sigma2_s)) / 2
    - (x_s - alpha_s * mu) ** 2 / (2 * (alpha_s**2 * lam + sigma2_s)),
    Substitutes(found, true_end, divergence, arrival),
)
log_density_of_sample = Claim(
    value,
    -log(2 * pi * (alpha**2 * lam + sigma2)) / 2 - (x - alpha * mu) ** 2 / (2 * (alpha**2 * lam + sigma2)),
    Substitutes(log_density, at=start),
)
log_density_by_prior = Claim(
    value,
    log((alpha**2 * lam + sigma2) / (alpha_s**2 * lam + sigma2_s) / (2 * pi * prior2)) / 2
    - arrival.rhs**2 / (2 * prior2),
    Substitutes(found, prior_end, divergence, arrival),
)
stable_by_prior = Claim(
    value,
    log((alpha**2 * lam + sigma2) / (alpha_s**2 * lam + sigma2_s) / (2 * pi * prior2)) / 2
    - stable_arrival.rhs**2 / (2 * prior2),
    Substitutes(found, prior_end, divergence, stable_arrival),
)

# %%
divergence_integral = ExplicitForm(divergence, (lam, alpha, sigma2, alpha_s, sigma2_s))
mode_log_likelihood = ExplicitForm(
    log_density_of_sample, (x, lam, mu, alpha, sigma2), defaults={alpha: 1, sigma2: 0}
)
prior_log_likelihood = ExplicitForm(
    log_density_by_prior,
    (x_s, lam, mu, alpha, sigma2, alpha_s, sigma2_s, prior2),
    forms=((stable_by_prior, True),),
)


def log_likelihood(x, mu, Sigma, alpha=1.0, sigma2=0.0) -> np.ndarray:
    """The log-density, in nats, of samples x (..., D) of Gaussian data noised to (alpha, sigma2).

    The exact value for likelihood code that integrates the probability flow of data N(mu, Sigma) from
    that noise level on, and ends in the true density. ``mu`` (D,), ``Sigma`` (D, D) symmetric and
    positive definite. Raises ValueError where it is neither, DomainError for a noise level that is none.
    Source: Y. Song et al., ICLR 2021.
    """
    x, mu, Sigma = (np.asarray(a, dtype=float) for a in (x, mu, Sigma))
    apart = np.max(np.abs(Sigma - Sigma.T), initial=0.0)
    if apart > 1e-12 * np.max(np.abs(Sigma), initial=0.0):
        raise ValueError(
            f"Sigma is not symmetric: entries differ from the transposed ones by up to {apart:.3g}"
        )
    lam, modes = np.linalg.eigh(Sigma)
    if lam[0] <= 0:
        raise ValueError(f"Sigma is not positive definite: its smallest eigenvalue is {lam[0]:.3g}")
    return mode_log_likelihood(x @ modes, lam, mu @ modes, alpha, sigma2).sum(-1)
