# %% [markdown]
# # The trajectory as a rotation
# The sample is nearly in the plane of the image it becomes and the noise it was, and moves there on a
# quarter of an ellipse (R6): from $\alpha_T = 0$, $\sigma_T = 1$ on.

# %%
import sympy as sp
from sympy import cos, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE
from theory.rules import Given, Maximises, Rewrites, Substitutes

from .setting import lam, mu
from .trajectory import alpha, alpha_T, arrival, endpoint, sigma, sigma_T, x_T

x_0, planar, off, square, largest = sp.symbols("x_0 x_plane Delta R R_max")
theta = Parameter("theta", "angle of (alpha sqrt(lam), sigma)", sp.Interval(0, pi / 2), latex=r"\theta")
radius = Parameter("r", "spread of the noisy mode", NONNEGATIVE)

# %%
noise_alone = {alpha_T: 0, sigma_T: 1}
unit = Claim(
    endpoint,
    alpha * mu + x_T * sqrt(alpha**2 * lam + sigma**2),
    Substitutes(arrival, at=noise_alone),
)
image = Claim(x_0, mu + x_T * sqrt(lam), Substitutes(unit, at={alpha: 1, sigma: 0, endpoint: x_0}))
rotation = Claim(
    planar, alpha * x_0 + sigma * x_T, Given("the image and the noise, as the schedule mixes them")
)
in_the_plane = Claim(planar, alpha * mu + x_T * (alpha * sqrt(lam) + sigma), Substitutes(rotation, image))
apart = Claim(off, planar - endpoint, Given("how far the trajectory is from it"))
residual = Claim(
    off,
    x_T * (alpha * sqrt(lam) + sigma - sqrt(alpha**2 * lam + sigma**2)),
    Substitutes(apart, in_the_plane, unit),
)
stable_residual = Claim(
    off,
    2 * x_T * alpha * sqrt(lam) * sigma / (alpha * sqrt(lam) + sigma + sqrt(alpha**2 * lam + sigma**2)),
    Rewrites(residual),
    where=(sigma > 0,),
)

# %% [markdown]
# Off the data's manifold it is exactly there. In units of the spread the distance is largest where
# signal and noise are equal: there it is $\sqrt2 - 1$, which bounds that of the whole sample.

# %%
off_manifold = Claim(off, 0, Substitutes(residual, at={lam: 0}))
per_spread = Claim(square, (off / radius / x_T) ** 2, Given("its square, in units of the spread"))
polar = {alpha: radius * cos(theta) / sqrt(lam), sigma: radius * sin(theta)}
by_angle = Claim(
    square,
    (cos(theta) + sin(theta) - 1) ** 2,
    Substitutes(per_spread, residual, at=polar),
    where=(radius > 0, lam > 0),
)
bound = Claim(largest, 3 - 2 * sqrt(2), Maximises(by_angle, theta, pi / 4))

# %%
rotation_residual = ExplicitForm(residual, (x_T, lam, alpha, sigma), forms=((stable_residual, True),))
