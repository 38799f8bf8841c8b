# %% [markdown]
# # Infinite width: the feature-learning limit in closed form
# At infinite width $P = M = 1$: the output starts at 0 and its kernel at 2. With several whitened inputs
# and a linear target only the direction of the target moves, and $s$ is the target's norm. The kernel grows
# to $2\sqrt{1 + s^2}$, so that features are learned the more the larger the target; a small one is learned
# as by a constant kernel.

# %%
import sympy as sp
from sympy import exp, sinh, sqrt, tanh
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Defines, Equates, Given, Limit, Rewrites, Separates, Substitutes

from .every_width import (
    E,
    F,
    K,
    error,
    error_given,
    growth_flow,
    kernel,
    mean_output,
    output,
    output_flow,
    rate,
)
from .every_width import clock as clock_at_width
from .every_width import tangent_kernel as kernel_at_any_width
from .setting import M, P, T, f, s, t, x

# %% [markdown]
# In the angle $f = \sinh\theta$ the flow is that of a mode of a deep linear network from unbalanced
# weights.

# %%
WIDE = {P: 1, M: 1}
kernel_by_output = Claim(K(t), 2 * sqrt(P * M + f(t) ** 2), Equates(kernel, mean_output))
flow_at_width = Claim(
    f(t).diff(t), 2 * (s - f(t)) * sqrt(P * M + f(t) ** 2), Substitutes(output_flow, kernel_by_output)
)
flow = Claim(f(t).diff(t), 2 * (s - f(t)) * sqrt(1 + f(t) ** 2), Substitutes(flow_at_width, at=WIDE))
theta = sp.Function("theta", real=True)
angle = Claim(x(t), exp(theta(t)), Defines("the output's hyperbolic angle: f = sinh(theta)"))
angle_flow = Claim(
    theta(t).diff(t),
    2 * (s - sinh(theta(t))),
    Substitutes(growth_flow, angle, at=WIDE, factor=exp(-theta(t))),
)

# %% [markdown]
# The solution, with $\rho = \sqrt{1 + s^2}$.

# %%
R, S = sp.Symbol("R", positive=True), sp.Function("S")
limit_rate = Claim(R, sqrt(1 + s**2), Defines("half the final rate"))
clock = Claim(S(t), tanh(R * t), Defines(using=(limit_rate,)))
limit_output = Claim(
    f(t),
    2 * s * S(t) * (R + S(t)) / (R**2 + 2 * R * S(t) + (1 - s**2) * S(t) ** 2),
    Substitutes(output, rate, clock_at_width, limit_rate, clock, at=WIDE),
)
limit_error = Claim(
    error(t),
    s - 2 * s * S(t) * (R + S(t)) / (R**2 + 2 * R * S(t) + (1 - s**2) * S(t) ** 2),
    Substitutes(error_given, limit_output, clock, limit_rate),
)
limit_kernel = Claim(
    K(t),
    (R + (s + 1) * S(t)) / (R + (1 - s) * S(t)) + (R + (1 - s) * S(t)) / (R + (s + 1) * S(t)),
    Substitutes(kernel_at_any_width, rate, clock_at_width, limit_rate, clock, at=WIDE),
)

# %% [markdown]
# The feature kernel $\frac1n U^T U$ in the direction of the target is half the tangent kernel, and 1 in the
# others. How long learning takes, exactly.

# %%
features = sp.Function("Phi")
feature_kernel_given = Claim(features(t), K(t) / 2, Given("the mean of U_i^2 is that of q_i^2, by symmetry"))
limit_features = Claim(
    features(t),
    ((R + (s + 1) * S(t)) / (R + (1 - s) * S(t)) + (R + (1 - s) * S(t)) / (R + (s + 1) * S(t))) / 2,
    Substitutes(feature_kernel_given, limit_kernel, limit_rate, clock),
)
f_f = Parameter("f_f", "output to be reached", POSITIVE, extremes=(1e-6, 1e3))
r_f = sp.Symbol("r_f", positive=True)
root = Claim(r_f, sqrt(1 + f_f**2), Defines("half the tangent kernel there"))
time_to_reach = Claim(
    T(f_f),
    log1p(
        2 * R * f_f * (1 + f_f / (r_f + 1))
        / ((s - f_f) * (1 + (s + f_f) / (R + r_f)) * (1 + 1 / (R + s)))
    ) / (2 * R),
    Separates(flow, f_f, 0, using=(limit_rate, root)),
    where=f_f < s,
)  # fmt: skip

# %% [markdown]
# Ends: of a small target the share that is learned is that of the constant kernel 2; at late times the
# error falls at the rate $2\rho$; the kernel that is left.

# %%
share, amplitude = sp.Function("phi"), sp.Function("alpha")
share_given = Claim(share(t), f(t) / s, Given("the share of the target that is learned"))
share_learned = Claim(
    share(t),
    2 * S(t) * (R + S(t)) / (R**2 + 2 * R * S(t) + (1 - s**2) * S(t) ** 2),
    Substitutes(share_given, limit_output, limit_rate, clock),
)
lazy_share = Claim(share(t), 1 - exp(-2 * t), Substitutes(share_learned, limit_rate, clock, at={s: 0}))
amplitude_given = Claim(amplitude(t), exp(2 * R * t) * error(t), Given("the error over its decay"))

# %% [markdown]
# For the computer: with $E = e^{-2\rho t}$ and one rising function $w$ the output is the share $w/(w + E)$
# of the target. No terms cancel.

# %%
w = sp.Function("w")
decay = Claim(E(t), exp(-2 * R * t), Defines(using=(limit_rate,)))
rise = Claim(F(t), -expm1(-2 * R * t), Defines(using=(limit_rate,)))
learned = Claim(w(t), F(t) * (F(t) + R * (1 + E(t))) / (2 * R**2), Defines(using=(limit_rate, decay, rise)))
parts = (limit_rate, decay, rise, learned)
stable_output = Claim(f(t), s * w(t) / (w(t) + E(t)), Rewrites(limit_output, using=(*parts, clock)))
stable_error = Claim(error(t), s * E(t) / (w(t) + E(t)), Rewrites(limit_error, using=(*parts, clock)))
stable_kernel = Claim(
    K(t), 2 * sqrt(1 + (s * w(t) / (w(t) + E(t))) ** 2), Rewrites(limit_kernel, using=(*parts, clock))
)
stable_features = Claim(
    features(t), sqrt(1 + (s * w(t) / (w(t) + E(t))) ** 2), Rewrites(limit_features, using=(*parts, clock))
)
amplitude_in_time = Claim(amplitude(t), s / (w(t) + E(t)), Substitutes(amplitude_given, stable_error, *parts))
late_amplitude = Claim(
    sp.Symbol("alpha_oo"), 2 * s * (1 + s**2) / (1 + sqrt(1 + s**2)), Limit(amplitude_in_time, t, sp.oo)
)
final_features = Claim(sp.Symbol("Phi_oo"), sqrt(1 + s**2), Limit(stable_features, t, sp.oo))

# %%
feature_output = ExplicitForm(limit_output, (t, s), forms=((stable_output, True),))
feature_error = ExplicitForm(limit_error, (t, s), forms=((stable_error, True),))
tangent_kernel = ExplicitForm(limit_kernel, (t, s), forms=((stable_kernel, True),))
feature_kernel = ExplicitForm(limit_features, (t, s), forms=((stable_features, True),))
learning_time = ExplicitForm(time_to_reach, (f_f, s))
