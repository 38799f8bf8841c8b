# %% [markdown]
# # The probability flow, and any amount of noise
# The velocity moves samples of the first law into samples of the second, without noise. Of a mode it keeps
# the deviation from the mean, in units of the spread (R2).

# %%
import sympy as sp
from sympy import Derivative, exp, pi, sqrt
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Conserved, Equates, Given, Rewrites, Substitutes

from .conditioning import spread
from .setting import alpha, beta, c_0, c_1, gamma, m_0, m_1, mixed, t, x

x_s = Parameter("x_s", "coordinate at t = 0", REAL, extremes=(-1e3, 1e3))
v_s = Parameter("v_s", "variance of the mode at t = 0", POSITIVE, extremes=(1e-6, 1e6))
v_t = Parameter("v_t", "variance of the mode at the time", POSITIVE, extremes=(1e-6, 1e6))
V_s = Parameter("V_s", "variance of the particles at t = 0", NONNEGATIVE, extremes=(1e-6, 1e6))
Lam = Parameter(
    "Lam", "diffusion so far in units of the variance, the integral of epsilon/v",
    NONNEGATIVE, latex=r"\Lambda", extremes=(1e-6, 1e2),
)  # fmt: skip
X, m, M, V, L = (sp.Function(name) for name in ("X", "m", "M", "V", "Lambda"))
v, eps = sp.Function("v", positive=True), sp.Function("epsilon", positive=True)
rho, b, s, forward, backward = (sp.Function(n) for n in ("rho", "b", "s", "b_F", "b_B"))
endpoint, phi, moment, offset = sp.symbols("x_t phi V_t d_t")

# %%
flow = Claim(
    X(t).diff(t), m(t).diff(t) + v(t).diff(t) / (2 * v(t)) * (X(t) - m(t)), Given("the velocity of a mode")
)
invariant = Claim(
    (X(t) - m(t)) / sqrt(v(t)),
    (x_s - m_0) / sqrt(v_s),
    Conserved((flow,), t, conditions=[(X(0), x_s), (m(0), m_0), (v(0), v_s)]),
)
moved = Claim(X(t), m(t) + (x_s - m_0) * sqrt(v(t) / v_s), Substitutes(invariant, factor=sqrt(v(t))))
mean_then = Claim(m(t), alpha * m_0 + beta * m_1, Given("the mean at the levels of the time"))
spread_then = Claim(v(t), spread, Given("the variance at the levels of the time"), where=mixed)
spread_first = Claim(v_s, c_0, Given("the first law's variance"))
arrived = Claim(endpoint, X(t), Given("where the sample is then"))
flow_map = Claim(
    endpoint,
    alpha * m_0 + beta * m_1 + (x_s - m_0) * sqrt(spread / c_0),
    Substitutes(arrived, moved, mean_then, spread_then, spread_first),
)
stable_flow_map = Claim(
    endpoint,
    x_s * sqrt(spread / c_0)
    + beta * m_1
    - m_0 * (beta**2 * c_1 + gamma**2) / (c_0 * (alpha + sqrt(spread / c_0))),
    Rewrites(flow_map),
)

# %% [markdown]
# From the first law to the second ($\alpha = \gamma = 0$, $\beta = 1$) it is the optimal transport map of
# two Gaussians, whatever the levels in between were; this is so mode by mode only.

# %%
transport_map = Claim(
    endpoint,
    m_1 + (x_s - m_0) * sqrt(c_1 / c_0),
    Substitutes(flow_map, at={alpha: 0, beta: 1, gamma: 0}),
)

# %% [markdown]
# With noise of any strength $\epsilon(t) \ge 0$ the drift $b_F = b + \epsilon s$ keeps the densities: of a
# Gaussian mode the Fokker-Planck equation holds, and with $b_B = b - \epsilon s$ that of the process run
# backward.

