# %% [markdown]
# # The kinetic-optimal path is a chord
# Measured by $\varphi(\theta) = \int_0^\theta \sqrt G$ instead of $\theta$, the energy of the polar path is
# $\int (\dot\rho^2 + \rho^2\dot\varphi^2)\,dt$: that of a point in a plane. So the best path is a straight
# line, from radius 1 and angle 0 to radius 1 and angle $\Phi = \varphi(\pi/2)$, at constant speed (R5).

# %%
import sympy as sp
from sympy import atan, cos, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.rules import Conserved, Differentiates, Given, Rewrites, Solves, Substitutes

from .energy import e, polar_density
from .setting import ANGLES, G, rho_of, t, theta_of

Phi = Parameter("Phi", "stretched angle from noise to data", ANGLES, latex=r"\Phi", extremes=(1e-6, 1.57))
phi_of = sp.Function("varphi", real=True)
rho, phi, theta = rho_of(t), phi_of(t), theta_of(t)

# %%
stretched = Claim(phi.diff(t), sqrt(G) * theta.diff(t), Given("the stretched angle"))
flat_density = Claim(
    e, rho.diff(t) ** 2 + rho**2 * phi.diff(t) ** 2, Rewrites(polar_density, using=(stretched,))
)

# %% [markdown]
# In the plane, with $x = \rho\cos\varphi$ and $y = \rho\sin\varphi$, nothing accelerates.

# %%
radial = Claim(rho.diff(t, 2), rho * phi.diff(t) ** 2, Given("Euler-Lagrange equation of the radius"))
angular = Claim(
    phi.diff(t, 2), -2 * rho.diff(t) * phi.diff(t) / rho, Given("Euler-Lagrange equation of the angle")
)
x, y = 1 - t + t * cos(Phi), t * sin(Phi)
ends = [(rho_of(0), 1), (rho_of(1), 1), (phi_of(0), 0), (phi_of(1), Phi)]
flat = (radial, angular)
chord = Claim(
    sp.Tuple(rho, phi),
    sp.Tuple(sqrt(x**2 + y**2), atan(y / x)),
    Solves(flat, conditions=ends),
    where=(Phi > 0, Phi < sp.pi / 2),
)

# %% [markdown]
# It is followed at constant speed, and sweeps equal areas in equal times.

# %%
R, R2, F, area, S = sp.symbols("R R2 F h S")
radius_there = Claim(R, rho, Given("the radius on the way"))
square_there = Claim(R2, rho**2, Given("its square"))
radius_squared = Claim(
    R2, 1 - 2 * t * (1 - t) * (1 - cos(Phi)), Substitutes(square_there, chord), everywhere=True
)
radius = Claim(
    R, sqrt(1 - 4 * t * (1 - t) * sin(Phi / 2) ** 2), Substitutes(radius_there, chord), everywhere=True
)
radius_from_sides = Claim(R, sqrt((1 - t) ** 2 + 2 * t * (1 - t) * cos(Phi) + t**2), Rewrites(radius))
angle_there = Claim(F, phi, Given("the stretched angle on the way"))
angle = Claim(
    F, atan(t * sin(Phi) / (1 - t + t * cos(Phi))), Substitutes(angle_there, chord), everywhere=True
)
radius_rate = Claim(
    sp.Derivative(R, t),
    -2 * (1 - 2 * t) * sin(Phi / 2) ** 2 / sqrt((1 - t) ** 2 + 2 * t * (1 - t) * cos(Phi) + t**2),
    Differentiates(radius, t),
)
angle_rate = Claim(
    sp.Derivative(F, t),
    sin(Phi) / ((1 - t) ** 2 + 2 * t * (1 - t) * cos(Phi) + t**2),
    Differentiates(angle, t),
)
swept = Claim(area, rho**2 * phi.diff(t), Given("twice the area swept per unit of time"))
area_of_chord = Claim(area, sin(Phi), Substitutes(swept, chord), everywhere=True)
spent = Claim(S, rho.diff(t) ** 2 + rho**2 * phi.diff(t) ** 2, Given("the energy spent per unit of time"))
chord_energy = Claim(S, 2 - 2 * cos(Phi), Substitutes(spent, chord), everywhere=True)
least_energy = Claim(S, 4 * sin(Phi / 2) ** 2, Rewrites(chord_energy))

