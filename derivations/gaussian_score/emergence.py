# %% [markdown]
# # Which features emerge when
# Of its final value the denoiser's output in a mode has reached the fraction $\xi$. Modes emerge in the
# order of their variance: outline first, details later.

# %%
import sympy as sp
from sympy import Rational, exp, log, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Differentiates, Given, Inverts, Maximises, Rewrites, Substitutes

from .setting import lam
from .trajectory import alpha, estimate, estimate_gain, lasting, perturbation, sigma

rho = Parameter("rho", "noise level over signal level", POSITIVE, latex=r"\rho", extremes=(1e-6, 1e6))
fraction = Parameter(
    "fraction", "fraction of the final value", sp.Interval.open(0, 1), latex=r"\xi", extremes=(1e-6, 1)
)
d = Parameter("d", "ln of rho over the spread of the mode", REAL)
xi, steepness, greatest = sp.symbols("xi steepness steepness_max")

# %%
varies, noisy = (lam > 0,), (lam > 0, sigma > 0)
relative = Claim(xi, estimate / lasting, Given("the estimate, relative to the sample without noise"))
share = Claim(
    xi,
    alpha * sqrt(lam) / sqrt(alpha**2 * lam + sigma**2),
    Substitutes(relative, estimate_gain, perturbation),
    where=noisy,
)

# %% [markdown]
# Its square is the logistic function of the logarithm of the mode's signal-to-noise ratio.

# %%
share_by_snr = Claim(
    xi, 1 / sqrt(1 + exp(-log(alpha**2 * lam / sigma**2))), Rewrites(share), where=(*noisy, alpha > 0)
)
share_by_ratio = Claim(
    xi, 1 / sqrt(1 + rho**2 / lam), Substitutes(share, at={sigma: rho * alpha}), where=(*varies, alpha > 0)
)

# %% [markdown]
# Half of the square is there at $\rho = \sqrt\lambda$.

# %%
level = Claim(rho, sqrt(lam * (1 / fraction**2 - 1)), Inverts(share_by_ratio, rho, fraction), where=varies)
stable_level = Claim(
    rho, sqrt(lam) * sqrt((1 - fraction) * (1 + fraction)) / fraction, Rewrites(level), where=varies
)
half_emerged = Claim(rho, sqrt(lam), Substitutes(level, at={fraction: 1 / sqrt(2)}), where=varies)

# %% [markdown]
# On the scale of $\ln\rho$ all modes emerge alike, the steepest at $\rho = \sqrt{2\lambda}$.

# %%
in_logarithm = {rho: sqrt(lam) * exp(d)}
curve = Claim(xi, 1 / sqrt(1 + exp(2 * d)), Substitutes(share_by_ratio, at=in_logarithm), where=varies)
slope = Claim(
    sp.Derivative(xi, d), -exp(2 * d) / (1 + exp(2 * d)) ** Rational(3, 2), Differentiates(curve, d)
)
descent = Claim(steepness, -sp.Derivative(xi, d), Given("how fast the feature emerges as the noise falls"))
steep = Claim(steepness, exp(2 * d) / (1 + exp(2 * d)) ** Rational(3, 2), Substitutes(descent, slope))
steepest = Claim(greatest, 2 * sqrt(3) / 9, Maximises(steep, d, log(2) / 2))
placed = Claim(rho, sqrt(lam) * exp(d), Given("the distance from where half has emerged"), where=varies)
steepest_level = Claim(rho, sqrt(2) * sqrt(lam), Substitutes(placed, at={d: log(2) / 2}), where=varies)

# %%
emergence_share = ExplicitForm(share, (lam, alpha, sigma))
emergence_level = ExplicitForm(level, (fraction, lam), forms=((stable_level, True),))
