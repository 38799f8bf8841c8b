# %% [markdown]
# # Layers of unequal widths
# Where layer $k$ has $N\nu_k$ features, a mode of the deep linear network is multiplied from layer to layer
# by $\tau_k = 1 + C/\nu_k$, with one constant $C$ for all layers (R3): their product takes the mode from the
# inputs to the outputs. Narrow layers move most. Where the outputs are few, $\nu_{L+1}/\nu_l \to 0$, no layer
# moves: the Gaussian process of an infinitely wide network.

# %%
import sympy as sp
from sympy import Eq, Max, Min, ZeroMatrix, exp, log, sqrt

from theory import Claim, ExplicitForm, ImplicitForm, Parameter, matrix
from theory.closed_form import Root
from theory.functions import expm1, log1p
from theory.matrix import MatrixParameter, diagonal
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Limit, Rewrites, Solves, Substitutes

from .geodesic import A, B, E, F, G, slope
from .objective import nu_1
from .setting import L, P, nu

# %% [markdown]
# ## Two layers that follow each other

# %%
I = sp.Identity(P)
C_all = MatrixParameter("C_i", P, P, "constants of the modes", kind=diagonal)
weighted_gradient = Claim(
    slope,
    nu * (G.I - B.I) + nu_1 * (G.I * F * G.I - G.I),
    Given("the gradient at K(G) = G, doubled"),
)
before = Claim(B, A * E * A.T, Given("the layer before, in modes"))
this = Claim(G, A * E * (I + C_all / nu) * A.T, Given("the layer: multiplied by 1 + C/nu"))
after = Claim(
    F, A * E * (I + C_all / nu) * (I + C_all / nu_1) * A.T, Given("the next: by 1 + C/nu_1 besides")
)
stationary = Claim(slope, ZeroMatrix(P, P), matrix.Substitutes(weighted_gradient, before, this, after))

# %% [markdown]
# ## Hidden layers of one width
# With $L$ hidden layers of one width and $\rho$ times as many outputs, one factor $\tau$ is left to be found.
# Both lie on the same side of 1, the narrower layer's farther from it: the unknown $u$ is its logarithm.

# %%
ratio = Parameter(
    "t_i",
    "mode of the outputs' S over that of the inputs' G_0",
    POSITIVE,
    extremes=(1e-6, 1e6),
)
rho = Parameter(
    "rho", "number of outputs over the width of a hidden layer", POSITIVE, latex=r"\rho", extremes=(1e-3, 1e3)
)
tau = Parameter("tau_l", "factor of a mode from hidden layer to hidden layer", POSITIVE, latex=r"\tau")
u = Parameter("u", "logarithm of a factor", REAL)
tau_out, whole, cost = sp.symbols("tau_out T V")
c = Parameter("c", "C over the width of a hidden layer", REAL)
outputs_by_c = Claim(tau_out, 1 + c / rho, Given("the last factor, where hidden layers have 1 + c"))
last_factor = Claim(tau_out, 1 + (tau - 1) / rho, Substitutes(outputs_by_c, at={c: tau - 1}))
all_factors = Claim(whole, tau**L * tau_out, Given("the product of all factors"))
product = Claim(whole, tau**L * (1 + (tau - 1) / rho), Substitutes(all_factors, last_factor))
arrives = Claim(whole, ratio, Given("it takes the mode from the inputs to the outputs"))
equation = Claim(tau**L * (1 + (tau - 1) / rho), ratio, Substitutes(arrives, product, factor=1))

# %% [markdown]
# One hidden layer: a quadratic equation. Layers of one width: a root. Many outputs take the whole way in the
# hidden layers, few leave them where they are.

# %%
quadratic = Claim(tau * (1 + (tau - 1) / rho), ratio, Substitutes(equation, at={L: 1}))
tau_of = sp.Function("tau", positive=True)
quadratic_of_t = Claim(
    tau_of(ratio) * (1 + (tau_of(ratio) - 1) / rho),
    ratio,
    Substitutes(quadratic, at={tau: tau_of(ratio)}),
)
root = sqrt((rho - 1) ** 2 + 4 * rho * ratio)
one_hidden = Claim(tau_of(ratio), (1 - rho + root) / 2, Solves(quadratic_of_t, conditions=[(tau_of(1), 1)]))
one_hidden_stable = Claim(
    tau_of(ratio), 2 * rho * ratio / (rho - 1 + root), Rewrites(one_hidden), where=rho > 1
)
of_one_width = Claim(tau**L * tau, ratio, Substitutes(equation, at={rho: 1}))
equal = Claim(tau, ratio ** (1 / (L + 1)), Solves(of_one_width))
many_outputs = Claim(tau_of(ratio), ratio, Limit(one_hidden_stable, rho, sp.oo), everywhere=True)
few_outputs = Claim(tau_of(ratio), 1, Limit(one_hidden, rho, 0))

# %% [markdown]
# ## For the computer

# %%
ln_T = sp.Symbol("ln_T")
log_product = Claim(ln_T, log(whole), Given("its logarithm"))
by_hidden = Claim(
    ln_T,
    L * u + log1p(expm1(u) / rho),
    Substitutes(log_product, product, at={tau: exp(u)}),
    where=1 + (exp(u) - 1) / rho > 0,
)
by_outputs = Claim(
    ln_T,
    u + L * log1p(rho * expm1(u)),
    Substitutes(log_product, product, at={tau: 1 + rho * (exp(u) - 1)}),
    where=1 + rho * (exp(u) - 1) > 0,
)
alone = ratio ** (1 / L)

# %%
hidden_factor_of_one_layer = ExplicitForm(
    one_hidden, (ratio, rho), forms=((one_hidden_stable, rho > 1), (one_hidden, True))
)
hidden_factor = ImplicitForm(
    product,
    (ratio, rho, L),
    unknown=tau,
    target=ratio,
    bracket=(Min(1, Max(1 - rho, alone)), Max(1, alone)),
    forms=(
        (one_hidden_stable, Eq(L, 1) & (rho > 1)),
        (one_hidden, Eq(L, 1)),
        (Root(by_hidden, u, log(ratio), (log(ratio) / (L + 1), log(ratio) / L), exp(u)), rho >= 1),
        (Root(by_outputs, u, log(ratio), (log(ratio) / (L + 1), log(ratio)), 1 + rho * expm1(u)), True),
    ),
)
