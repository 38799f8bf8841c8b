r"""Deep kernel machines: a wide limit of Bayesian networks in which representations are learned

A deep Gaussian process whose outputs are as many as its features keeps learning when it is wide: its Gram
matrices maximise the outputs' likelihood less what the layers cost. Deep linear networks move along a
geodesic, at a cost that falls as 1/depth; one point of any width is solved by Bessel functions; other
kernels are optimised. `DeepKernelMachine` learns from data with a few inducing points.
Main results: `geodesic_gram`, `hidden_factor`, `geodesic_cost`, `posterior_gram_moment`, `noisy_gram`,
`gram_of_others`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "gram_density",
    "objective",
    "geodesic",
    "unequal_widths",
    "cost",
    "finite_width",
    "noisy",
    "kernels",
    "inducing",
)
"""The result files in reading order."""

REFERENCES = r"""
@inproceedings{yang2023theory,
  author = {Yang, Adam X. and Robeyns, Maxime and Milsom, Edward and Anson, Ben and Schoots, Nandi and
            Aitchison, Laurence},
  title = {A Theory of Representation Learning Gives a Deep Generalisation of Kernel Methods},
  booktitle = {International Conference on Machine Learning},
  year = {2023},
  eprint = {2108.13097},
  archivePrefix = {arXiv}
}

@article{wishart1928generalised,
  author = {Wishart, John},
  title = {The Generalised Product Moment Distribution in Samples from a Normal Multivariate Population},
  journal = {Biometrika},
  volume = {20A},
  pages = {32--52},
  year = {1928}
}

@inproceedings{titsias2009variational,
  author = {Titsias, Michalis},
  title = {Variational Learning of Inducing Variables in Sparse {Gaussian} Processes},
  booktitle = {International Conference on Artificial Intelligence and Statistics},
  pages = {567--574},
  year = {2009}
}

@inproceedings{cho2009kernel,
  author = {Cho, Youngmin and Saul, Lawrence K.},
  title = {Kernel Methods for Deep Learning},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {22},
  year = {2009}
}
"""

_OF = {
    "gram_density": "log_density_of_two_points mean_determinant_of_three_points",
    "geodesic": "geodesic_mode geodesic_gram",
    "unequal_widths": "hidden_factor_of_one_layer hidden_factor",
    "cost": "layer_cost geodesic_cost",
    "finite_width": "posterior_gram_moment feature_kurtosis",
    "noisy": "noisy_gram",
    "kernels": "squared_exponential_kernel arc_cosine_kernel arc_cosine_slope",
    "inducing": "gram_with_inducing gram_of_others",
    "models.kernels": "Kernel Linear SquaredExponential ArcCosine Homogeneous",
    "models.linear": "linear_grams",
    "models.dense": "optimise Representations",
    "models.sparse": "DeepKernelMachine",
    "models.chain": "chain_means",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
