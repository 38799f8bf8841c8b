# %% [markdown]
# # The limit of the NTK parametrisation, for comparison
# The same network with $f = n^{-1/2} \sum_i v_i u_i$: in units of $1/\varepsilon = \sqrt n$ it is the µP
# network of the small target $\varepsilon s$ from weights with $P - M = 2\varepsilon f_0$. As $\varepsilon
# \to 0$ its kernel stays 2 (with several inputs $2\,\xi \cdot \xi'$), nothing is learned by the hidden
# layer, and the error decays at a rate that does not know the target.

# %%
import sympy as sp
from sympy import Abs, exp, sqrt, tanh
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Defines, Given, Limit, Rewrites, Solves, Substitutes

from .every_width import clock as clock_at_width
from .every_width import output, rate
from .setting import M, P, f, f_0, s, t

# %%
width_root = Parameter("epsilon", "one over the root of the width", POSITIVE, latex=r"\varepsilon")
y, H_e = sp.Function("y"), sp.Function("H_epsilon")
rho_e = sp.Symbol("rho_epsilon", positive=True)
START = {s: width_root * s, P: 1 + width_root * f_0, M: 1 - width_root * f_0}
scaled = Claim(y(t), f(t) / width_root, Given("the output of the NTK parametrisation"))
small_rate = Claim(
    rho_e, sqrt((1 + width_root * f_0) * (1 - width_root * f_0) + width_root**2 * s**2), Defines()
)
small_clock = Claim(H_e(t), tanh(rho_e * t), Defines(using=(small_rate,)))
up = rho_e + (width_root * s + 1 - width_root * f_0) * H_e(t)
down = rho_e + (1 + width_root * f_0 - width_root * s) * H_e(t)
small_target = Claim(
    y(t),
    ((1 + width_root * f_0) * up / down - (1 - width_root * f_0) * down / up) / (2 * width_root),
    Substitutes(scaled, output, rate, clock_at_width, small_rate, small_clock, at=START),
    where=width_root * Abs(f_0) < 1,
)
lazy_output = Claim(y(t), s + (f_0 - s) * exp(-2 * t), Limit(small_target, width_root, 0), everywhere=True)

# %% [markdown]
# The same from the constant kernel.

# %%
kernel_flow = Claim(f(t).diff(t), 2 * (s - f(t)), Given("gradient flow with the constant kernel 2"))
kernel_output = Claim(f(t), s + (f_0 - s) * exp(-2 * t), Solves(kernel_flow, conditions=[(f(0), f_0)]))
stable_kernel_output = Claim(f(t), f_0 * exp(-2 * t) - s * expm1(-2 * t), Rewrites(kernel_output))

# %%
tangent_output = ExplicitForm(kernel_output, (t, s, f_0), forms=((stable_kernel_output, True),))
