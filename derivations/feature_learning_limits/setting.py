# %% [markdown]
# # Setting: networks whose width is scaled by exponents
# A network of $L$ hidden layers of $n$ units, $W^l = n^{-a_l} w^l$ with trainable $w^l_{ij} \sim N(0,
# n^{-2b_l})$, learns by stochastic gradient descent at the rate $\eta n^{-c}$. The maximal update
# parametrisation (µP) of one hidden linear layer and one input is $f = V U$ with $U = \sqrt n\,u$ and $V =
# v/\sqrt n$. The entries $U_i$ and $q_i = n V_i$ are independent and $N(0, 1)$ at the start, and $f$ is the
# mean of $U_i q_i$ over the units. On the loss $\frac12 (f - s)^2$ gradient flow moves $\dot U_i = (s -
# f)\, q_i$ and $\dot q_i = (s - f)\, U_i$ at every width.

# %%
import sympy as sp

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given

t = Parameter("t", "training time", NONNEGATIVE, unit="steps times eta", extremes=(1e-9, 1e3))
s = Parameter("s", "target, at an input of unit norm", POSITIVE, extremes=(1e-3, 1e3))
eta = Parameter("eta", "learning rate, without its power of the width", POSITIVE, extremes=(1e-3, 0.1))
k = Parameter("k", "number of steps", sp.Range(0, sp.oo), extremes=(1, 30))
P = Parameter("P", "half the mean square of U_i + q_i at the start", POSITIVE, extremes=(0.1, 10))
M = Parameter("M", "half the mean square of U_i - q_i at the start", POSITIVE, extremes=(0.1, 10))
U_0 = Parameter("U_0", "first weight of a unit at the start", REAL, extremes=(-30, 30))
q_0 = Parameter("q_0", "second weight of a unit, times the width, at the start", REAL, extremes=(-30, 30))
f_0 = Parameter("f_0", "output at the start", REAL, extremes=(-30, 30))

# %% [markdown]
# The time $\tau$ gathers the error, $\dot\tau = s - f$: in it every unit moves alike, whatever the target.

# %%
tau = Parameter("tau", "gathered error", REAL, latex=r"\tau", extremes=(-3, 3))
U, q, z = sp.Function("U"), sp.Function("q"), sp.Function("z")
f, x, T = sp.Function("f"), sp.Function("x", positive=True), sp.Function("T")
first_layer = Claim(U(tau).diff(tau), q(tau), Given("gradient flow of the first weight of a unit"))
second_layer = Claim(q(tau).diff(tau), U(tau), Given("gradient flow of the second weight, times n"))
unit = Claim(z(tau), U(tau) * q(tau), Given("what a unit adds to the mean that is the output"))
