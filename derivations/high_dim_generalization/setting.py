# %% [markdown]
# # Setting: a linear student of a noisy linear teacher
# The teacher labels $P$ inputs of $N$ components, $y = X\bar w + \varepsilon$, with entries of $X$ drawn from
# $\mathcal N(0, 1/N)$, weights from $\mathcal N(0, \sigma_w^2)$ and noise from $\mathcal N(0,
# \sigma_\varepsilon^2)$. The student starts from $w_0 \sim \mathcal N(0, \sigma_0^2)$ and follows the
# gradient of the sum of squares, $\tau\dot w = X^\top(y - Xw)$; time is in units of $\tau$ (a step of $\eta$
# takes the time $\eta$; for the mean of squares it takes $\eta/P$). Errors are in units of $\sigma_w^2$:
# $E_g = \|\bar w - w\|^2/N + \sigma_\varepsilon^2$ on fresh noisy inputs, $E_t = \|y - Xw\|^2/P$ on the data.

# %%
import sympy as sp
from sympy import Derivative, sqrt

from theory import Claim, Parameter
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given

t = Parameter(
    "t", "training time, steps times learning rate on the sum of squares", NONNEGATIVE, extremes=(1e-6, 1e6)
)
alpha = Parameter("alpha", "data per input component, P/N", POSITIVE, latex=r"\alpha", extremes=(1e-3, 1e3))
SNR = Parameter(
    "SNR", "variance of the teacher's weights over that of the noise", POSITIVE, extremes=(1e-3, 1e3),
    latex=r"\mathrm{SNR}",
)  # fmt: skip
INR = Parameter(
    "INR", "variance of the initial weights over that of the teacher's", NONNEGATIVE, extremes=(1e-6, 1e3),
    latex=r"\mathrm{INR}",
)  # fmt: skip
lam = Parameter("lam", "eigenvalue of the data's X'X", POSITIVE, latex=r"\lambda", extremes=(1e-6, 1e6))
z_bar = Parameter("z_bar", "the teacher's weight along the mode", REAL, latex=r"\bar z", extremes=(-10, 10))
z_0 = Parameter("z_0", "the student's weight along the mode at the start", REAL, extremes=(-10, 10))
noise = Parameter(
    "noise", "the labels' noise along the mode", REAL, latex=r"\tilde\varepsilon", extremes=(-10, 10)
)
N = Parameter("N", "number of input components of the teacher", COUNTING, extremes=(1, 1e6))
P = Parameter("P", "number of training points", COUNTING, extremes=(1, 1e6))

z = sp.Function("z", real=True)(t, z_bar, z_0, noise)

# %% [markdown]
# In the singular basis of $X$ a mode of the weights is moved by its eigenvalue $\lambda$ alone.

# %%
flow = Claim(
    Derivative(z, t),
    lam * (z_bar - z) + sqrt(lam) * noise,
    Given("gradient flow on the sum of squares, along a singular vector of the data"),
)
