# %% [markdown]
# # Setting: Gaussian preactivations
# In a network of infinite width the preactivations of a layer at two inputs are Gaussian, independent from
# neuron to neuron, with variances $q_1$, $q_2$ and covariance $c$. The angle $\theta$ between the inputs, as
# the layer sees them, has $c = \sqrt{q_1 q_2} \cos\theta$; it is known better than $c$ tells it where the
# inputs are nearly parallel. The dual of an activation $\phi$ is $T = E\,\phi(u)\phi(v)$, the derivative dual
# $\dot T = E\,\phi'(u)\phi'(v)$. Then $K$ is the kernel of the Gaussian process that the network is at its
# start (NNGP), and $\Theta$ the neural tangent kernel (NTK), which rules its training.

# %%
import sympy as sp

from theory import Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL

q_1 = Parameter("q_1", "variance of the preactivation at the first input", POSITIVE, extremes=(1e-6, 1e3))
q_2 = Parameter("q_2", "variance of the preactivation at the second input", POSITIVE, extremes=(1e-6, 1e3))
c = Parameter("c", "covariance of the preactivations at two inputs", REAL, extremes=(-1e3, 1e3))
q = Parameter("q", "variance of the preactivation", POSITIVE, extremes=(1e-6, 1e3))
theta = Parameter("theta", "angle between two inputs", sp.Interval(0, sp.pi), unit="radians", latex=r"\theta")
supplement = Parameter(
    "supplement",
    "what the angle lacks to pi",
    sp.Interval(0, 1),
    unit="radians",
    latex=r"\bar\theta",
    extremes=(1e-12, 1),
)
rho = Parameter("rho", "correlation of the preactivations", sp.Interval(-1, 1), latex=r"\rho")
sigma_w = Parameter(
    "sigma_w", "standard deviation of the weights", NONNEGATIVE, latex=r"\sigma_w", extremes=(1e-3, 1e3)
)
sigma_b = Parameter(
    "sigma_b", "standard deviation of the biases", NONNEGATIVE, latex=r"\sigma_b", extremes=(1e-3, 1e3)
)
T = Parameter("T", "dual of the activation", REAL, extremes=(-1e3, 1e3))
Tdot = Parameter("Tdot", "derivative dual of the activation", REAL, latex=r"\dot T", extremes=(-1e3, 1e3))
K = Parameter("K", "NNGP kernel of the layer before", REAL, extremes=(-1e3, 1e3))
Theta = Parameter("Theta", "NTK of the layer before", REAL, latex=r"\Theta", extremes=(-1e3, 1e3))

correlated = (c**2 <= q_1 * q_2,)
"""What the covariance of two numbers of these variances can be."""
