r"""Stochastic interpolants: velocity, score and denoiser between Gaussians, tunable noise, bridges

A sample of one law, a sample of another and noise are mixed in proportions that depend on time; what
moves the mixture has a closed form between Gaussians and between mixtures of them. The same densities are
kept by a flow and by processes with any amount of noise, forward and backward; noise of the right size
makes the Schroedinger bridge. `GaussianInterpolant`, `MixtureInterpolant` and `SchroedingerBridge` put it
to use on data of many dimensions. Main results: `interpolant_velocity`, `interpolant_score`,
`interpolant_flow`, `particle_variance`, `merging_noise`, `bridge_covariance`, `bridge_drift`,
`divergence_rate_of_mode`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "conditioning",
    "schedules",
    "transport",
    "matrix_moments",
    "mixture",
    "spurious_modes",
    "bridge",
    "likelihood",
)
"""The result files in reading order."""

REFERENCES = r"""
@article{albergo2023stochastic,
  author = {Albergo, Michael S. and Boffi, Nicholas M. and Vanden-Eijnden, Eric},
  title = {Stochastic Interpolants: A Unifying Framework for Flows and Diffusions},
  year = {2023},
  eprint = {2303.08797},
  archivePrefix = {arXiv}
}

@inproceedings{janati2020entropic,
  author = {Janati, Hicham and Muzellec, Boris and Peyr{\'e}, Gabriel and Cuturi, Marco},
  title = {Entropic Optimal Transport between Unbalanced {Gaussian} Measures has a Closed Form},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {33},
  year = {2020}
}

@article{mallasto2022entropy,
  author = {Mallasto, Anton and Gerolin, Augusto and Minh, H{\`a} Quang},
  title = {Entropy-Regularized 2-{Wasserstein} Distance between {Gaussian} Measures},
  journal = {Information Geometry},
  year = {2022}
}

@article{bunne2022schrodinger,
  author = {Bunne, Charlotte and Hsieh, Ya-Ping and Cuturi, Marco and Krause, Andreas},
  title = {The {Schr{\"o}dinger} Bridge between {Gaussian} Measures has a Closed Form},
  year = {2022},
  eprint = {2202.05722},
  archivePrefix = {arXiv}
}
"""

_OF = {
    "conditioning": "interpolant_score interpolant_log_density interpolant_denoiser first_endpoint "
    "second_endpoint interpolant_velocity",
    "schedules": "bridge_gamma bridge_gamma_rate_product trigonometric_alpha trigonometric_alpha_rate "
    "trigonometric_beta trigonometric_beta_rate encoding_alpha encoding_alpha_rate encoding_gamma "
    "encoding_gamma_rate_product",
    "transport": "interpolant_flow particle_variance mean_error_gain",
    "spurious_modes": "curvature_between_modes merging_noise",
    "bridge": "bridge_covariance bridge_variance bridge_drift bridge_pull bridge_time",
    "likelihood": "divergence_rate_of_mode divergence_rate_bound",
    "models.interpolant": "Interpolant linear trigonometric encoding_decoding one_sided",
    "models.mixture": "MixtureInterpolant",
    "models.gaussian": "GaussianInterpolant SchroedingerBridge",
    "models.likelihood": "drift_error_divergence",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
