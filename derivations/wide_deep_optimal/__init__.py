r"""Wide and deep: which classifier an infinitely wide and infinitely deep network is

The kernels of a wide network on the sphere are iterates of one map, the dual of its activation. Three
numbers of the activation decide what infinite depth makes of them: a nearest neighbour, a majority vote,
or a vote with a singular kernel $\lVert x - x'\rVert^{-\alpha}$, which is Bayes-consistent where
$\alpha$ is the dimension of the data. One activation is solved at every depth. `Activation` finds the class
and the exponent of any activation, `classify` labels data. Main results: `singular_exponent`,
`scaled_kernel`, `deep_kernels`, `optimal_weights`, `solvable_tangent_kernel`, `majority_kernel`,
`nearest_kernel`, `kriging_of_two`, `optimal_sine_gain`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "tangent_kernel",
    "nearest_neighbour",
    "majority",
    "kriging",
    "singular_kernel",
    "koenigs_series",
    "solvable",
    "optimal",
    "voting",
    "common_activations",
)
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

@article{pitman1997two,
  author = {Pitman, Jim and Yor, Marc},
  title = {The Two-Parameter {Poisson}--{Dirichlet} Distribution Derived from a Stable Subordinator},
  journal = {The Annals of Probability},
  year = {1997}
}

@book{kuczma1990iterative,
  author = {Kuczma, Marek and Choczewski, Bogdan and Ger, Roman},
  title = {Iterative Functional Equations},
  publisher = {Cambridge University Press},
  year = {1990}
}
"""

_OF = {
    "setting": "dual_kernel dual_slope",
    "tangent_kernel": "diagonal_tangent_kernel deep_kernels",
    "nearest_neighbour": "nearest_kernel nearest_tangent_kernel nearest_logarithm",
    "majority": "majority_kernel majority_tangent_kernel majority_prediction",
    "kriging": "distance_from_one kriging_of_two",
    "singular_kernel": "singular_exponent scaled_kernel",
    "koenigs_series": "koenigs_through_order_six",
    "solvable": "solvable_kernel solvable_tangent_kernel solvable_koenigs",
    "optimal": "optimal_weights",
    "voting": "vote_share nearest_risk",
    "common_activations": "relu_dual relu_slope_of_dual sine_dual erf_dual sine_exponent optimal_sine_gain",
    "models.activation": "Activation",
    "models.kernels": "alpha kernels koenigs singularity",
    "models.classifier": "classify",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
