# %% [markdown]
# # Kernels of Gram matrices, and their slopes
# A kernel that depends on the features by their Gram matrix alone: entry by entry a function of two squares
# $a$, $b$ of norms and an inner product $c$. Besides the linear kernel $c$ there are the squared exponential,
# and the arc-cosine kernels of ReLU layers (Cho and Saul, 2009). No closed form of the representation is
# known for these (R7): the gradient needs their slopes by $a$ and $c$.

# %%
import sympy as sp
from sympy import Derivative, Rational, cos, exp, hyper, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Differentiates, Given, Rewrites, Substitutes

a = Parameter(
    "a", "square of the norm of one point's features, over their number", POSITIVE, extremes=(1e-3, 1e2)
)
b = Parameter("b", "square of the norm of the other's", POSITIVE, extremes=(1e-3, 1e2))
c = Parameter("c", "inner product of both points' features, over their number", REAL, extremes=(-30, 30))
theta = Parameter("theta", "angle between them", sp.Interval.open(0, pi), latex=r"\theta")
K, K_c, K_a, T = sp.symbols("K K_c K_a T")

# %% [markdown]
# ## Squared exponential

# %%
squared_exponential = Claim(K, exp(-(a + b - 2 * c) / 2), Given("of the squared distance a + b - 2c"))
se_slope_c = Claim(Derivative(K, c), exp(-(a + b - 2 * c) / 2), Differentiates(squared_exponential, c))
se_slope_a = Claim(Derivative(K, a), -exp(-(a + b - 2 * c) / 2) / 2, Differentiates(squared_exponential, a))

# %% [markdown]
# ## Arc-cosine
# With $c = \sqrt{ab}\cos\theta$; normalised to $K = a$ for equal points, as in layers of ReLUs with weights
# of variance $2/N$. At fixed $c$ the angle moves with $a$.

# %%
inner = Claim(T, sqrt(a * b) * cos(theta), Given("the inner product, by the angle"))
arc_cosine = Claim(
    K, sqrt(a * b) / pi * (sin(theta) + (pi - theta) * cos(theta)), Given("the mean of two ReLUs, doubled")
)
near_opposite = Claim(
    K,
    sqrt(a * b) * (pi - theta) ** 3 / (3 * pi) * hyper([], [Rational(5, 2)], -((pi - theta) ** 2) / 4),
    Rewrites(arc_cosine),
)
slope_angle = Claim(
    Derivative(K, theta), -sqrt(a * b) / pi * (pi - theta) * sin(theta), Differentiates(arc_cosine, theta)
)
slope_fixed = Claim(
    Derivative(K, a),
    sqrt(b / a) / (2 * pi) * (sin(theta) + (pi - theta) * cos(theta)),
    Differentiates(arc_cosine, a),
)
inner_angle = Claim(Derivative(T, theta), -sqrt(a * b) * sin(theta), Differentiates(inner, theta))
inner_a = Claim(Derivative(T, a), sqrt(b / a) / 2 * cos(theta), Differentiates(inner, a))
by_inner = Claim(K_c, Derivative(K, theta) / Derivative(T, theta), Given("the chain rule: the angle moves c"))
slope_inner = Claim(K_c, 1 - theta / pi, Substitutes(by_inner, slope_angle, inner_angle))
by_square = Claim(
    K_a, Derivative(K, a) - K_c * Derivative(T, a), Given("the chain rule: the angle makes up for a")
)
slope_square = Claim(
    K_a, sqrt(b / a) / (2 * pi) * sin(theta), Substitutes(by_square, slope_fixed, slope_inner, inner_a)
)

# %% [markdown]
# A longer vector makes a larger kernel: of any kernel of order $n$ it is $2aK_a + cK_c = nK$, so that the
# slope by $a$ needs no formula of its own; here for the ReLU's order 1.

# %%
K_total = sp.Symbol("K_t")
euler = Claim(K_total, 2 * a * K_a + T * K_c, Given("the slope by the length of one vector"))
of_order_one = Claim(K_total, arc_cosine.rhs, Substitutes(euler, slope_square, slope_inner, inner))

# %%
squared_exponential_kernel = ExplicitForm(squared_exponential, (a, b, c))
arc_cosine_kernel = ExplicitForm(
    arc_cosine, (a, b, theta), forms=((near_opposite, pi - theta < 1), (arc_cosine, True))
)
arc_cosine_slope = ExplicitForm(slope_square, (a, b, theta))
