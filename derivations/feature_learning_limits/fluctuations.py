# %% [markdown]
# # From one network of width $n$ to the next
# $P$ and $M$ are independent and $\chi^2_n/n$: of mean 1 and variance $2/n$. So are, at great width, the
# geometric mean $\kappa$ of both and half the logarithm $h$ of their ratio independent, of standard
# deviation $1/\sqrt n$. The output answers to each: $\kappa$ rescales the target and the time, $h$ is a
# start away from 0. Networks differ by $\sigma/\sqrt n$ with $\sigma$ in closed form: 1 at the start, 0 at
# the end.

# %%
import sympy as sp
from sympy import Derivative, exp, sqrt, tanh
from sympy.codegen.cfunctions import log1p

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Assumption, Defines, Given, Rewrites, Substitutes

from .every_width import E, F, output, rate
from .every_width import clock as clock_at_width
from .gradient_flow import R, decay, learned, limit_rate, rise, w
from .setting import M, P, f, s, t

# %%
kappa = Parameter("kappa", "geometric mean of P and M", POSITIVE, latex=r"\kappa", extremes=(0.1, 10))
h = Parameter("h", "half the logarithm of P/M", REAL, extremes=(-2, 2))
y, H_k = sp.Function("y"), sp.Function("H_kappa")
rho_k = sp.Symbol("rho_kappa", positive=True)
START = {P: kappa * exp(h), M: kappa * exp(-h)}
network = Claim(y(t, kappa, h), f(t), Given("the output as a function of kappa and h"))
rate_by_scale = Claim(rho_k, sqrt(kappa**2 + s**2), Defines("half the final rate"))
clock_by_scale = Claim(H_k(t), tanh(rho_k * t), Defines(using=(rate_by_scale,)))
up, down = rho_k + (s + kappa * exp(-h)) * H_k(t), rho_k + (kappa * exp(h) - s) * H_k(t)
by_scale_and_start = Claim(
    y(t, kappa, h),
    kappa * (exp(h) * up / down - exp(-h) * down / up) / 2,
    Substitutes(network, output, rate, clock_at_width, rate_by_scale, clock_by_scale, at=START),
)

# %% [markdown]
# The two answers of a wide network.

# %%
to_scale = Parameter("y_kappa", "answer of the output to kappa", REAL, extremes=(-5, 5))
to_start = Parameter("y_h", "answer of the output to h", REAL, extremes=(-5, 5))
answer_to_scale = Claim(to_scale, Derivative(y(t, kappa, h), kappa), Given("the answer to kappa"))
answer_to_start = Claim(to_start, Derivative(y(t, kappa, h), h), Given("the answer to h"))
WIDE = {kappa: 1, h: 0}
answer = sp.Function("a")
scaled_answer = Claim(
    answer(t),
    s
    * (
        s**2 * F(t) * (2 * F(t) + R * (1 + E(t))) / (2 * R**4)
        + t * (F(t) * (1 + E(t)) + R * (1 + E(t) ** 2)) / R**3
    )
    / (w(t) + E(t)),
    Defines("the answer to kappa over that to h at the start", using=(limit_rate, decay, rise, learned)),
)
parts = (limit_rate, decay, rise, learned, scaled_answer)
share = E(t) / (w(t) + E(t))
scale_answer = Claim(
    to_scale,
    share * answer(t),
    Substitutes(answer_to_scale, by_scale_and_start, rate_by_scale, clock_by_scale, *parts, at=WIDE),
)
start_answer = Claim(
    to_start,
    share * sqrt(1 + (s * w(t) / (w(t) + E(t))) ** 2),
    Substitutes(answer_to_start, by_scale_and_start, rate_by_scale, clock_by_scale, *parts, at=WIDE),
)

# %%
V, B = sp.Function("V"), sp.Function("B")
variance = Claim(
    V(t),
    to_scale**2 + to_start**2,
    Assumption("great width: the answers to kappa and h, each of variance 1/n, add in the mean square"),
)
width_variance = Claim(
    V(t),
    (E(t) / (w(t) + E(t))) ** 2 * (1 + (s * w(t) / (w(t) + E(t))) ** 2 + answer(t) ** 2),
    Substitutes(variance, scale_answer, start_answer, *parts),
)

# %% [markdown]
# At late times the square of the decay is smaller than any number of the computer before the whole is.

# %%
over_decay = Claim(
    B(t),
    (1 + (s * w(t) / (w(t) + E(t))) ** 2 + answer(t) ** 2) / (w(t) + E(t)) ** 2,
    Defines("what is left without the decay", using=parts),
)
late = Claim(V(t), exp(log1p(B(t) - 1) - 4 * R * t), Rewrites(width_variance, using=(*parts, over_decay)))

# %%
answer_to_kappa = ExplicitForm(scale_answer, (t, s))
answer_to_h = ExplicitForm(start_answer, (t, s))
sum_of_squares = ExplicitForm(variance, (to_scale, to_start))
variance_times_width = ExplicitForm(
    width_variance, (t, s), forms=((late, t * sqrt(1 + s**2) >= 100), (width_variance, True))
)
