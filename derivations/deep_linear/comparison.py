# %% [markdown]
# # Held against simulations
# Closed forms of deep linear networks held against networks that are trained, or drawn at random. The
# simulations start from the weights and the loss and know none of the results. Gradient descent with
# a finite step follows the flow up to an error of first order: a comparison holds when the difference
# falls at that order from step to step and extrapolates to zero.

# %%
from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff

from .balanced_mode import mode_strength
from .bounded_riccati import balanced_product
from .depth import depth_mode_strength
from .energy import mode_energy
from .hierarchy import tree_singular_values
from .infinite_depth import infinite_depth_mode_strength
from .initialisation import (
    autoencoder_mode_strength,
    exponent_of_chi,
    fuss_catalan_moment,
    lyapunov_exponent,
    moment_equation,
)
from .learning_rate import optimal_learning_rate, steps_at_optimal_rate
from .mean_field import edge_of_chaos, fixed_point, gradient_factor
from .shallow import shallow_mode_strength
from .simulation.edge_of_chaos import tanh_fixed_point
from .simulation.learning_rate import curvature, steps_of_training
from .simulation.random_products import (
    gaussian_moments,
    gaussian_singular_growth,
    gaussian_stretching,
    orthogonal_isometry,
)
from .simulation.training import (
    training_at_depths,
    training_autoencoder,
    training_balanced,
    training_gaussian,
    training_kernel,
    training_loss,
    training_shallow,
    training_unaligned,
    training_unbalanced,
    training_very_deep,
)
from .simulation.training_on_data import (
    training_on_digits,
    training_on_digits_unaligned,
    training_on_mnist,
    training_on_tree,
    tree_correlations,
)
from .tangent_kernel import trajectory_ntk
from .unbalanced import unbalanced_mode

# A time constant other than 1, so that it is seen whether the prediction has it in the right places.
TAU = {"tau": 1.5}

# Steps short enough for the error's orders to follow one another, shorter where there are more of
# them: in deep networks, and in many entries of a matrix.
EULER = Discretisation(1, (1 / 32, 1 / 64, 1 / 128, 1 / 256))
EULER_IN_DEPTH = Discretisation(1, (1 / 64, 1 / 128, 1 / 256, 1 / 512))
EULER_ON_IMAGES = Discretisation(1, (1 / 4, 1 / 8, 1 / 16, 1 / 32))
EULER_ON_IMAGES_UNALIGNED = Discretisation(1, (1 / 8, 1 / 16, 1 / 32, 1 / 64))

# Training on a synthetic task.
balanced_training = Comparison(mode_strength, training_balanced, TAU, EULER)
shallow_training = Comparison(shallow_mode_strength, training_shallow, TAU, EULER)
unbalanced_training = Comparison(unbalanced_mode, training_unbalanced, TAU, EULER)
# Every number of layers with a formula of its own (1 and 2), and two without.
training_of_one_to_four_layers = Comparison(
    depth_mode_strength, training_at_depths, TAU | {"L": ((1,), (2,), (3,), (4,))}, EULER_IN_DEPTH
)
very_deep_training = Comparison(
    infinite_depth_mode_strength, training_very_deep, {},
    Discretisation(1, (1 / 8, 1 / 16, 1 / 32, 1 / 64), varies="inverse_depth"),
)  # fmt: skip
unaligned_training = Comparison(balanced_product, training_unaligned, TAU, EULER)
kernel_in_training = Comparison(trajectory_ntk, training_kernel, TAU, EULER)
loss_in_training = Comparison(mode_energy, training_loss, TAU, EULER)
gaussian_training = Comparison(unbalanced_mode, training_gaussian, TAU, EULER)
autoencoder_training = Comparison(autoencoder_mode_strength, training_autoencoder, TAU, EULER)

# Training on data.
training_on_the_digits = Comparison(mode_strength, training_on_digits, TAU, EULER_ON_IMAGES)
training_on_images_of_mnist = Comparison(mode_strength, training_on_mnist, TAU, EULER_ON_IMAGES)
unaligned_training_on_the_digits = Comparison(
    balanced_product, training_on_digits_unaligned, TAU, EULER_ON_IMAGES_UNALIGNED
)
training_on_a_tree = Comparison(mode_strength, training_on_tree, TAU, EULER_ON_IMAGES)
# The decomposition is off by a few roundings of the largest singular value for each row; the
# smallest one is 1 and the largest sqrt(31) (31 features of 16 leaves).
spectrum_of_a_tree = Comparison(tree_singular_values, tree_correlations, {"D": 4}, RoundOff(31 * 31**0.5))

# How fast: the largest curvature, and the steps it allows. The Hessian adds up products of up
# to seven weights, as large as twice those at the minimum, each with a rounding, and has an eigenvalue taken.
LAYERS = (1, 2, 3, 4)
rate_allowed_by_curvature = Comparison(
    optimal_learning_rate, curvature, {"s": ((0.5,), (1.7,), (3.0,)), "L": LAYERS}, RoundOff(2**7 * 3)
)
steps_at_a_share_of_the_best_rate = Comparison(
    steps_at_optimal_rate,
    steps_of_training,
    {"uf": ((0.15,), (0.3,), (0.6,), (1.2,)), "s": 1.3, "u0": 0.1, "L": LAYERS},
    Discretisation(1, (1 / 8, 1 / 16, 1 / 32, 1 / 64)),
)

# %% [markdown]
# Before training there is only chance: means over many products of random matrices are held to their
# own standard error, and what a finite size adds must vanish at the expected rate as the size grows.

# %%
moments_of_a_product = Comparison(
    fuss_catalan_moment, gaussian_moments, {"k": (1, 2, 3), "L": 2}, FiniteSize(1, (16, 32, 64)),
    covers=(moment_equation,),
)  # fmt: skip
stretching_by_a_product = Comparison(lyapunov_exponent, gaussian_stretching, {"N": 6}, MonteCarlo())
growth_by_a_deep_product = Comparison(
    lyapunov_exponent, gaussian_singular_growth, {"N": 3}, FiniteSize(1, (16, 32, 64, 128), varies="layers"),
    covers=(exponent_of_chi,),
)  # fmt: skip
# Every factor rounds each entry of the product like a sum of N terms.
isometry_of_a_product = Comparison(
    lambda N, L: 1.0, orthogonal_isometry, {"N": 32, "L": 20}, RoundOff(32 * 20)
)
# One gain on each side of the edge; the upper one not where the variance happens to be 1.
random_tanh_network = Comparison(
    edge_of_chaos, tanh_fixed_point, {"g": (0.1, 2.2)}, FiniteSize(1, (16, 32, 64)),
    covers=(fixed_point, gradient_factor),
)  # fmt: skip
