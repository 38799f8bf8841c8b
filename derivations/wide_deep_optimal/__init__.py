r"""Wide and deep: which classifier an infinitely wide and infinitely deep network is

The kernels of a wide network on the sphere are iterates of one map, the dual of its activation. Three
numbers of the activation decide what infinite depth makes of them: a nearest neighbour, a majority vote,
or a vote with a singular kernel $\lVert x - x'\rVert^{-\alpha}$, which is Bayes-consistent where
$\alpha$ is the dimension of the data. Main results: `singular_exponent`, `scaled_kernel`,
`deep_kernels`, `diagonal_tangent_kernel`, `optimal_weights`.
"""

from theory.lazy import on_first_use

RESULTS = ("tangent_kernel", "singular_kernel", "optimal", "common_activations")
"""The result files in reading order."""

REFERENCES = r"""
@article{radhakrishnan2023wide,
  author = {Radhakrishnan, Adityanarayanan and Belkin, Mikhail and Uhler, Caroline},
  title = {Wide and Deep Neural Networks Achieve Optimality for Classification},
  journal = {Proceedings of the National Academy of Sciences},
  year = {2023},
  eprint = {2204.14126},
  archivePrefix = {arXiv}
}

@article{devroye1998hilbert,
  author = {Devroye, Luc and Gy{\"o}rfi, L{\'a}szl{\'o} and Krzy{\.z}ak, Adam},
  title = {The {Hilbert} Kernel Regression Estimate},
  journal = {Journal of Multivariate Analysis},
  year = {1998}
}
"""

_OF = {
    "setting": "dual_kernel dual_slope",
    "tangent_kernel": "diagonal_tangent_kernel deep_kernels",
    "singular_kernel": "singular_exponent scaled_kernel",
    "optimal": "optimal_weights",
    "models.activation": "Activation",
    "models.kernels": "alpha koenigs kernels",
    "models.classifier": "classify",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