# %%
density = Claim(
    rho(t, x), exp(-((x - m(t)) ** 2) / (2 * v(t))) / sqrt(2 * pi * v(t)), Given("the density of the mode")
)
height = Claim(sp.Symbol("rho_max"), rho(t, m(t)), Given("the density at the mean"))
largest = Claim(sp.Symbol("rho_max"), 1 / sqrt(2 * pi * v(t)), Substitutes(height, density))
velocity = Claim(
    b(t, x), m(t).diff(t) + v(t).diff(t) / (2 * v(t)) * (x - m(t)), Given("the velocity of the mode")
)
score = Claim(s(t, x), -(x - m(t)) / v(t), Given("the score of the mode"))
forward_drift = Claim(forward(t, x), b(t, x) + eps(t) * s(t, x), Given("the drift of the forward process"))
backward_drift = Claim(backward(t, x), b(t, x) - eps(t) * s(t, x), Given("the drift of the backward process"))
continuity = Claim(rho(t, x).diff(t), -Derivative(b(t, x) * rho(t, x), x), Equates(density, velocity))
fokker_planck = Claim(
    rho(t, x).diff(t),
    eps(t) * Derivative(rho(t, x), x, x) - Derivative(forward(t, x) * rho(t, x), x),
    Equates(density, velocity, score, forward_drift),
)
backward_fokker_planck = Claim(
    rho(t, x).diff(t),
    -eps(t) * Derivative(rho(t, x), x, x) - Derivative(backward(t, x) * rho(t, x), x),
    Equates(density, velocity, score, backward_drift),
)

# %% [markdown]
# What the noise changes is the fate of an error (R3). The particles' variance $V$ follows the same drift;
# $V = v$ is one solution, whatever $\epsilon$, and what differs from it decays with $\Lambda =
# \int \epsilon/v\,dt$.

# %%
moments = Claim(
    V(t).diff(t),
    2 * (v(t).diff(t) / 2 - eps(t)) / v(t) * V(t) + 2 * eps(t),
    Given("the variance of a linear stochastic equation with this drift"),
)
mean_motion = Claim(
    M(t).diff(t),
    m(t).diff(t) + (v(t).diff(t) / 2 - eps(t)) / v(t) * (M(t) - m(t)),
    Given("the mean of the particles follows the drift"),
)
dissipation = Claim(L(t).diff(t), eps(t) / v(t), Given("diffusion in units of the variance"))
right_variance = Claim(v(t).diff(t), moments.rhs.subs(V(t), v(t)), Equates())
error_invariant = Claim(
    (V(t) - v(t)) / v(t) * exp(2 * L(t)),
    (V_s - v_s) / v_s,
    Conserved((moments, dissipation), t, conditions=[(V(0), V_s), (v(0), v_s), (L(0), 0)]),
)
mean_invariant = Claim(
    (M(t) - m(t)) / sqrt(v(t)) * exp(L(t)),
    (x_s - m_0) / sqrt(v_s),
    Conserved((mean_motion, dissipation), t, conditions=[(M(0), x_s), (m(0), m_0), (v(0), v_s), (L(0), 0)]),
)
variance_error = Claim(
    V(t),
    v(t) + (V_s - v_s) * v(t) / v_s * exp(-2 * L(t)),
    Substitutes(error_invariant, factor=v(t) * exp(-2 * L(t))),
)
reached = Claim(moment, V(t), Given("the particles' variance at the time"))
then = {v(t): v_t, L(t): Lam}
particles = Claim(
    moment, v_t + (V_s - v_s) * v_t / v_s * exp(-2 * Lam), Substitutes(reached, variance_error, at=then)
)
particles_by_parts = Claim(moment, v_t * (V_s / v_s * exp(-2 * Lam) - expm1(-2 * Lam)), Rewrites(particles))
mean_error = Claim(
    M(t),
    m(t) + (x_s - m_0) * sqrt(v(t) / v_s) * exp(-L(t)),
    Substitutes(mean_invariant, factor=sqrt(v(t)) * exp(-L(t))),
)
left = Claim(phi, (M(t) - m(t)) / (x_s - m_0), Given("what is left of an error of the mean, as a fraction"))
mean_gain = Claim(phi, sqrt(v_t / v_s) * exp(-Lam), Substitutes(left, mean_error, at=then))

# %%
interpolant_flow = ExplicitForm(
    flow_map, (x_s, m_0, c_0, m_1, c_1, alpha, beta, gamma), forms=((stable_flow_map, True),)
)
particle_variance = ExplicitForm(particles, (V_s, v_s, v_t, Lam), forms=((particles_by_parts, True),))
mean_error_gain = ExplicitForm(mean_gain, (v_s, v_t, Lam))
