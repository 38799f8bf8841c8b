# %% [markdown]
# # Schedules
# Levels of the two laws and of the noise, with their rates. Of the noise the square is given, and half its
# rate, $\gamma\dot\gamma$: both are finite everywhere.

# %%
import sympy as sp
from sympy import cos, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from .setting import t

a = Parameter("a", "largest variance of the noise, times 4", NONNEGATIVE, extremes=(1e-6, 1e3))
A_0, A_1, G2, G, GD = sp.symbols("alpha_t beta_t gamma_t^2 gamma_t gdg_t")

# %% [markdown]
# Noise of a Brownian bridge, for the linear and the trigonometric interpolant ($a = 2$; $a = 0$: none).

# %%
bridge_square = Claim(G2, a * t * (1 - t), Given("the variance of a Brownian bridge"))
root = Claim(G, sqrt(G2), Given("the level"))
half_rate = Claim(
    GD, sp.Derivative(G2, t) / 2, Given("the level times its rate is half the rate of its square")
)
bridge_level = Claim(G, sqrt(a * t * (1 - t)), Substitutes(root, bridge_square))
bridge_square_rate = Claim(sp.Derivative(G2, t), a * (1 - 2 * t), Differentiates(bridge_square, t))
bridge_product = Claim(GD, a * (1 - 2 * t) / 2, Rewrites(half_rate, using=(bridge_square_rate,)))

# %% [markdown]
# The trigonometric interpolant keeps the variance of two laws of the same variance.

# %%
first_cosine = Claim(A_0, cos(pi * t / 2), Given("trigonometric: the level of the first law"))
second_sine = Claim(A_1, sin(pi * t / 2), Given("trigonometric: the level of the second law"))
first_cosine_rate = Claim(sp.Derivative(A_0, t), -pi / 2 * sin(pi * t / 2), Differentiates(first_cosine, t))
second_sine_rate = Claim(sp.Derivative(A_1, t), pi / 2 * cos(pi * t / 2), Differentiates(second_sine, t))

# %% [markdown]
# Encoding and decoding: the first law becomes noise alone until $t = \frac12$, where the second takes over.
# The level below is that of the first law in the first half, and of the second law in the second.

# %%
encoded = Claim(A_0, cos(pi * t) ** 2, Given("encoding-decoding: the level of the law at hand"))
encoded_rate = Claim(sp.Derivative(A_0, t), -pi * sin(2 * pi * t), Differentiates(encoded, t))
encoding_square = Claim(G2, sin(pi * t) ** 4, Given("encoding-decoding: the variance of the noise"))
encoding_level = Claim(G, sin(pi * t) ** 2, Substitutes(root, encoding_square))
encoding_square_rate = Claim(
    sp.Derivative(G2, t), 2 * pi * sin(pi * t) ** 2 * sin(2 * pi * t), Differentiates(encoding_square, t)
)
encoding_product = Claim(
    GD, pi * sin(pi * t) ** 2 * sin(2 * pi * t), Rewrites(half_rate, using=(encoding_square_rate,))
)

# %%
bridge_gamma = ExplicitForm(bridge_level, (t, a))
bridge_gamma_rate_product = ExplicitForm(bridge_product, (t, a))
trigonometric_alpha = ExplicitForm(first_cosine, (t,))
trigonometric_alpha_rate = ExplicitForm(first_cosine_rate, (t,))
trigonometric_beta = ExplicitForm(second_sine, (t,))
trigonometric_beta_rate = ExplicitForm(second_sine_rate, (t,))
encoding_alpha = ExplicitForm(encoded, (t,))
encoding_alpha_rate = ExplicitForm(encoded_rate, (t,))
encoding_gamma = ExplicitForm(encoding_level, (t,))
encoding_gamma_rate_product = ExplicitForm(encoding_product, (t,))
