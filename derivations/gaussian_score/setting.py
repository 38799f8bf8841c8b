# %% [markdown]
# # Setting: Gaussian data under noise
# Data $x_0 \sim \mathcal N(\mu, \Sigma)$ are seen as $x = \alpha x_0 + \sigma\varepsilon$. In the
# eigenbasis of $\Sigma$ the coordinates are independent modes of variance $\lambda$; a direction in
# which the data do not vary has $\lambda = 0$. EDM's variables are $\alpha = 1$ and the noise level
# $\sigma$ as time; VP has $\sigma^2 = 1 - \alpha^2$, flow matching $\alpha = 1 - t$, $\sigma = t$.

# %%
import sympy as sp

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given

x = Parameter("x", "coordinate of the noisy sample in the mode", REAL, extremes=(-1e3, 1e3))
x_0 = Parameter("x_0", "coordinate of the data in the mode", REAL)
mu = Parameter("mu", "mean of the data in the mode", REAL, latex=r"\mu", extremes=(-1e3, 1e3))
lam = Parameter(
    "lam", "variance of the data in the mode", NONNEGATIVE, latex=r"\lambda", extremes=(1e-6, 1e6)
)
alpha = Parameter("alpha", "signal level", NONNEGATIVE, latex=r"\alpha", extremes=(1e-3, 1))
sigma = Parameter("sigma", "noise level", POSITIVE, latex=r"\sigma", extremes=(1e-6, 1e6))
v = Parameter("v", "variance of the noisy mode", POSITIVE)

# %%
spread = Claim(v, alpha**2 * lam + sigma**2, Given("signal and noise are independent"))
