# %% [markdown]
# # Every width in closed form
# One hidden linear layer in µP, one input, squared loss. A unit moves along a hyperbola in the gathered
# error $\tau$, so that two numbers of the initial weights are all a width can change: $P$ and $M$, half the
# mean squares of $U_i + q_i$ and of $U_i - q_i$. They are independent and each is $\chi^2_n/n$. The growth
# factor $x = e^{2\tau}$ obeys a Riccati equation, which is solved at every width; $P = M = 1$ is the limit.

# %%
import sympy as sp
from sympy import cosh, exp, sinh, sqrt, tanh
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm
from theory.rules import Defines, Equates, Evolves, Given, Rewrites, Solves, Substitutes

from .setting import U_0, M, P, U, f, first_layer, q, q_0, s, second_layer, t, tau, unit, x, z

# %%
unit_weights = Claim(
    (U(tau), q(tau)),
    (U_0 * cosh(tau) + q_0 * sinh(tau), q_0 * cosh(tau) + U_0 * sinh(tau)),
    Solves((first_layer, second_layer), conditions=[(U(0), U_0), (q(0), q_0)]),
)
unit_output = Claim(
    z(tau),
    ((U_0 + q_0) ** 2 / 2 * exp(2 * tau) - (U_0 - q_0) ** 2 / 2 * exp(-2 * tau)) / 2,
    Substitutes(unit, unit_weights),
)

# %% [markdown]
# The mean over the units puts $P$ and $M$ in place of the two squares, and $\dot x = 2 (s - f) x$.

# %%
mean_output = Claim(f(t), (P * x(t) - M / x(t)) / 2, Given("the mean of the outputs of the units"))
growth = Claim(x(t).diff(t), 2 * (s - f(t)) * x(t), Given("x is exp(2 tau)"))
growth_flow = Claim(x(t).diff(t), M + 2 * s * x(t) - P * x(t) ** 2, Substitutes(growth, mean_output))

# %% [markdown]
# The tangent kernel is the mean of $U_i^2 + q_i^2$; it grows with the output, and nothing else.

# %%
K = sp.Function("K")
kernel = Claim(K(t), P * x(t) + M / x(t), Given("the tangent kernel is the mean of U_i^2 + q_i^2"))
kernel_and_output = Claim(K(t) ** 2 - 4 * f(t) ** 2, 4 * P * M, Equates(kernel, mean_output))
speed = Claim(f(t).diff(t), (s - f(t)) * (P * x(t) + M / x(t)), Evolves(mean_output, (growth_flow,)))
output_flow = Claim(f(t).diff(t), (s - f(t)) * K(t), Substitutes(speed, kernel))

# %% [markdown]
# The solution, from $x = 1$.

# %%
rho, H = sp.Symbol("rho", positive=True), sp.Function("H")
rate = Claim(rho, sqrt(P * M + s**2), Defines("half the final rate of learning"))
clock = Claim(H(t), tanh(rho * t), Defines(using=(rate,)))
growth_factor = Claim(
    x(t),
    (rho + (s + M) * H(t)) / (rho + (P - s) * H(t)),
    Solves(growth_flow, conditions=[(x(0), 1)], using=(rate, clock)),
)
output = Claim(
    f(t),
    (
        P * (rho + (s + M) * H(t)) / (rho + (P - s) * H(t))
        - M * (rho + (P - s) * H(t)) / (rho + (s + M) * H(t))
    )
    / 2,
    Substitutes(mean_output, growth_factor, rate, clock),
)
error = sp.Function("epsilon")
error_given = Claim(error(t), s - f(t), Given("the error that is left"))
tangent_kernel = Claim(
    K(t),
    P * (rho + (s + M) * H(t)) / (rho + (P - s) * H(t)) + M * (rho + (P - s) * H(t)) / (rho + (s + M) * H(t)),
    Substitutes(kernel, growth_factor, rate, clock),
)

# %% [markdown]
# For the computer, in decaying exponentials and without differences of terms that grow.

# %%
E, F, B, D, N = (sp.Function(name) for name in "EFBDN")
decay = Claim(E(t), exp(-2 * rho * t), Defines(using=(rate,)))
rise = Claim(F(t), -expm1(-2 * rho * t), Defines(using=(rate,)))
above = Claim(B(t), rho * (1 + E(t)) + s * F(t), Defines(using=(rate, decay, rise)))
numerator = Claim(N(t), B(t) + M * F(t), Defines(using=(above, rise)))
denominator = Claim(
    D(t),
    (P * M * (1 + E(t)) ** 2 + 4 * s**2 * E(t)) / B(t) + P * F(t),
    Defines(using=(decay, rise, above)),
)
parts = (rate, decay, rise, above, numerator, denominator)
stable_growth = Claim(x(t), N(t) / D(t), Rewrites(growth_factor, using=parts))
from_above = Claim(
    f(t),
    (
        (P - M) * (2 * P * M * E(t) + s**2 * (1 + E(t) ** 2))
        + s * F(t) * (rho * (P + M) * (1 + E(t)) + 2 * P * M * F(t))
    )
    / (N(t) * D(t)),
    Rewrites(output, using=parts),
    where=P >= M,
)
from_below = Claim(
    f(t),
    (
        2 * (P - M) * P * M * E(t)
        + s
        * (
            P * (s * (1 + E(t) ** 2) + rho * (1 + E(t)) * F(t))
            + M * (P * M / (rho + s) - (rho + s) * E(t) ** 2)
            + 2 * P * M * F(t) ** 2
        )
    )
    / (N(t) * D(t)),
    Rewrites(output, using=parts),
    where=P <= M,
)
remaining = Claim(
    error(t),
    2 * rho**2 * (2 * s - P + M) * E(t) / (N(t) * D(t)),
    Substitutes(error_given, output, *parts),
)
stable_kernel = Claim(K(t), P * N(t) / D(t) + M * D(t) / N(t), Rewrites(tangent_kernel, using=parts))

# %%
growth_at_width = ExplicitForm(growth_factor, (t, s, P, M), forms=((stable_growth, True),))
output_at_width = ExplicitForm(output, (t, s, P, M), forms=((from_above, P >= M), (from_below, True)))
error_at_width = ExplicitForm(remaining, (t, s, P, M))
kernel_at_width = ExplicitForm(tangent_kernel, (t, s, P, M), forms=((stable_kernel, True),))
