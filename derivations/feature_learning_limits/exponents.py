# %% [markdown]
# # Exponents: which parametrisations learn features
# Five numbers decide what a network of great width does: $A = a_{L+1} + b_{L+1}$ of the output weights at
# the start, $B = 2 a_{L+1} + c$ of their update, $2 a_l + c$ of the hidden updates, and the initial sizes
# of the hidden layers, which stability fixes ($a_1 + b_1 = 0$, $a_l + b_l = \frac12$). Sizes of coordinates
# are counted in powers $n^{-r}$. Sums over $n$ units that are correlated with what they are multiplied by
# gain a whole power of $n$. What is counted, not proved, is held against networks.

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import REAL
from theory.rules import Assumption, Given, Rewrites, Substitutes

from .data import PARAMETRISATIONS

FAR = (-4, 4)
a_1 = Parameter("a_1", "exponent of the first layer's multiplier", REAL, extremes=FAR)
a_h = Parameter("a_h", "least exponent of the other hidden layers' multipliers", REAL, extremes=FAR)
a_out = Parameter("a_out", "exponent of the output layer's multiplier", REAL, extremes=FAR)
b_out = Parameter("b_out", "exponent of the output layer's initial weights", REAL, extremes=FAR)
c = Parameter("c", "exponent of the learning rate", REAL, extremes=FAR)
theta = Parameter("theta", "shift from multipliers to initial weights", REAL, latex=r"\theta", extremes=FAR)
r = Parameter("r", "exponent of the change of the last features", REAL, extremes=FAR)
A, B, C_1, C_h, C, g = sp.symbols("A B C_1 C_h C g", real=True)
y_out, y_hidden, y, kappa = sp.symbols("y_out y_hidden y kappa", real=True)

# %% [markdown]
# The gradient of the output with respect to a hidden coordinate is an output weight: its initial value or
# its update, whichever is larger. A hidden layer's update is a product of it with a sum over the layer's
# inputs: over $n$ of them, or over the few of the first layer.

# %%
initial_output = Claim(A, a_out + b_out, Given("size of the initial output weights"))
output_update = Claim(B, 2 * a_out + c, Given("size of the update of the output weights"))
first_update = Claim(C_1, 2 * a_1 + c, Given("size of an update of the first layer, by multiplier and rate"))
hidden_update = Claim(C_h, 2 * a_h + c, Given("the same of another hidden layer, for a sum of n terms n"))
gradient = Claim(g, sp.Min(A, B), Assumption("the larger of initial weights and update decides"))
largest = Claim(C, sp.Min(C_1, C_h - 1), Assumption("so does the largest update of a hidden layer"))
features = Claim(r, g + C, Assumption("a coordinate's change is the gradient's size times the update's"))
feature_exponent_claim = Claim(
    r,
    sp.Min(a_out + b_out, 2 * a_out + c) + sp.Min(2 * a_1 + c, 2 * a_h + c - 1),
    Substitutes(features, gradient, largest, initial_output, output_update, first_update, hidden_update),
)
as_in_the_paper = Claim(
    r,
    sp.Min(a_out + b_out, 2 * a_out + c) + c - 1 + sp.Min(2 * a_1 + 1, 2 * a_h),
    Rewrites(feature_exponent_claim),
)
alone = Claim(C, C_1, Substitutes(largest, at={C_h: C_1 + 1}))
feature_exponent_alone = Claim(
    r,
    sp.Min(a_out + b_out, 2 * a_out + c) + c + 2 * a_1,
    Substitutes(features, gradient, alone, initial_output, output_update, first_update),
)

# %% [markdown]
# The output changes by the update of the output layer, and by features that the initial output weights
# read. To first order in the learning rate this is the tangent kernel, of size $n^{-\kappa}$: the largest
# stable rate falls or grows as $n^{\kappa}$ where the kernel decides it.

# %%
by_output_layer = Claim(y_out, B - 1, Assumption("the output layer's update reads features: n terms"))
output_layer_exponent = Claim(y_out, 2 * a_out + c - 1, Substitutes(by_output_layer, output_update))
by_features = Claim(y_hidden, A + r - 1, Assumption("initial output weights read n correlated changes"))
output_change = Claim(y, sp.Min(y_out, y_hidden), Assumption("the larger change decides"))
output_exponent_claim = Claim(
    y,
    sp.Min(2 * a_out + c - 1, a_out + b_out + r - 1),
    Substitutes(output_change, by_output_layer, by_features, initial_output, output_update),
)
first_order = Claim(
    kappa,
    sp.Min(B - 1, 2 * A + C - 1),
    Assumption("to first order only the initial output weights carry the gradient"),
)
kernel_exponent_claim = Claim(
    kappa,
    sp.Min(2 * a_out + c - 1, 2 * a_out + 2 * b_out - 1 + sp.Min(2 * a_1 + c, 2 * a_h + c - 1)),
    Substitutes(first_order, largest, initial_output, output_update, first_update, hidden_update),
)

# %% [markdown]
# The symmetry: a factor moved from a multiplier into the weights, and the rate with it, changes nothing.

# %%
shift = {a_1: a_1 + theta, a_h: a_h + theta, a_out: a_out + theta, b_out: b_out - theta, c: c - 2 * theta}
shifted_initial = Claim(A, a_out + b_out, Substitutes(initial_output, at=shift))
shifted_output = Claim(B, 2 * a_out + c, Substitutes(output_update, at=shift))
shifted_first = Claim(C_1, 2 * a_1 + c, Substitutes(first_update, at=shift))
shifted_hidden = Claim(C_h, 2 * a_h + c, Substitutes(hidden_update, at=shift))

# %% [markdown]
# The table, in exact rationals.

# %%
half = sp.Rational(1, 2)
exact = {
    name: dict(zip((a_1, a_h, a_out, b_out, c), map(sp.Rational, row), strict=True))
    for name, row in PARAMETRISATIONS.items()
}
STANDARD, SLOW_STANDARD = exact["standard"], exact["standard, rate 1/n"]
TANGENT, MAXIMAL = exact["NTK"], exact["maximal update"]
MEAN_FIELD = {a_1: 0, a_out: 1, b_out: 0, c: -1}
standard_features = Claim(r, -1, Substitutes(feature_exponent_claim, at=STANDARD))
slow_standard_features = Claim(r, half, Substitutes(feature_exponent_claim, at=SLOW_STANDARD))
tangent_features = Claim(r, half, Substitutes(feature_exponent_claim, at=TANGENT))
mean_field_features = Claim(r, 0, Substitutes(feature_exponent_alone, at=MEAN_FIELD))
maximal_features = Claim(r, 0, Substitutes(feature_exponent_claim, at=MAXIMAL))
standard_kernel = Claim(kappa, -1, Substitutes(kernel_exponent_claim, at=STANDARD))
slow_standard_kernel = Claim(kappa, 0, Substitutes(kernel_exponent_claim, at=SLOW_STANDARD))
tangent_kernel_size = Claim(kappa, 0, Substitutes(kernel_exponent_claim, at=TANGENT))
maximal_kernel_size = Claim(kappa, 0, Substitutes(kernel_exponent_claim, at=MAXIMAL))

# %%
feature_exponent = ExplicitForm(feature_exponent_claim, (a_1, a_h, a_out, b_out, c))
feature_exponent_one_layer = ExplicitForm(feature_exponent_alone, (a_1, a_out, b_out, c))
kernel_exponent = ExplicitForm(kernel_exponent_claim, (a_1, a_h, a_out, b_out, c))
output_exponent = ExplicitForm(output_exponent_claim, (a_out, b_out, c, r))
