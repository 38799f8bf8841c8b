# %% [markdown]
# # Bigger is not always better
# The evidence of a width that is not the data's own is smaller on average: with $\rho = p_N/p_{N_*}$, the
# ratio of evidences, the mean of $\ln\rho$ over data of the true width $N_*$ is below that of $\rho - 1$,
# which is 0 (Gibbs; R9). Too wide is as wrong as too narrow. Where one output has many inputs they tell the
# size $\kappa$, and no more, of one hidden layer: what a wrong width loses is the divergence of gamma laws.

# %%
import sympy as sp
from sympy import digamma, log, loggamma, polygamma

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Maximises, Substitutes

from .diagonal import density, mean_ln, mean_logarithm
from .setting import N, d, kappa

ratio = Parameter("ratio", "evidence of a width over that of the true one", POSITIVE, extremes=(1e-3, 1e3))
M = Parameter("M", "assumed width", POSITIVE, unit="units", extremes=(1, 1000))
N_t = Parameter("N_t", "true width", POSITIVE, unit="units", latex="N_*", extremes=(1, 1000))
gap, top, ln_p, E_M, E_t, E_ln, no_loss, no_slope = sp.symbols("gap top ln_p E_M E_t E_ln no_loss no_slope")
loss_of = sp.Function("loss_of", real=True)

# %%
concave = Claim(gap, log(ratio) - (ratio - 1), Given("ln rho, less its tangent at rho = 1"))
gibbs = Claim(top, 0, Maximises(concave, ratio, at=1))

# %%
logarithm = Claim(ln_p, log(density.lhs), Given("the log-density of kappa, for the width M"))
log_density = Claim(
    ln_p,
    M / 2 * log(M / 2) - loggamma(M / 2) + (M / 2 - 1) * log(kappa) - M * kappa / 2,
    Substitutes(logarithm, density, at={N: M}),
)
mean_evidence = Claim(
    E_M,
    M / 2 * log(M / 2) - loggamma(M / 2) + (M / 2 - 1) * E_ln - M / 2,
    Substitutes(log_density, at={ln_p: E_M, log(kappa): E_ln, kappa: 1}),
)
of_truth = Claim(
    E_ln, digamma(N_t / 2) - log(N_t / 2), Substitutes(mean_logarithm, at={mean_ln: E_ln, d: 1, N: N_t})
)
at_truth = Claim(
    E_t,
    N_t / 2 * log(N_t / 2) - loggamma(N_t / 2) + (N_t / 2 - 1) * E_ln - N_t / 2,
    Substitutes(mean_evidence, at={E_M: E_t, M: N_t}),
)
lost = Claim(loss_of(M), E_t - E_M, Given("what the width M loses on average, in nats"))
divergence = Claim(
    loss_of(M),
    loggamma(M / 2)
    - loggamma(N_t / 2)
    + N_t / 2 * log(N_t / 2)
    - M / 2 * log(M / 2)
    + (N_t - M) / 2 * (digamma(N_t / 2) - log(N_t / 2) - 1),
    Substitutes(lost, at_truth, mean_evidence, of_truth),
)
slope = Claim(
    loss_of(M).diff(M),
    (digamma(M / 2) - log(M / 2) - digamma(N_t / 2) + log(N_t / 2)) / 2,
    Differentiates(divergence, M),
)
curvature = Claim(loss_of(M).diff(M, 2), (polygamma(1, M / 2) - 2 / M) / 4, Differentiates(slope, M))
none_at_truth = Claim(no_loss, 0, Substitutes(divergence, at={loss_of(M): no_loss, M: N_t}))
level_at_truth = Claim(no_slope, 0, Substitutes(slope, at={loss_of(M).diff(M): no_slope, M: N_t}))

# %%
log_density_of_scale = ExplicitForm(log_density, (kappa, M), forms=((Precise(log_density), True),))
loss_of_a_width = ExplicitForm(divergence, (M, N_t), forms=((Precise(divergence), True),))
