"""Duals of activations against means over draws of correlated Gaussians."""

from __future__ import annotations

from functools import partial

from theory.comparison import Comparison
from theory.simulation import Simulation
from theory.tolerance import MonteCarlo

from ..activations.abrelu import abrelu, abrelu_derivative_dual, abrelu_dual
from ..activations.error_function import (
    erf,
    erf_by_covariance,
    erf_derivative_by_covariance,
    normal_cdf,
    normal_cdf_by_covariance,
    normal_cdf_derivative_by_covariance,
)
from ..activations.exponential import exponential, exponential_derivative_dual, exponential_dual
from ..activations.gabor import gabor, gabor_by_covariance, gabor_derivative_by_covariance
from ..activations.gaussian import gaussian, gaussian_by_covariance, gaussian_derivative_by_covariance
from ..activations.gelu import gelu, gelu_by_covariance, gelu_derivative_by_covariance
from ..activations.linear_unit import elu, elu_derivative_dual, elu_dual
from ..activations.monomial import monomial
from ..activations.periodic import rbf, sinusoid
from ..activations.rectified_monomial import rectified_monomial
from ..activations.sine import (
    rbf_derivative_dual,
    rbf_dual,
    sinusoid_derivative_dual,
    sinusoid_dual,
)
from ..activations.smooth import tanh
from ..activations.snake import snake, snake_derivative_dual, snake_dual
from ..activations.step import sign, sign_product, step, step_product
from ..simulation.gaussian_pairs import mean_of_products

_SCALES = {
    "laptop": {"samples": 5_000, "replicates": 100},
    "gpu": {"samples": 1_000_000, "replicates": 40},
}


_ALL = ("q_1", "q_2", "c", "theta")


def drawn(activation, form=None, *, slope=False) -> Simulation:
    """Means of products of an activation, with the inputs that a closed form takes."""
    names = form.names if form else _ALL
    return Simulation(partial(mean_of_products, activation=activation, slope=slope, names=names), _SCALES)


def against(form, activation, **at) -> Comparison:
    """The dual by a closed form."""
    return Comparison(form, drawn(activation, form), at, MonteCarlo())


def slopes_against(form, activation, **at) -> Comparison:
    """The derivative dual by a closed form."""
    return Comparison(form, drawn(activation, form, slope=True), at, MonteCarlo())


def predicted(activation, q_1, q_2, c, theta):
    """The dual, by the user's class."""
    return activation.dual(q_1, q_2, c, angle=theta)


def predicted_slopes(activation, q_1, q_2, c, theta):
    """The derivative dual, by the user's class."""
    return activation.derivative_dual(q_1, q_2, c, angle=theta)


leaky = {"a": -0.3, "b": 1.2}
abrelu_pairs = against(abrelu_dual, abrelu(**leaky), **leaky)
abrelu_slope_pairs = slopes_against(abrelu_derivative_dual, abrelu(**leaky), **leaky)
step_pairs = against(step_product, step)
sign_pairs = against(sign_product, sign)
erf_pairs = against(erf_by_covariance, erf.with_(b=1.3), b=1.3)
erf_slope_pairs = slopes_against(erf_derivative_by_covariance, erf.with_(b=1.3), b=1.3)
normal_cdf_pairs = against(normal_cdf_by_covariance, normal_cdf)
normal_cdf_slope_pairs = slopes_against(normal_cdf_derivative_by_covariance, normal_cdf)
phase = {"b": 1.6, "delta": 0.4}
sinusoid_pairs = against(sinusoid_dual, sinusoid.with_(**phase), **phase)
tilted = {"b": 1.2, "delta": 0.9}  # every term of the slopes' dual counts here
sinusoid_slope_pairs = slopes_against(sinusoid_derivative_dual, sinusoid.with_(**tilted), **tilted)
rbf_pairs = against(rbf_dual, rbf.with_(gamma=0.6), gamma=0.6)
rbf_slope_pairs = slopes_against(rbf_derivative_dual, rbf.with_(gamma=0.6), gamma=0.6)
snake_pairs = against(snake_dual, snake.with_(b=0.8), b=0.8)
snake_slope_pairs = slopes_against(snake_derivative_dual, snake.with_(b=0.8), b=0.8)
exponential_pairs = against(exponential_dual, exponential.with_(b=0.5), b=0.5)
exponential_slope_pairs = slopes_against(exponential_derivative_dual, exponential.with_(b=0.5), b=0.5)
gaussian_pairs = against(gaussian_by_covariance, gaussian.with_(b=0.9), b=0.9)
gaussian_slope_pairs = slopes_against(gaussian_derivative_by_covariance, gaussian.with_(b=0.9), b=0.9)
wave = {"a": 0.8, "b": 1.7}
gabor_pairs = against(gabor_by_covariance, gabor.with_(**wave), **wave)
gabor_slope_pairs = slopes_against(gabor_derivative_by_covariance, gabor.with_(**wave), **wave)
gelu_pairs = against(gelu_by_covariance, gelu)
gelu_slope_pairs = slopes_against(gelu_derivative_by_covariance, gelu)

unit = {"alpha": 1.4, "scale": 0.9}
elu_pairs = against(elu_dual, elu(**unit), **unit)
elu_slope_pairs = slopes_against(elu_derivative_dual, elu(**unit), **unit)


# Activations of a family, and by quadrature, through the user's class.
def class_against(activation) -> Comparison:
    """The dual by `Activation`."""
    return Comparison(partial(predicted, activation), drawn(activation), {}, MonteCarlo())


def class_slopes_against(activation) -> Comparison:
    """The derivative dual by `Activation`."""
    return Comparison(partial(predicted_slopes, activation), drawn(activation, slope=True), {}, MonteCarlo())


rectified_square_pairs = class_against(rectified_monomial(2))
rectified_square_slope_pairs = class_slopes_against(rectified_monomial(2))
cube_pairs = class_against(monomial(3))
tanh_pairs = class_against(tanh)
tanh_slope_pairs = class_slopes_against(tanh)
