r"""Kernel flow of deep networks: criticality, finite-width correlators and the mean tangent kernel

Layer by layer a random network's kernel flows; both its susceptibilities are 1 only at a critical
initialisation $(C_b, C_W)$, which is found here exactly where a formula exists. At a finite width the same
flow carries a vertex and a mean correction; deep linear and scale-invariant networks are exact at every
width. `Flow`, `criticality` and `moment_of_S` put it to use. Main results: `difference`, `flow_coefficients`,
`gelu_critical`, `vertex`, `several_inputs`, `four_point`, `bias_learning_rate`, `mutual_information_cubic`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "susceptibilities",
    "scale_invariant",
    "vanishing_kernel",
    "half_stable",
    "no_criticality",
    "asymptotics",
    "vertex",
    "sine",
    "linear_correlators",
    "tangent_kernel",
    "aspect_ratio",
)
"""The result files in reading order."""

REFERENCES = r"""
@book{roberts2022principles,
  author = {Roberts, Daniel A. and Yaida, Sho and Hanin, Boris},
  title = {The Principles of Deep Learning Theory},
  publisher = {Cambridge University Press},
  year = {2022},
  eprint = {2106.10165},
  archivePrefix = {arXiv}
}
"""

_OF = {
    "susceptibilities": "kernel_step parallel_susceptibility perpendicular_susceptibility kernel_curvature "
    "critical_initialisation rescaled_initialisation",
    "scale_invariant": "scale_invariant_growth unit_moment four_point four_point_same four_point_excess "
    "log_of_moment",
    "vanishing_kernel": "vanishing_kernel_coefficients",
    "half_stable": "swish_initialisation gelu_mean_square_at gelu_mean_slope_at",
    "asymptotics": "asymptotic_inverse_kernel perpendicular_exponent",
    "vertex": "vertex_step mean_correction_step",
    "sine": "sine_flow",
    "linear_correlators": "linear_log_correlator linear_covariance linear_log_mean linear_log_variance",
    "tangent_kernel": "ntk_step scale_invariant_ntk bias_learning_rate weight_learning_rate",
    "aspect_ratio": "mutual_information_cubic mutual_information_in_depth cubic_coefficient optimal_vertex "
    "optimal_ratio",
    "models.activations": "activation leaky",
    "models.critical": "criticality",
    "models.flow": "Flow",
    "models.correlators": "layer_moment moment_of_S four_point_function covariance_of_covariances",
    "models.information": "mutual_information",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
