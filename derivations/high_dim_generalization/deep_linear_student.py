# %% [markdown]
# # A deep linear student
# $L$ layers with a scalar output, $\beta^\top = W_L \cdots W_1$, started balanced: every layer has the one
# strength $a$, so that $\|\beta\| = a^L$, and $W_1 = a\,\hat u\hat\beta^\top$ (R8). The pull $g = X^\top(y -
# X\beta)$ lengthens every layer and turns the first one; $\beta$ follows an equation of its own, exact, but
# its modes are no longer independent.

# %%
import sympy as sp
from sympy import Derivative

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Evolves, Given, Substitutes

from .setting import t

L = Parameter("L", "number of weight layers", COUNTING, extremes=(1, 100))
a_of, v_of = sp.Function("a", positive=True)(t), sp.Function("v_beta", real=True)(t)
g = Parameter("g_beta", "component of the pull X'(y - X beta)", REAL, latex="g", extremes=(-1e3, 1e3))
along = Parameter(
    "g_along", "the pull along the student's weights", REAL, latex=r"g_\parallel", extremes=(-1e3, 1e3)
)
length = Parameter(
    "length", "length of the student's weights", POSITIVE, latex=r"\|\beta\|", extremes=(1e-3, 1e3)
)
v = Parameter("v_beta", "component of their direction", REAL, latex=r"\hat\beta", extremes=(-1, 1))
beta, b = sp.Function("beta", real=True)(t), sp.Function("b", positive=True)(t)

# %%
layer = Claim(
    Derivative(a_of, t),
    a_of ** (L - 1) * along,
    Given("gradient flow of a layer's strength: the other L - 1 layers times the pull along beta"),
)
first_layer = Claim(
    Derivative(a_of, t) * v_of + a_of * Derivative(v_of, t),
    a_of ** (L - 1) * g,
    Given("gradient flow of a component of the first layer, a v: the other layers times the pull"),
)
turning = Claim(
    Derivative(v_of, t),
    a_of ** (L - 2) * (g - along * v_of),
    Substitutes(first_layer, layer, factor=1 / a_of),
)
product = Claim(beta, a_of**L * v_of, Given("a component of the student's weights, end to end"))
flow_of_layers = Claim(
    Derivative(beta, t),
    a_of ** (2 * L - 2) * (g + (L - 1) * along * v_of),
    Evolves(product, [layer, turning]),
)
end_to_end = Claim(
    Derivative(beta, t),
    length ** (2 - 2 / L) * (g + (L - 1) * along * v),
    Substitutes(flow_of_layers, at={a_of: length ** (1 / L), v_of: v}),
)
total = Claim(b, a_of**L, Given("the length of the student's weights"))
growth = Claim(Derivative(b, t), L * a_of ** (2 * L - 2) * along, Evolves(total, [layer]))
linear_student = Claim(Derivative(beta, t), g, Substitutes(end_to_end, at={L: 1}))

# %%
end_to_end_velocity = ExplicitForm(end_to_end, (g, along, v, length, L))
