# %% [markdown]
# # Majority vote: a constant part
# With $w_0 > 0$ and slope $\check\phi'(1) > 1$ the kernel of every two inputs tends to the same $c < 1$, and
# the tangent kernel to $c/(1 - \check\phi'(c))$, while it grows without bound on the diagonal (R1, R2).

# %%
import sympy as sp
from sympy import sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.rules import Differentiates, FixedPoint, Given, Limit, Recursion, Solves, Substitutes

L = Parameter("L", "number of layers", sp.Range(0, sp.oo), extremes=(1, 200))
xi = Parameter("xi", "scalar product of two inputs", sp.Interval(0, 1), latex=r"\xi")
w0 = Parameter("w_0", "weight of the constant", sp.Interval.open(0, 1), extremes=(1e-3, 0.4))
w2, w3 = (
    Parameter(f"w_{k}", f"weight of the Hermite polynomial {k}", sp.Interval(0, 1), extremes=(1e-3, 0.5))
    for k in (2, 3)
)
kept = Parameter("s", "slope of the dual at its fixed point", sp.Interval.open(0, 1))
g = Parameter("g", "slope of the dual at 1, above 1", sp.Interval.open(1, sp.oo), extremes=(1.01, 16))
dual, theta, diagonal = (sp.Function(name, real=True) for name in ("psi", "Theta", "T"))
fixed, rate, limit, start = sp.symbols("c rho Theta_oo Theta_0", positive=True)
above_one = (w2 + 2 * w3 > w0, w0 + w2 + w3 <= 1)

# %%
normalised_dual = Claim(
    dual(xi), w0 + (1 - w0 - w2 - w3) * xi + w2 * xi**2 + w3 * xi**3, Given("weights that sum to 1")
)
dual_rate = Claim(
    dual(xi).diff(xi), 1 - w0 - w2 - w3 + 2 * w2 * xi + 3 * w3 * xi**2, Differentiates(normalised_dual, xi)
)
root = sqrt((w2 + w3) ** 2 + 4 * w0 * w3)
fixed_point = Claim(fixed, 2 * w0 / (w2 + w3 + root), FixedPoint(normalised_dual, xi), where=above_one)

# %% [markdown]
# It attracts: a layer leaves the part $s = \check\phi'(c) < 1$ of a small distance from it.

# %%
lost = Claim(
    rate,
    1 - (1 - w0 - w2 - w3 + 2 * w2 * xi + 3 * w3 * xi**2),
    Given("what a layer takes off the distance, 1 minus the slope"),
)
rate_at_fixed_point = Claim(
    rate,
    (1 - 2 * w0 / (w2 + w3 + root)) * root,
    Substitutes(lost, at={xi: fixed_point.rhs}),
    where=above_one,
)

# %%
settled_layer = Claim(theta(L + 1), fixed + kept * theta(L), Given("a layer once the kernel is c"))
settling = Claim(
    theta(L),
    fixed / (1 - kept) + kept**L * (start - fixed / (1 - kept)),
    Recursion(settled_layer, {theta(0): start}),
)
settled = Claim(limit, fixed / (1 - kept), Limit(settling, L, sp.oo))
slope_there = Claim(kept, 1 - rate, Given("the slope at the fixed point"))
settled_tangent = Claim(
    limit,
    2 * w0 / (root * (w2 + w3 - 2 * w0 + root)),
    Substitutes(settled, slope_there, fixed_point, rate_at_fixed_point),
)

# %% [markdown]
# On the diagonal $\Theta_L = \sum_j g^j$ outgrows every bound: relative to it the kernel between different
# inputs vanishes.

# %%
share = sp.Symbol("t")
diagonal_layer = Claim(diagonal(L + 1), 1 + g * diagonal(L), Given("at xi = 1 the kernel stays 1"))
sum_of_powers = Claim(diagonal(L), (g ** (L + 1) - 1) / (g - 1), Recursion(diagonal_layer, {diagonal(0): 1}))
by_power = Claim(share, diagonal(L) / g**L, Given("the diagonal over the power of its depth"))
over_power = Claim(share, (g - g ** (-L)) / (g - 1), Substitutes(by_power, sum_of_powers))
growth = Claim(share, g / (g - 1), Limit(over_power, L, sp.oo))

# %% [markdown]
# What regression does with such a kernel: $T$ on the diagonal, $\theta$ elsewhere, $n$ labels with sum $S$.
# The vote of a new input is a majority vote at every $n$; and for $T \to \infty$ the coefficients are the
# labels over $T$: regression without ridge and the smoother are one (R2).

# %%
n = Parameter("n", "training points", sp.Range(1, sp.oo), extremes=(1, 1000))
T = Parameter("T", "kernel of an input with itself", sp.Interval.open(0, sp.oo))
t = Parameter("theta", "kernel of two different inputs", sp.Interval(0, sp.oo))
S = Parameter("S", "sum of the labels")
y, scaled = sp.symbols("y z_i", real=True)
coefficient, total, vote = sp.symbols("c_i C f")
own_label = Claim((T - t) * coefficient + t * total, y, Given("the regression fits every label"))
all_labels = Claim((T + (n - 1) * t) * total, S, Given("and so the sum of the labels"))
coefficients = Claim(
    sp.Tuple(coefficient, total),
    sp.Tuple((y - t * S / (T + (n - 1) * t)) / (T - t), S / (T + (n - 1) * t)),
    Solves((own_label, all_labels)),
    where=T > t,
)
of_a_new_input = Claim(vote, t * total, Given("the kernel of a new input with all is the same"))
majority_vote = Claim(vote, t * S / (T + (n - 1) * t), Substitutes(of_a_new_input, coefficients))
by_diagonal = Claim(scaled, T * coefficient, Given("the coefficient times the diagonal"))
scaled_coefficient = Claim(
    scaled, T * (y - t * S / (T + (n - 1) * t)) / (T - t), Substitutes(by_diagonal, coefficients)
)
smoother = Claim(scaled, y, Limit(scaled_coefficient, T, sp.oo), everywhere=True)

# %%
majority_kernel = ExplicitForm(fixed_point, (w0, w2, w3))
majority_tangent_kernel = ExplicitForm(settled_tangent, (w0, w2, w3))
majority_prediction = ExplicitForm(majority_vote, (S, n, T, t))
