# %% [markdown]
# # Between mixtures
# Where the laws are mixtures with $K_0$ and $K_1$ components, the interpolant is one with $K_0 K_1$: of the
# pair $(i, j)$ with weight $p_i q_j$, each an interpolant between two Gaussians. What holds for a mixture of
# two positive densities holds for any number, as one of them may itself be a mixture (R4).

# %%
import sympy as sp
from sympy import Derivative

from theory import Claim, Parameter
from theory.parameter import POSITIVE
from theory.rules import Evolves, Given, Rewrites, Substitutes

from .setting import t, x

p_1 = Parameter("p_1", "weight of the first component", POSITIVE)
p_2 = Parameter("p_2", "weight of the second component", POSITIVE)
eps = sp.Function("epsilon", positive=True)(t)
rho_1, rho_2 = (sp.Function(f"rho_{i}", positive=True)(t, x) for i in (1, 2))
b_1, b_2, s_1, s_2, eta_1, eta_2 = (
    sp.Function(name, real=True)(t, x) for name in ("b_1", "b_2", "s_1", "s_2", "eta_1", "eta_2")
)
w_1, w_2 = (sp.Function(f"w_{i}", positive=True)(t, x) for i in (1, 2))
rho, b, s, eta = (sp.Function(name)(t, x) for name in ("rho", "b", "s", "eta_z"))
gamma = sp.Function("gamma", positive=True)(t)

# %%
mixed = Claim(rho, p_1 * rho_1 + p_2 * rho_2, Given("the density of the mixture"))
first_share = Claim(w_1, p_1 * rho_1 / (p_1 * rho_1 + p_2 * rho_2), Given("Bayes' rule"))
second_share = Claim(w_2, p_2 * rho_2 / (p_1 * rho_1 + p_2 * rho_2), Given("Bayes' rule"))
velocity = Claim(b, w_1 * b_1 + w_2 * b_2, Given("total expectation over the components"))
denoiser = Claim(eta, w_1 * eta_1 + w_2 * eta_2, Given("total expectation over the components"))
first_score = Claim(Derivative(rho_1, x), rho_1 * s_1, Given("the score of the first component"))
second_score = Claim(Derivative(rho_2, x), rho_2 * s_2, Given("the score of the second component"))
first_noise = Claim(eta_1, -gamma * s_1, Given("noise and score of the first component"))
second_noise = Claim(eta_2, -gamma * s_2, Given("noise and score of the second component"))
first_moves = Claim(
    Derivative(rho_1, t), -Derivative(b_1 * rho_1, x), Given("its velocity moves the component")
)
second_moves = Claim(
    Derivative(rho_2, t), -Derivative(b_2 * rho_2, x), Given("its velocity moves the component")
)

# %% [markdown]
# Score and denoiser are averages over the components, and keep the relation between them.

# %%
slope = Claim(s, Derivative(rho, x) / rho, Given("the score"))
slope_by_parts = Claim(
    s,
    (p_1 * Derivative(rho_1, x) + p_2 * Derivative(rho_2, x)) / (p_1 * rho_1 + p_2 * rho_2),
    Substitutes(slope, mixed),
)
score = Claim(
    s,
    w_1 * s_1 + w_2 * s_2,
    Rewrites(slope_by_parts, using=(first_share, second_share, first_score, second_score)),
)
noise_by_score = Claim(eta, -gamma * s, Substitutes(denoiser, first_noise, second_noise, score))

# %% [markdown]
# The averaged velocity moves the mixture, and noise of any strength keeps its density.

# %%
rate = Claim(
    Derivative(rho, t),
    -p_1 * Derivative(b_1 * rho_1, x) - p_2 * Derivative(b_2 * rho_2, x),
    Evolves(mixed, (first_moves, second_moves)),
)
continuity = Claim(
    Derivative(rho, t),
    -Derivative(b * rho, x),
    Substitutes(rate, velocity, first_share, second_share, mixed),
)
fokker_planck = Claim(
    Derivative(rho, t),
    eps * Derivative(rho, x, x) - Derivative((b + eps * s) * rho, x),
    Substitutes(continuity, slope),
)
backward_fokker_planck = Claim(
    Derivative(rho, t),
    -eps * Derivative(rho, x, x) - Derivative((b - eps * s) * rho, x),
    Substitutes(continuity, slope),
)
