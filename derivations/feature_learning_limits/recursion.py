# %% [markdown]
# # Any data at every width: a recursion without the width
# With several inputs $\xi \in \mathbb R^d$ and one hidden linear layer in µP the weights never leave the
# span of their initial values: $U = Z A$ and $n V^T = Z c$ for $Z = [U_0, n V_0^T]$. The recursion of $A$
# and $c$ sees the width through $G = Z^T Z/n$ alone, a Wishart matrix of $d + 1$ rows over $n$; $G = I$ is
# the limit. A step adds $e$ times the gradient of the output, where $-e = \eta\chi$ is the rate times the
# loss's slope.

# %%
from theory import Claim, Parameter
from theory.matrix import MatrixParameter, Substitutes
from theory.parameter import COUNTING, REAL
from theory.rules import Defines, Given

n = Parameter("n", "width of the hidden layer", COUNTING)
d = Parameter("d", "number of coordinates of an input", COUNTING)
m = Parameter("m", "number of columns of Z, d + 1", COUNTING)
e = Parameter("e", "minus the rate times the slope of the loss", REAL)
Z = MatrixParameter("Z", n, m, "initial weights [U_0, n V_0^T]")
A = MatrixParameter("A", m, d, "coefficients of the first layer")
c = MatrixParameter("c", m, 1, "coefficients of the second layer")
xi = MatrixParameter("xi", d, 1, "input of the step", latex=r"\xi")
x = MatrixParameter("x", d, 1, "another input")
U = MatrixParameter("U", n, d, "first layer, sqrt(n) times its trainable weights")
q = MatrixParameter("q", n, 1, "second layer times n, transposed")
U_next = MatrixParameter("U_next", n, d, "first layer after a step", latex="U'")
q_next = MatrixParameter("q_next", n, 1, "second layer after a step", latex="q'")
A_next = MatrixParameter("A_next", m, d, "coefficients after a step", latex="A'")
c_next = MatrixParameter("c_next", m, 1, "coefficients after a step", latex="c'")
G = MatrixParameter("G", m, m, "Gram matrix of the initial weights over n")
F = MatrixParameter("F", 1, 1, "output at x")
Phi = MatrixParameter("Phi", d, d, "feature kernel", latex=r"\Phi")
K = MatrixParameter("K", 1, 1, "tangent kernel of x and xi")

# %%
first = Claim(U, Z * A, Defines("in the span of the initial weights"))
second = Claim(q, Z * c, Defines("in the span of the initial weights"))
gram = Claim(G, Z.T * Z / n, Defines("the only trace of the width"))
first_step = Claim(U_next, U + e * q * xi.T, Given("a step of the first layer"))
second_step = Claim(q_next, q + e * U * xi, Given("a step of the second layer"))
A_step = Claim(A_next, A + e * c * xi.T, Given("the coefficients follow"))
c_step = Claim(c_next, c + e * A * xi, Given("the coefficients follow"))
stays_first = Claim(U_next, Z * A_next, Substitutes(first_step, first, second, A_step))
stays_second = Claim(q_next, Z * c_next, Substitutes(second_step, first, second, c_step))

# %% [markdown]
# Output, feature kernel and tangent kernel of the network, without a matrix that knows the width.

# %%
output_of_weights = Claim(F, q.T * U * x / n, Given("the network's output at x"))
features_of_weights = Claim(Phi, U.T * U / n, Given("the kernel of the hidden layer"))
kernel_of_weights = Claim(
    K, x.T * U.T * U * xi / n + x.T * xi * (q.T * q) / n, Given("inner product of the gradients at x and xi")
)
output = Claim(F, c.T * G * A * x, Substitutes(output_of_weights, first, second, gram))
features = Claim(Phi, A.T * G * A, Substitutes(features_of_weights, first, gram))
kernel = Claim(
    K,
    x.T * A.T * G * A * xi + x.T * xi * (c.T * G * c),
    Substitutes(kernel_of_weights, first, second, gram),
)
