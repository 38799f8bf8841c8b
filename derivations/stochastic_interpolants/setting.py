# %% [markdown]
# # Setting: a bridge made of two data sets and noise
# An interpolant mixes a sample of each law and noise: $x_t = \alpha x_0 + \beta x_1 + \gamma z$, with levels
# that depend on the time $t \in [0, 1]$: at $t = 0$ it is $x_0$, at $t = 1$ it is $x_1$. Its law $\rho_t$ is
# transported by the velocity $b(t, x) = E[\dot x_t \,|\, x_t = x]$. Here $x_0$ and $x_1$ are independent and
# Gaussian; where their covariances commute, the coordinates in the common eigenbasis are independent modes,
# of variances $c_0$ and $c_1$. The noise's rate $\dot\gamma$ may be infinite at the ends; its product
# $\gamma\dot\gamma$ is finite there, and is what the velocity needs.

# %%
import sympy as sp

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given

t = Parameter("t", "time, from the first law (0) to the second (1)", sp.Interval(0, 1))
x = Parameter("x", "coordinate of the sample in the mode", REAL, extremes=(-1e3, 1e3))
m_0 = Parameter("m_0", "mean of the first law in the mode", REAL, extremes=(-1e3, 1e3))
m_1 = Parameter("m_1", "mean of the second law in the mode", REAL, extremes=(-1e3, 1e3))
c_0 = Parameter("c_0", "variance of the first law in the mode", POSITIVE, extremes=(1e-6, 1e6))
c_1 = Parameter("c_1", "variance of the second law in the mode", POSITIVE, extremes=(1e-6, 1e6))
alpha = Parameter("alpha", "level of the first law", NONNEGATIVE, latex=r"\alpha", extremes=(1e-3, 1))
beta = Parameter("beta", "level of the second law", NONNEGATIVE, latex=r"\beta", extremes=(1e-3, 1))
gamma = Parameter("gamma", "level of the noise", NONNEGATIVE, latex=r"\gamma", extremes=(1e-3, 10))
dalpha = Parameter("dalpha", "rate of alpha in time", REAL, latex=r"\dot\alpha", extremes=(-10, 10))
dbeta = Parameter("dbeta", "rate of beta in time", REAL, latex=r"\dot\beta", extremes=(-10, 10))
gdg = Parameter("gdg", "gamma times its rate in time", REAL, latex=r"\gamma\dot\gamma", extremes=(-10, 10))
m, v = sp.symbols("m v")

# %%
mixed = (alpha + beta + gamma > 0,)
"""Something of the two laws or of the noise is left, so that the sample varies."""
mean = Claim(m, alpha * m_0 + beta * m_1, Given("the noise has mean zero"))
variance = Claim(
    v, alpha**2 * c_0 + beta**2 * c_1 + gamma**2, Given("the two laws and the noise are independent")
)
