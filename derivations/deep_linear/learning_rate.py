# %% [markdown]
# # Learning rate and delay
# On the balanced line the loss is steepest along the line itself, most of all at the minimum. At the
# learning rate this allows, the number of steps grows with depth but stays bounded.

# %%
import sympy as sp
from sympy import Eq, Symbol, log
from sympy.codegen.cfunctions import log1p

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Limit, Maximises, Rewrites, Substitutes

from .depth import across_half, one_layer, time_by_depth, two_layers, while_above, while_below
from .setting import L, T, s, tau, u0, uf

# %% [markdown]
# The loss as a function of two of the layers, $x$ and $y$, with all others at $w$.

# %%
x, y = Parameter("x", "one layer's weight", POSITIVE), Parameter("y", "another layer's weight", POSITIVE)
w = Parameter("w", "weight of every layer on the balanced line", POSITIVE)
E, Ex, Exx, Exy = Symbol("E"), Symbol("E_x"), Symbol("E_xx"), Symbol("E_xy")
loss = Claim(E, (s - x * y * w ** (L - 2)) ** 2 / 2, Given("the loss of one mode"))
gradient = Claim(Ex, -(s - x * y * w ** (L - 2)) * y * w ** (L - 2), Differentiates(loss, x))
second = Claim(Exx, y**2 * w ** (2 * L - 4), Differentiates(gradient, x))
mixed = Claim(
    Exy, x * y * w ** (2 * L - 4) - (s - x * y * w ** (L - 2)) * w ** (L - 2), Differentiates(gradient, y)
)
diagonal = Claim(Exx, w ** (2 * L - 2), Substitutes(second, at={x: w, y: w}))
off_diagonal = Claim(Exy, w ** (2 * L - 2) - (s - w**L) * w ** (L - 2), Substitutes(mixed, at={x: w, y: w}))

# %% [markdown]
# All diagonal entries are equal and so are the others: $(1,\dots,1)$ and the differences
# $e_i - e_j$ are eigenvectors.

# %%
along, across = Symbol("lambda_parallel"), Symbol("lambda_perp")
along_the_line = Claim(along, Exx + (L - 1) * Exy, Given("the eigenvalue of the vector of ones"))
across_the_line = Claim(across, Exx - Exy, Given("the eigenvalue of a difference of two layers"))
parallel = Claim(
    along,
    (2 * L - 1) * w ** (2 * L - 2) - (L - 1) * s * w ** (L - 2),
    Substitutes(along_the_line, diagonal, off_diagonal),
)
perpendicular = Claim(across, w ** (L - 2) * (s - w**L), Substitutes(across_the_line, diagonal, off_diagonal))
steepest = Claim(
    Symbol("lambda_max"), L * s ** (2 - 2 / L), Maximises(parallel, w, s ** (1 / L)), where=w**L <= s
)
eta = Symbol("eta", positive=True)
step_bound = Claim(eta, 1 / Symbol("lambda_max"), Given("the step that the largest curvature allows"))
optimal_rate = Claim(eta, s ** (2 / L) / (L * s**2), Substitutes(step_bound, steepest))

# %% [markdown]
# The number of steps of this size is the learning time at $\tau = 1/\eta$. It tends to a finite value
# at infinite depth: from $u_0 = 0.1$ to $u_f = 0.9$ at $s = 1$ two layers need 4.39 steps, infinitely
# many need 13.28. The delay $s/u_0 - s/u_f$ between them is what depth costs at the most.

# %%
at_optimal_rate = {tau: L * s**2 / s ** (2 / L)}
n = sp.Function("n")
counted = Claim(T(uf), n(uf), Given("time is counted in steps"))


def stepped(claim, where=()):
    """A learning time as a number of steps at the optimal rate."""
    return Claim(
        n(uf), claim.rhs.subs(at_optimal_rate), Substitutes(claim, counted, at=at_optimal_rate), where
    )


steps = stepped(time_by_depth)
steps_of_one, steps_of_two = stepped(one_layer, Eq(L, 1)), stepped(two_layers, Eq(L, 2))
steps_below, steps_above, steps_across = stepped(while_below), stepped(while_above), stepped(across_half)
steps_without_end = Claim(
    n(uf),
    log(uf * (s - u0) / (u0 * (s - uf))) + s / u0 - s / uf,
    Limit(steps, L, sp.oo),
)
steps_without_end_by_difference = Claim(
    n(uf), log1p(s * (uf - u0) / (u0 * (s - uf))) + s / u0 * (1 - u0 / uf), Rewrites(steps_without_end)
)

# %%
optimal_learning_rate = ExplicitForm(optimal_rate, (s, L))
depth = Parameter("L", "number of weight layers", L.domain, extremes=L.extremes, infinite=True)
steps_at_optimal_rate = ExplicitForm(
    steps,
    (uf, s, u0, depth),
    forms=(
        (steps_without_end_by_difference, Eq(L, sp.oo, evaluate=False)),
        (steps_of_one, Eq(L, 1)),
        (steps_of_two, Eq(L, 2)),
        (steps_below, 2 * uf <= s),
        (steps_above, 2 * u0 >= s),
        (steps_across, True),
    ),
    reference=((steps_without_end_by_difference, Eq(L, sp.oo, evaluate=False)),),
)
