# %% [markdown]
# # How the optimal schedule starts and ends
# Near either end the chord has swept $t\sin\Phi$ of its angle, and $\sqrt G$ decides how much of $\theta$
# that is. Of centred data $G$ vanishes at the noise, so that the signal starts as a square root: with
# infinite speed (R7). Of full-rank Gaussian data it vanishes at the data too.

# %%
import sympy as sp
from sympy import Integral, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Given, Integrates, Inverts, Series, Substitutes

from .chord import F, Phi, angle
from .separation import G_1, near_data, near_noise
from .setting import G, l, t, theta
from .two_levels import A2, apart, l_1, l_2, level_signal_square, level_total, sum_of_roots

psi = Parameter("psi", "angle from the data's end, pi/2 - theta", NONNEGATIVE, latex=r"\psi")
tau = Parameter("tau", "time before the end, 1 - t", sp.Interval(0, 1), latex=r"\tau")
curvature = Parameter(
    "curvature", "mean of l^2 less 1 at the noise, of 1/l less 1 at the data", POSITIVE, extremes=(1e-3, 1e3)
)
stretch = Parameter(
    "G_end", "G at the end: 1 of a finite data set, 1 - k/d of a density on a k-dimensional manifold, "
    "|E x_1|^2/d at the noise", sp.Interval.Lopen(0, 1), latex=r"G_{\mathrm{end}}", extremes=(1e-3, 1),
)  # fmt: skip
x = Parameter("x", "an angle on the way from the end", NONNEGATIVE)

# %% [markdown]
# The parts of the modes in $G$ near the ends. A mode without variance has all of it at the data.

# %%
noise_end = Claim(G, l * (l - 1) * theta**2, Series(near_noise, theta, 3))
from_data = Claim(
    G_1,
    (1 - l) * sin(psi) ** 2 / (sin(psi) ** 2 + l * sp.cos(psi) ** 2),
    Substitutes(near_data, at={theta: pi / 2 - psi}),
)
data_end = Claim(G_1, (1 / l - 1) * psi**2, Series(from_data, psi, 3), where=l > 0)
thin_end = Claim(G_1, 1, Substitutes(from_data, at={l: 0}), where=psi > 0, everywhere=True)

# %% [markdown]
# The chord near its start; from the data's end it is the same. Where $G$ grows as a square, so does the
# stretched angle.

# %%
swept = Claim(F, t * sin(Phi), Series(angle, t, 1))
near, level = sp.symbols("phi_end level")
end_angle = Claim(near, F, Given("the stretched angle from the end: the chord is the same from either"))
end_swept = Claim(near, tau * sin(Phi), Substitutes(end_angle, swept, at={t: tau}))
square_integral = Claim(
    Integral(sqrt(curvature) * x, (x, 0, psi)), sqrt(curvature) * psi**2 / 2, Integrates(psi)
)
root_law = Claim(
    near,
    Integral(sqrt(curvature) * x, (x, 0, psi)),
    Given("G grows as the square of the angle from the end"),
)
square_law = Claim(near, sqrt(curvature) * psi**2 / 2, Substitutes(root_law, square_integral))
even_law = Claim(near, sqrt(stretch) * psi, Given("G does not vanish at the end"))

# %% [markdown]
# The level that vanishes at the end is there the angle itself, as the radius is 1.

# %%
level_of_angle = Claim(level, psi, Given("to leading order, at radius 1: the sine of the angle"))
square_angle = Claim(psi, sqrt(2 * tau * sin(Phi) / sqrt(curvature)), Inverts(square_law, psi, end_swept.rhs))
even_angle = Claim(psi, tau * sin(Phi) / sqrt(stretch), Inverts(even_law, psi, end_swept.rhs))
square_end = Claim(
    level, sqrt(2 * tau * sin(Phi) / sqrt(curvature)), Substitutes(level_of_angle, square_angle)
)
even_end = Claim(level, tau * sin(Phi) / sqrt(stretch), Substitutes(level_of_angle, even_angle))

# %% [markdown]
# Two levels of variance, whose path is known, start so: $a^2 = 2t/(\sqrt{l_1} + \sqrt{l_2})$, of curvature
# $E\,l^2 - 1 = (l_1 - 1)(1 - l_2)$.

# %%
levels_start = Claim(A2, 2 * t / sum_of_roots, Series(level_signal_square, t, 1))
start_square = Claim(A2, level**2, Given("the square of the signal level"))
levels_agree = Claim(
    A2,
    2 * t / sum_of_roots,
    Substitutes(start_square, square_end, level_total, at={tau: t, curvature: (l_1 - 1) * (1 - l_2)}),
    where=apart,
)

# %%
square_root_end = ExplicitForm(square_end, (tau, Phi, curvature))
even_end_level = ExplicitForm(even_end, (tau, Phi, stretch))
