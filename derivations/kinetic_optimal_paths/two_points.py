# %% [markdown]
# # Two points
# Data $\pm x$ with $|x|^2 = d$, seen along $x$: the signal is $\omega = r\sqrt d$ noise levels high, and the
# denoiser a hyperbolic tangent (R3).

# %%
import sympy as sp
from sympy import Integral, cosh, exp, oo, pi, sech, sqrt, tanh

from theory import Claim, Parameter, QuadratureForm
from theory.parameter import NONNEGATIVE, REAL
from theory.rules import Given, Rewrites, Substitutes

from .setting import mmse

omega = Parameter(
    "omega",
    "height of the signal in noise levels, r sqrt(d)",
    NONNEGATIVE,
    latex=r"\omega",
    extremes=(1e-4, 20),
)
z = Parameter("z", "the noisy sample along the points, in noise levels", REAL)
w_1, w_2, p, q, g = sp.symbols("w_1 w_2 p q g")
normal = exp(-(z**2) / 2) / sqrt(2 * pi)

# %%
upper = Claim(w_1, exp(-((z - omega) ** 2) / 2) / sqrt(2 * pi) / 2, Given("density from the upper point"))
lower = Claim(w_2, exp(-((z + omega) ** 2) / 2) / sqrt(2 * pi) / 2, Given("density from the lower point"))
density = Claim(p, w_1 + w_2, Given("the density of the noisy sample"))
variance = Claim(
    q,
    1 - ((w_1 - w_2) / (w_1 + w_2)) ** 2,
    Given("what is left open: the variance of a sign, given the sample"),
)
noisy_density = Claim(p, normal * exp(-(omega**2) / 2) * cosh(omega * z), Substitutes(density, upper, lower))
left_open = Claim(q, 1 - tanh(omega * z) ** 2, Substitutes(variance, upper, lower))
integrand = Claim(g, p * q * exp(omega**2 / 2), Given("their product, less a factor exp(-omega^2/2)"))
even_integrand = Claim(g, normal * sech(omega * z), Substitutes(integrand, noisy_density, left_open))
mean = Claim(
    mmse,
    exp(-(omega**2) / 2) * Integral(2 * g, (z, 0, oo)),
    Given("its mean over the noisy samples, even in the sample"),
)
mean_error = Claim(
    mmse,
    exp(-(omega**2) / 2) * Integral(2 * normal * sech(omega * z), (z, 0, oo)),
    Substitutes(mean, even_integrand),
)
by_tanh = Claim(
    mmse,
    Integral(normal * (1 - tanh(omega**2 + omega * z)), (z, -oo, oo)),
    Rewrites(mean_error),
    where=(omega > 0,),
)

# %%
two_point_mmse = QuadratureForm(mean_error, (omega,))
