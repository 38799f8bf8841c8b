# %% [markdown]
# # Setting: a path from noise to data
# Data $x_1$ of $d$ coordinates with $E|x_1|^2 = d$ are reached from noise $x_0 \sim \mathcal N(0, I)$ along
# $x_t = a_t x_1 + m_t x_0$, from $t = 0$ (noise: $a = 0$, $m = 1$) to $t = 1$ (data: $a = 1$, $m = 0$).
# The ratio $r = a/m$ grows from 0 to infinity; in polar variables $a = \rho\sin\theta$,
# $m = \rho\cos\theta$, so that $r = \tan\theta$. All that is asked of the data is how well they can be told
# from the noisy sample: the data separation $\lambda(r) = E|D|^2/d$, with
# $D = E[x_1 \mid r x_1 + x_0]$. What is missing to 1 is the error of the best denoiser.

# %%
import sympy as sp
from sympy import cos, sin, tan

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE
from theory.rules import Given, Substitutes

ANGLES = sp.Interval(0, sp.pi / 2)
SHARE = sp.Interval(0, 1)

t = Parameter("t", "time, from 0 (noise) to 1 (data)", SHARE)
r = Parameter("r", "ratio a/m of signal to noise", NONNEGATIVE, extremes=(1e-6, 1e6))
theta = Parameter("theta", "angle of signal and noise, arctan(a/m)", ANGLES, latex=r"\theta")
lam = Parameter("lam", "data separation E|E[x_1|x]|^2/d", SHARE, latex=r"\lambda")
mmse = Parameter("mmse", "error of the best denoiser per coordinate, 1 - lambda", SHARE, latex=r"\bar\lambda")
l = Parameter("l", "variance of the data in a mode, 1 on average", NONNEGATIVE, extremes=(1e-6, 1e6))

a_of, m_of = (sp.Function(name, positive=True) for name in "am")
rho_of, theta_of = sp.Function("rho", positive=True), sp.Function("theta", positive=True)
r_of = sp.Function("r", positive=True)
G = sp.Symbol("G")

# %%
ratio = Claim(r_of(t), a_of(t) / m_of(t), Given("signal to noise"))
signal = Claim(a_of(t), rho_of(t) * sin(theta_of(t)), Given("polar variables"))
noise = Claim(m_of(t), rho_of(t) * cos(theta_of(t)), Given("polar variables"))
polar_ratio = Claim(r_of(t), tan(theta_of(t)), Substitutes(ratio, signal, noise))
missing = Claim(mmse, 1 - lam, Given("what of the data is not told"))