# %% [markdown]
# So the angle itself follows an ordinary differential equation, of one unknown only.

# %%
swept_by_angle = Claim(area, rho**2 * sqrt(G) * theta.diff(t), Substitutes(swept, stretched))
equation = Claim(
    theta.diff(t),
    sin(Phi) / (rho**2 * sqrt(G)),
    Substitutes(swept_by_angle, area_of_chord, factor=-1 / (rho**2 * sqrt(G))),
    where=G > 0,
)

# %% [markdown]
# Both are conserved by the Euler-Lagrange equations whatever the surface: with $G$ a function of the angle,
# of slope $g$ there, the velocities $p = \dot\rho$ and $\omega = \dot\theta$.

# %%
p_of, omega_of, g_of = (sp.Function(name, real=True) for name in ("p", "omega", "g"))
Gamma_of, Gamma_0 = sp.Function("Gamma", positive=True), sp.Symbol("Gamma_0", positive=True)
p, omega, g, Gamma = p_of(t), omega_of(t), g_of(t), Gamma_of(t)
outward = Claim(rho.diff(t), p, Given("the radial velocity"))
along = Claim(Gamma.diff(t), g * omega, Given("G changes as the angle does"))
radial_on_surface = Claim(p.diff(t), rho * Gamma * omega**2, Given("Euler-Lagrange equation of the radius"))
angular_on_surface = Claim(
    omega.diff(t),
    -2 * p * omega / rho - g * omega**2 / (2 * Gamma),
    Given("Euler-Lagrange equation of the angle: d(rho^2 G omega)/dt = rho^2 g omega^2/2"),
)
on_surface = (outward, along, radial_on_surface, angular_on_surface)
start = [
    (rho_of(0), 1),
    (p_of(0), cos(Phi) - 1),
    (Gamma_of(0), Gamma_0),
    (omega_of(0), sin(Phi) / sqrt(Gamma_0)),
]
conserved_area = Claim(rho**2 * sqrt(Gamma) * omega, sin(Phi), Conserved(on_surface, t, conditions=start))
conserved_energy = Claim(
    p**2 + rho**2 * Gamma * omega**2, 2 - 2 * cos(Phi), Conserved(on_surface, t, conditions=start)
)

# %% [markdown]
# Of a path that preserves the variance the radius is 1: at best its stretched angle grows evenly.

# %%
of_constant_radius = Claim(e, phi.diff(t) ** 2, Substitutes(flat_density, at={rho: 1}))
vp_energy = Claim(e, Phi**2, Substitutes(of_constant_radius, at={phi: Phi * t}))

# %% [markdown]
# One point has $G = 1$, $\Phi = \pi/2$: the chord is Cond-OT.

# %%
one_point_radius = Claim(R2, (1 - t) ** 2 + t**2, Substitutes(radius_squared, at={Phi: sp.pi / 2}))
one_point_angle = Claim(F, atan(t / (1 - t)), Substitutes(angle, at={Phi: sp.pi / 2}), where=t < 1)
one_point_energy = Claim(S, 2, Substitutes(chord_energy, at={Phi: sp.pi / 2}))

# %%
kinetic_optimal_energy = ExplicitForm(chord_energy, (Phi,), forms=((least_energy, True),))
chord_radius = ExplicitForm(radius, (t, Phi), forms=((radius_from_sides, True),))
chord_angle = ExplicitForm(angle, (t, Phi))
chord_radius_rate = ExplicitForm(radius_rate, (t, Phi))
chord_angle_rate = ExplicitForm(angle_rate, (t, Phi))
