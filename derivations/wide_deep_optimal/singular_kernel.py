# %% [markdown]
# # The singular kernel
# Without constant and with $0 < w_1 < 1$ the kernel dies like $w_1^L$; what is left is the Koenigs
# function $a(\xi) = \lim K_L/w_1^L$ (R3), with $a(\check\phi(\xi)) = w_1 a(\xi)$.

# %%
import sympy as sp
from sympy import cos, log, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.parameter import POSITIVE
from theory.rules import Assumption, Given, Solves, Substitutes

from .setting import xi

L = Parameter("L", "number of layers", sp.Range(0, sp.oo), extremes=(1, 60))
w1 = Parameter("w_1", "slope of the dual at 0", sp.Interval.open(0, 1), extremes=(1e-2, 1))
q = Parameter("q", "slope of the dual at 1", sp.Interval.open(1, sp.oo), extremes=(1.01, 100))
w2, w3 = (
    Parameter(f"w_{k}", f"weight of the Hermite polynomial {k}", sp.Interval(0, 1), extremes=(1e-3, 0.3))
    for k in (2, 3)
)
eps = Parameter("eps", "1 - xi", POSITIVE, latex=r"\varepsilon")
h = Parameter("h", "amplitude of the periodic factor", sp.Interval(0, 1))
turn = Parameter("delta", "its phase", latex=r"\delta")
r = Parameter("r", "distance of the inputs", POSITIVE)
a, near = sp.Function("a", real=True), sp.Function("p", positive=True)
K, A = sp.Function("K", real=True), sp.Function("A", real=True)
exponent = sp.Symbol("alpha")

# %%
schroeder = Claim(
    a(w1 * xi + w2 * xi**2 + w3 * xi**3), w1 * a(xi), Given("one layer more is a factor w_1: Schroeder")
)

# %% [markdown]
# Near $\xi = 1$ a layer multiplies $\varepsilon = 1 - \xi$ by the slope $q$ there: a power solves it, times
# any function that is periodic in $\ln\varepsilon$ with period $\ln q$.

# %%
near_one = Claim(near(q * eps), w1 * near(eps), Given("Schroeder's equation where the dual is linear"))
power = Claim(near(eps), eps ** (log(w1) / log(q)), Solves(near_one, conditions=[(near(1), 1)]))
with_a_period = Claim(
    near(eps),
    eps ** (log(w1) / log(q)) * (1 + h * cos(2 * pi * log(eps) / log(q) + turn)),
    Solves(
        near_one,
        conditions=[
            (near(1), 1 + h * cos(turn)),
            (near(sqrt(q)), sqrt(w1) * (1 - h * cos(turn))),
            (near(sqrt(sqrt(q))), sqrt(sqrt(w1)) * (1 - h * sin(turn))),
        ],
    ),
)
by_distance = Claim(
    near(r**2 / 2),
    2 ** (-log(w1) / log(q)) * r ** (2 * log(w1) / log(q)),
    Substitutes(power, at={eps: r**2 / 2}),
)
local_exponent = Claim(
    exponent, -r * sp.Derivative(sp.log(near(r**2 / 2)), r), Given("a ~ r**-alpha, with eps = r**2/2")
)
alpha_of_slopes = Claim(exponent, -2 * log(w1) / log(q), Substitutes(local_exponent, power))

# %% [markdown]
# The scaled kernel $A_l = K_l/w_1^l$ does not underflow at any depth.

# %%
scaling = Claim(A(L), K(L) / w1**L, Given("the kernel over w_1**L"))
kernel_layer = Claim(
    sp.Tuple(K(L + 1), K(L + 1) / w1 ** (L + 1)),
    sp.Tuple(
        w1 * K(L) + w2 * K(L) ** 2 + w3 * K(L) ** 3,
        (w1 * K(L) + w2 * K(L) ** 2 + w3 * K(L) ** 3) / w1 ** (L + 1),
    ),
    Given("a layer, and the same over w_1**(L + 1)"),
)
scaled_layer = Claim(
    sp.Tuple(K(L + 1), A(L + 1)),
    sp.Tuple(K(L) * (w1 + K(L) * (w2 + K(L) * w3)), A(L) * (1 + K(L) * (w2 + K(L) * w3) / w1)),
    Substitutes(kernel_layer, scaling),
    where=w1 + w2 + w3 <= 1,
)

# %% [markdown]
# The tangent kernel has the same limit, with a factor of depth.

# %%
tangent_limit = Claim(
    sp.Function("N")(L),
    A(L),
    Assumption("great depth: Theta_L / (L w_1**L) tends to the limit of K_L / w_1**L, like 1/L"),
)

# %%
singular_exponent = ExplicitForm(alpha_of_slopes, (w1, q))
scaled_kernel = RecursiveForm(
    scaled_layer, (L, xi, w1, w2, w3), state=(K(L), A(L)), start=(xi, xi), steps=L, value=A(L)
)
