# %% [markdown]
# # Setting: gradient flow of a deep linear network
# A network $\hat y = W_L \cdots W_1 x$ is trained on the squared error by gradient flow. In the
# singular basis of the input–output correlation $\Sigma^{31} = U S V^T$ the aligned modes decouple;
# one mode has a singular value $s$ and one number per layer. The mode strength $u$ is their product.
# The time constant $\tau$ is the inverse learning rate, so that $t$ counts steps of gradient descent,
# which follows the flow up to an error of first order in the step.

# %%
import sympy as sp

from theory import Claim, Parameter
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given

t = Parameter("t", "training time", NONNEGATIVE, unit="steps if tau = 1/learning rate", extremes=(1e-9, 1e9))
s = Parameter("s", "singular value of the input-output correlation", POSITIVE, extremes=(1e-3, 1e3))
u0 = Parameter("u0", "initial mode strength", POSITIVE, extremes=(1e-300, 1e3))
uf = Parameter("uf", "mode strength to be reached", POSITIVE, latex="u_f", extremes=(1e-300, 1e3))
tau = Parameter(
    "tau",
    "time constant, the inverse learning rate",
    POSITIVE,
    unit="that of t",
    latex=r"\tau",
    extremes=(1e-3, 1e3),
)
d = Parameter("d", "variance of the input in the mode, 1 if whitened", POSITIVE, extremes=(1e-3, 1e3))
L = Parameter("L", "number of weight layers", COUNTING, extremes=(1, 1e4))
a0 = Parameter("a0", "initial first-layer weight of the mode", REAL, extremes=(-1e3, 1e3))
b0 = Parameter("b0", "initial second-layer weight of the mode", REAL, extremes=(-1e3, 1e3))

a, b = sp.Function("a"), sp.Function("b")
u = sp.Function("u", positive=True)
T = sp.Function("T")

# %% [markdown]
# With two weight layers the first contributes $a$ and the second $b$; the input has variance $d$.

# %%
first_layer = Claim(
    tau * a(t).diff(t),
    b(t) * (s - d * a(t) * b(t)),
    Given("gradient flow of the first layer in an aligned mode"),
)
second_layer = Claim(
    tau * b(t).diff(t),
    a(t) * (s - d * a(t) * b(t)),
    Given("gradient flow of the second layer in an aligned mode"),
)
strength = Claim(u(t), a(t) * b(t), Given("the mode strength of a network of two weight layers"))
