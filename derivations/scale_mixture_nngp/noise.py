# %% [markdown]
# # Noise
# Noise of variance $s\sigma^2$ shares the scale: $K_{XX} + \sigma^2 I$ takes the place of $K_{XX}$ in the
# results for the prior, the posterior and the evidence, as a mode of the kernel shows. Noise of a fixed
# variance does not: then $p(y \mid s)$ is a product over the modes of $K_{XX}$, and what remains is one
# integral over $\ln s$ (R6).

# %%
import sympy as sp
from sympy import Matrix, log, pi

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Substitutes

from .setting import s

lam = Parameter("lam", "eigenvalue of the kernel", POSITIVE, latex=r"\lambda", extremes=(1e-6, 1e6))
lam_1, lam_2 = (Parameter(f"lam_{i}", "an eigenvalue of the kernel", POSITIVE) for i in (1, 2))
sigma2 = Parameter("sigma2", "variance of the noise", POSITIVE, latex=r"\sigma^2", extremes=(1e-6, 1e6))
y = Parameter("y", "coordinate of the data in the mode", REAL, extremes=(-1e3, 1e3))
y_1, y_2 = (Parameter(f"y_{i}", "a value among the data", REAL) for i in (1, 2))
tau = Parameter("tau", "tangent of half the angle of the kernel's axes", REAL, latex=r"\tau")
c, s_c = (1 - tau**2) / (1 + tau**2), 2 * tau / (1 + tau**2)
v_y, ln_p, Q_y, D_y, q_s = sp.symbols("v l Q_y D_y v_s")
turn = Matrix([[c, -s_c], [s_c, c]])
kernel = turn * Matrix([[lam_1, 0], [0, lam_2]]) * turn.T
covariance = s * kernel + sigma2 * sp.eye(2)
data = Matrix([y_1, y_2])

# %%
scaled = Claim(v_y, s * lam + s * sigma2, Given("the variance of a mode with noise that has the scale"))
as_kernel = Claim(v_y, s * (lam + sigma2), Substitutes(scaled))
fixed = Claim(v_y, s * lam + sigma2, Given("the variance of a mode with noise of its own"))
mode = Claim(ln_p, -log(2 * pi * v_y) / 2 - y**2 / (2 * v_y), Given("the log-density of a mode, given s"))
mode_with_noise = Claim(
    ln_p, -log(2 * pi * (s * lam + sigma2)) / 2 - y**2 / (2 * (s * lam + sigma2)), Substitutes(mode, fixed)
)
quadratic = Claim(
    Q_y,
    (data.T * covariance.adjugate() * data)[0] / covariance.det(),
    Given("the quadratic form of the data"),
)
by_modes = Claim(
    Q_y,
    (c * y_1 + s_c * y_2) ** 2 / (s * lam_1 + sigma2) + (c * y_2 - s_c * y_1) ** 2 / (s * lam_2 + sigma2),
    Substitutes(quadratic),
)
volume = Claim(D_y, log(covariance.det()), Given("the logarithm of the determinant"))
volume_by_modes = Claim(D_y, log(s * lam_1 + sigma2) + log(s * lam_2 + sigma2), Substitutes(volume))

# %%
log_density_of_a_mode = ExplicitForm(mode_with_noise, (y, s, lam, sigma2))
