# %% [markdown]
# # Any activation: the network is a system of particles
# One hidden layer in µP with an activation $\phi$: a unit is a particle $(Z_i, q_i)$ with $Z_i$ its row of
# $U = \sqrt n\,u$ and $q_i = \sqrt n\, v_i = n V_i$. Particles see each other through the output alone, the
# mean of $q_i \phi(Z_i \cdot \xi)$, and no power of the width is left in how they move: the limit is the
# mean field of particles that start at independent $N(0, 1)$ numbers.

# %%
from sympy import Symbol, sqrt, symbols

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Substitutes

n_units = Parameter("n", "width of the hidden layer", POSITIVE)
e = Parameter("e", "rate times slope of the loss at the output")
xi = Parameter("xi", "a coordinate of the input", REAL, latex=r"\xi")
phi, slope = Parameter("phi", "activation at Z xi", REAL), Parameter("psi", "its derivative there", REAL)
Z, q = Parameter("Z", "first weight of a particle", REAL), Parameter("q", "second weight of a particle", REAL)
u, v, u_next, v_next, Z_next, q_next = symbols("u v u' v' Z' q'", real=True)
f_u, f_v, share = Symbol("f_u", real=True), Symbol("f_v", real=True), Symbol("f_i", real=True)

# %% [markdown]
# With the multipliers $W^1 = \sqrt n\, u$ and $W^2 = v/\sqrt n$ of µP, by the chain rule.

# %%
by_first = Claim(f_u, v / sqrt(n_units) * slope * sqrt(n_units) * xi, Given("derivative by the first weight"))
by_second = Claim(f_v, phi / sqrt(n_units), Given("derivative by the second weight"))
first_step = Claim(u_next, u - e * f_u, Given("a step of the first weight"))
second_step = Claim(v_next, v - e * f_v, Given("a step of the second weight"))
place = Claim(u, Z / sqrt(n_units), Given("the first weight of the particle's place"))
charge = Claim(v, q / sqrt(n_units), Given("the second weight of the particle's charge"))
next_place = Claim(Z_next, sqrt(n_units) * u_next, Given("the particle's place after the step"))
next_charge = Claim(q_next, sqrt(n_units) * v_next, Given("its charge after the step"))
place_step = Claim(
    Z_next,
    Z - e * q * slope * xi,
    Substitutes(next_place, first_step, by_first, place, charge),
)
charge_step = Claim(q_next, q - e * phi, Substitutes(next_charge, second_step, by_second, charge))
unit_share = Claim(share, v / sqrt(n_units) * phi, Given("what a unit adds to the output"))
particle_share = Claim(share, q * phi / n_units, Substitutes(unit_share, charge))

moved, charged = symbols("Z_1 q_1", real=True)
together = Claim((moved, charged), (Z_next, q_next), Given("the particle after the step"))
both_steps = Claim(
    (moved, charged),
    (Z - e * q * slope * xi, q - e * phi),
    Substitutes(together, place_step, charge_step),
)

# %% [markdown]
# The tangent kernel of two inputs, $\phi(Z\cdot\xi)\phi(Z\cdot\xi') + q^2 \phi'\phi'\,\xi\cdot\xi'$ in the
# mean over the particles, is as free of the width.

# %%
kappa = Symbol("k_i", real=True)
unit_kernel = Claim(kappa, f_u**2 + f_v**2, Given("a unit's part of the kernel, the inputs equal"))
particle_kernel = Claim(
    kappa,
    (q**2 * slope**2 * xi**2 + phi**2) / n_units,
    Substitutes(unit_kernel, by_first, by_second, charge),
)

# %%
particle_after_step = ExplicitForm(both_steps, (Z, q, phi, slope, xi, e))
