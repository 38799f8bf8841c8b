# %% [markdown]
# # Setting: a deep network layer by layer
# Preactivations $z^{(l+1)}_i = b_i + \sum_j W_{ij}\,\sigma(z^{(l)}_j)$ with Gaussian weights of variance
# $C_W/n$ (fan-in) and biases of variance $C_b$; all hidden layers have $n$ neurons. Given layer $l$, the
# next preactivations at one input are independent and $N(0, S^{(l+1)})$ with the random $S^{(l+1)} = C_b +
# \frac{C_W}{n}\sum_j \sigma(\sqrt{S^{(l)}}\,\xi_j)^2$, $\xi_j \sim N(0, 1)$. This chain is exact at every
# $n$. Its limit at infinite width is the kernel $K^{(l)}$. Brackets $\langle\cdot\rangle_K$ are means over
# $z \sim N(0, K)$; $g(K) = \langle\sigma^2\rangle_K$.

# %%
import sympy as sp

from theory import Claim, Parameter
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given

z = Parameter("z", "preactivation", REAL, extremes=(-30, 30))
K = Parameter("K", "kernel: variance of the preactivations at infinite width", POSITIVE, extremes=(1e-6, 1e3))
C_b = Parameter("C_b", "variance of the biases", NONNEGATIVE, extremes=(1e-6, 1e3))
C_W = Parameter("C_W", "variance of the weights times the width", POSITIVE, extremes=(1e-3, 1e3))
n = Parameter("n", "width of the hidden layers", COUNTING, extremes=(1, 1e6))
l = Parameter("l", "layer, 1 the first", COUNTING, extremes=(1, 150))
L = Parameter("L", "depth of the network", COUNTING, extremes=(1, 1e5))
r = Parameter("r", "aspect ratio, depth over width", POSITIVE, extremes=(1e-4, 10))
g = Parameter("g", "mean square of the activation", NONNEGATIVE, extremes=(1e-3, 1e3))
q = Parameter("q", "mean fourth power of the activation", POSITIVE, extremes=(1e-3, 1e6))
chi_par = Parameter("chi_par", "parallel susceptibility", REAL, latex=r"\chi_\parallel", extremes=(1e-3, 10))
chi_perp = Parameter(
    "chi_perp", "perpendicular susceptibility", NONNEGATIVE, latex=r"\chi_\perp", extremes=(1e-3, 10)
)

# %%
K_next = sp.Symbol("K'")
kernel_flow = Claim(K_next, C_b + C_W * g, Given("the mean of S at infinite width"))
