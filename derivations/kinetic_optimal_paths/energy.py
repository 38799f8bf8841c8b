# %% [markdown]
# # The reduced kinetic energy
# Samples move with the mean rate of the path, given where they are. Its mean square needs three moments of
# the noisy sample $x$ and of the denoised $D$; only $E|D|^2 = \lambda d$ knows more of the data than
# their size.

# %%
import sympy as sp
from sympy import cos

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from .setting import (
    G,
    a_of,
    lam,
    m_of,
    missing,
    mmse,
    noise,
    r_of,
    ratio,
    rho_of,
    signal,
    t,
    theta_of,
)

x, D, eps, u, e, x2, xD, D2 = sp.symbols("x D epsilon u e x2 xD D2")
a, m, da, dm = a_of(t), m_of(t), a_of(t).diff(t), m_of(t).diff(t)

# %%
mean_rate = Claim(u, da * D + dm * eps, Given("the mean rate of the sample, given where it is"))
noise_left = Claim(eps, (x - a * D) / m, Given("the mean of the noise, given the sample"))
velocity = Claim(u, dm / m * x + (da - a * dm / m) * D, Substitutes(mean_rate, noise_left))
mean_square = Claim(
    e,
    (dm / m) ** 2 * x2 + 2 * dm / m * (da - a * dm / m) * xD + (da - a * dm / m) ** 2 * D2,
    Given("the mean square of the velocity per coordinate, term by term"),
)
sample_size = Claim(x2, a**2 + m**2, Given("data and noise are independent, of mean square 1 each"))
overlap = Claim(xD, a, Given("E x.D = E x.x_1: the denoised is a projection of the data"))
denoised_size = Claim(D2, lam, Given("the definition of the data separation"))
moments = (sample_size, overlap, denoised_size)
density = Claim(e, da**2 + dm**2 - (1 - lam) * (da - a * dm / m) ** 2, Substitutes(mean_square, *moments))

# %% [markdown]
# What the data contribute is a function of the ratio $r$ alone (R1).

# %%
ratio_rate = Claim(r_of(t).diff(t), (da - a * dm / m) / m, Differentiates(ratio, t))
density_by_ratio = Claim(
    e, da**2 + dm**2 - (1 - lam) * m**2 * r_of(t).diff(t) ** 2, Rewrites(density, using=(ratio_rate,))
)

# %% [markdown]
# In polar variables it is the length element of a surface whose angle is stretched by $\sqrt G$.

# %%
stretch = Claim(G, 1 - (1 - lam) / cos(theta_of(t)) ** 2, Given("the square of the stretch of the angle"))
polar_density = Claim(
    e,
    rho_of(t).diff(t) ** 2 + rho_of(t) ** 2 * G * theta_of(t).diff(t) ** 2,
    Substitutes(density, signal, noise, stretch),
)

# %% [markdown]
# As a function of numbers: what any schedule spends per unit of time, and what a flow-matching loss cannot
# go below, the part of the rate that the sample does not tell.

# %%
a_now = Parameter("a", "signal level", NONNEGATIVE, extremes=(1e-3, 1))
m_now = Parameter("m", "noise level", POSITIVE, extremes=(1e-3, 1))
da_now = Parameter("da", "rate of the signal level", REAL, latex=r"\dot a", extremes=(1e-3, 1e3))
dm_now = Parameter("dm", "rate of the noise level", REAL, latex=r"\dot m", extremes=(1e-3, 1e3))
numbers = {da: da_now, dm: dm_now, a: a_now, m: m_now}
density_of_levels = Claim(
    e,
    da_now**2 + dm_now**2 - mmse * (da_now - a_now * dm_now / m_now) ** 2,
    Substitutes(density, missing, at=numbers),
)
target_size, loss = sp.symbols("e_target L")
target = Claim(
    target_size, da_now**2 + dm_now**2, Given("mean square of the target da x_1 + dm x_0, per coordinate")
)
excess = Claim(loss, target_size - e, Given("the least loss: the mean square of the target less the mean's"))
irreducible = Claim(
    loss, mmse * (da_now - a_now * dm_now / m_now) ** 2, Substitutes(excess, target, density_of_levels)
)

# %%
energy_density = ExplicitForm(density_of_levels, (mmse, a_now, m_now, da_now, dm_now))
irreducible_loss = ExplicitForm(irreducible, (mmse, a_now, m_now, da_now, dm_now))
