r"""Scale mixtures of neural-network Gaussian processes: Student-t processes and their kin

A wide network whose last-layer weights share one random scale is a Gaussian process only given that scale.
Its law, evidence and posterior stay closed for inverse-gamma, gamma, generalised inverse Gaussian,
half-Cauchy and discrete scales: the mean is the Gaussian process' own, the spread is calibrated by the data,
and trained ensembles converge as the scale's Laplace transform. `predict` and `evidence` put it to use.
Main results: `log_density_of_values`, `log_predictive_density`, `variance_at_a_test_point`,
`gig_log_density`, `half_cauchy_log_density`, `mean_error`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "student_t",
    "moments",
    "posterior",
    "one_more_value",
    "best_prior",
    "bessel_family",
    "half_cauchy",
    "discrete_scales",
    "convergence",
    "trained_ensemble",
    "noise",
)
"""The result files in reading order."""

REFERENCES = r"""
@inproceedings{lee2022scale,
  author = {Lee, Hyungi and Yun, Eunggu and Yang, Hongseok and Lee, Juho},
  title = {Scale Mixtures of Neural Network {Gaussian} Processes},
  booktitle = {International Conference on Learning Representations},
  year = {2022},
  eprint = {2107.01408},
  archivePrefix = {arXiv}
}

@inproceedings{shah2014student,
  author = {Shah, Amar and Wilson, Andrew Gordon and Ghahramani, Zoubin},
  title = {Student-t Processes as Alternatives to {Gaussian} Processes},
  booktitle = {International Conference on Artificial Intelligence and Statistics},
  pages = {877--885},
  year = {2014},
  eprint = {1402.4306},
  archivePrefix = {arXiv}
}
"""

_OF = {
    "student_t": "log_density_of_values tail_of_two_values cauchy_density",
    "moments": "mean_scale variance_of_a_value kurtosis_ratio dependence_ratio",
    "posterior": "log_predictive_density posterior_mean_scale variance_at_a_test_point",
    "best_prior": "evidence_slope_in_b",
    "bessel_family": "gig_log_density gamma_log_density_of_values laplace_log_density",
    "half_cauchy": "half_cauchy_log_density",
    "discrete_scales": "log_odds_of_scales",
    "convergence": "mean_error mean_weighted_error gamma_mean_error",
    "trained_ensemble": "loss_of_the_ensemble spread_of_trained",
    "noise": "log_density_of_a_mode",
    "models.scale": "ScaleLaw InverseGamma Gamma GIG HalfCauchy LogNormal Discrete",
    "models.process": "ScaleMixture FixedNoise process logpdf evidence predict scale_posterior",
    "models.trained": "TrainedEnsemble",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
