r"""Finite Bayesian deep linear networks: priors and posteriors over representations

A finite network has a prior over its kernels, and learns one; an infinite network has a single kernel. For
deep linear networks all of it is closed: moments of Gram matrices in depth and width, the Meijer and Bessel
laws of outputs, the exact evidence and posterior kernel, the path of learned kernels from inputs to outputs,
bottlenecks between infinite layers, and what weight sharing keeps. `Prior` and `learned_path` put it to use.
Main results: `covariance_at_depth`, `log_density_of_output`, `log_evidence`, `posterior_kernel`,
`geodesic_eigenvalue`, `correlation_density`, `variance_on_line`, `loss_of_a_width`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "gram_moments",
    "diagonal",
    "evidence",
    "outputs",
    "posterior",
    "many_outputs",
    "bottleneck",
    "convolution",
    "true_width",
)
"""The result files in reading order."""

REFERENCES = r"""
@inproceedings{aitchison2020bigger,
  author = {Aitchison, Laurence},
  title = {Why Bigger Is Not Always Better: on Finite and Infinite Neural Networks},
  booktitle = {International Conference on Machine Learning},
  year = {2020},
  eprint = {1910.08013},
  archivePrefix = {arXiv}
}

@inproceedings{zavatone2021exact,
  author = {Zavatone-Veth, Jacob A. and Pehlevan, Cengiz},
  title = {Exact Marginal Prior Distributions of Finite {Bayesian} Neural Networks},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2021},
  eprint = {2104.11734},
  archivePrefix = {arXiv}
}

@article{hotelling1953new,
  author = {Hotelling, Harold},
  title = {New Light on the Correlation Coefficient and Its Transforms},
  journal = {Journal of the Royal Statistical Society B},
  volume = {15},
  pages = {193--232},
  year = {1953}
}
"""

_OF = {
    "gram_moments": "coefficients_after_a_layer covariance_of_entries covariance_at_depth "
    "variance_of_diagonal deviation_of_off_diagonal",
    "diagonal": "moment_of_diagonal mean_log_diagonal variance_log_diagonal skewness_log_diagonal",
    "evidence": "log_evidence log_evidence_of_one_layer log_evidence_of_two_layers log_evidence_of_layers",
    "outputs": "log_density_of_output laplace_density_of_output kurtosis_of_output",
    "posterior": "posterior_mean_scale posterior_mean_inverse_scale posterior_kernel "
    "posterior_mean_scale_in_depth",
    "many_outputs": "geodesic_eigenvalue growth_of_hidden_layers growth_by_one_layer pull_of_one_layer",
    "bottleneck": "correlation_density mean_correlation relu_correlation",
    "convolution": "covariance_of_two_locations variance_of_convolutional variance_of_locally_connected "
    "variance_on_line variance_on_line_locally_connected variance_of_constant_input",
    "true_width": "log_density_of_scale loss_of_a_width",
    "models.prior": "Prior",
    "models.bottleneck": "mean_correlation_of_next_layer",
    "models.learned": "learned_path",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
