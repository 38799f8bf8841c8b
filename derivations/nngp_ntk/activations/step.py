# %% [markdown]
# # Step and sign
# The mean of a product of steps is the share of a full turn in which both preactivations are positive
# (Sheppard, 1899). The derivatives are delta functions: their dual is finite at any angle but 0 and
# $\pi$, so that networks of these activations have no NTK.

# %%
import sympy as sp
from sympy import Derivative, Integral, pi, sin, sqrt

from theory import Claim, ExplicitForm
from theory.rules import Differentiates, Given, Integrates, Rewrites, Substitutes

from ..models.activation import Activation, u
from ..setting import T, Tdot, q, q_1, q_2, theta
from .correlated import covariance_slope, price_in_angle, psi

S, Sdot = sp.symbols("T_sign Tdot_sign")

# %%
mean_of_steps = Claim(
    T,
    Integral(1, (psi, theta - pi / 2, pi / 2)) / (2 * pi),
    Given("the share of the angles at which both preactivations are positive"),
)
both_positive = Claim(Integral(1, (psi, theta - pi / 2, pi / 2)), pi - theta, Integrates())
step_dual = Claim(T, (pi - theta) / (2 * pi), Substitutes(mean_of_steps, both_positive))
step_slope = Claim(Derivative(T, theta), -1 / (2 * pi), Differentiates(step_dual, theta))
step_derivative_dual = Claim(
    Tdot,
    1 / (2 * pi * sqrt(q_1) * sqrt(q_2) * sin(theta)),
    Substitutes(price_in_angle, step_slope, covariance_slope),
)
step_diagonal = Claim(T, sp.Rational(1, 2), Substitutes(step_dual, at={theta: 0}))
derivative_at_equal_variances = Claim(
    Tdot, 1 / (2 * pi * q), Substitutes(step_derivative_dual, at={q_1: q, q_2: q, theta: pi / 2})
)

# %% [markdown]
# The sign is two steps less one, and a step has the mean 1/2.

# %%
mean_of_signs = Claim(
    S, 4 * T - 4 * step_diagonal.rhs + 1, Given("the mean of the product of two steps less one")
)
sign_dual = Claim(S, 1 - 2 * theta / pi, Substitutes(mean_of_signs, step_dual))
sign_derivative_by_steps = Claim(Sdot, 4 * Tdot, Given("twice the step has twice its derivative"))
sign_derivative_dual = Claim(
    Sdot,
    2 / (pi * sqrt(q_1) * sqrt(q_2) * sin(theta)),
    Substitutes(sign_derivative_by_steps, step_derivative_dual),
)
sign_derivative_at_equal_variances = Claim(
    Sdot, 2 / (pi * q), Substitutes(sign_derivative_dual, at={q_1: q, q_2: q, theta: pi / 2})
)
sign_diagonal = Claim(S, 1, Substitutes(sign_dual, at={theta: 0}))

# %% [markdown]
# As functions of the angle alone, over their scales.

# %%
kappa, kappa_dot, gap = sp.symbols("kappa kappa_dot gap")
orthogonal = Claim(
    Tdot, 1 / (2 * pi * sqrt(q_1) * sqrt(q_2)), Substitutes(step_derivative_dual, at={theta: pi / 2})
)
sign_orthogonal = Claim(
    Sdot, 2 / (pi * sqrt(q_1) * sqrt(q_2)), Substitutes(sign_derivative_dual, at={theta: pi / 2})
)
derivative_share = Claim(
    kappa_dot, Tdot / orthogonal.rhs, Given("the derivative dual, over that of orthogonal inputs")
)
derivative_map = Claim(kappa_dot, 1 / sin(theta), Substitutes(derivative_share, step_derivative_dual))
step_share = Claim(kappa, T / step_diagonal.rhs, Given("the dual, over its scale"))
step_map = Claim(kappa, 1 - theta / pi, Substitutes(step_share, step_dual))
step_map_at_large_angles = Claim(kappa, (pi - theta) / pi, Rewrites(step_map))
step_distance = Claim(gap, 1 - kappa, Given("the distance from 1"))
step_gap = Claim(gap, theta / pi, Substitutes(step_distance, step_map))
sign_share = Claim(kappa, S / sign_diagonal.rhs, Given("the dual, over its scale"))
sign_map = Claim(kappa, 1 - 2 * theta / pi, Substitutes(sign_share, sign_dual))
sign_map_about_the_right_angle = Claim(kappa, 2 * (pi / 2 - theta) / pi, Rewrites(sign_map))
sign_gap = Claim(gap, 2 * theta / pi, Substitutes(step_distance, sign_map))

# %%
step_product = ExplicitForm(step_dual, (theta,))
sign_product = ExplicitForm(sign_dual, (theta,))
step_kappa = ExplicitForm(step_map_at_large_angles, (theta,))
step_kappa_dot = ExplicitForm(derivative_map, (theta,))
step_one_minus_kappa = ExplicitForm(step_gap, (theta,))
step_scale = ExplicitForm(step_diagonal, (q,))
step_derivative_scale = ExplicitForm(derivative_at_equal_variances, (q,))
sign_kappa = ExplicitForm(sign_map_about_the_right_angle, (theta,))
sign_one_minus_kappa = ExplicitForm(sign_gap, (theta,))
sign_scale = ExplicitForm(sign_diagonal, (q,))
sign_derivative_scale = ExplicitForm(sign_derivative_at_equal_variances, (q,))

# %%
step = Activation(
    "step",
    sp.Piecewise((1, u > 0), (0, True)),
    {},
    kinks=(0.0,),
    degree=0,
    kappa=step_kappa,
    kappa_dot=step_kappa_dot,
    gap=step_one_minus_kappa,
    scale_form=step_scale,
    scale_dot_form=step_derivative_scale,
    diverges=True,
)
sign = Activation(
    "sign",
    sp.sign(u),
    {},
    kinks=(0.0,),
    degree=0,
    kappa=sign_kappa,
    kappa_dot=step_kappa_dot,
    gap=sign_one_minus_kappa,
    scale_form=sign_scale,
    scale_dot_form=sign_derivative_scale,
    odd=True,
    diverges=True,
)
