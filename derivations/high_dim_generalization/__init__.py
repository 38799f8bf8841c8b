r"""Training and test error of linear students of many weights, over time and data

A student of $N$ weights learns from $P = \alpha N$ noisy data by gradient descent. Its modes are learnt at
the rates of the data's eigenvalues, those of random data by the law of Marchenko and Pastur: the test error
has a best time, overtraining is worst at $\alpha = 1$, and both early stopping and ridge remove the peak of
double descent, which is exact at finite size. Deep and aligned two-layer students beside it. Main results:
`generalisation_error`, `training_error`, `stopping_time`, `ridge_error`, `error_of_a_large_student`,
`generalisation_error_at_one`; of data of your own: `LinearStudent`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "modes",
    "spectrum",
    "curves",
    "interpolation_point",
    "late_time",
    "frozen_subspace",
    "finite_size",
    "model_size",
    "ridge",
    "stopping",
    "deep_linear_student",
    "aligned_student",
)
"""The result files in reading order."""

REFERENCES = r"""
@article{advani2020high,
  author = {Advani, Madhu S. and Saxe, Andrew M. and Sompolinsky, Haim},
  title = {High-dimensional dynamics of generalization error in neural networks},
  journal = {Neural Networks},
  volume = {132},
  pages = {428--446},
  year = {2020},
  eprint = {1710.03667},
  archivePrefix = {arXiv}
}

@article{marchenko1967distribution,
  author = {Marchenko, Vladimir A. and Pastur, Leonid A.},
  title = {Distribution of eigenvalues for some sets of random matrices},
  journal = {Mathematics of the USSR-Sbornik},
  volume = {1},
  number = {4},
  pages = {457--483},
  year = {1967}
}
"""

_OF = {
    "modes": "weight_of_a_mode error_of_a_mode training_error_of_a_mode",
    "spectrum": "mean_inverse_with_ridge eigenvalue_at_angle modes_at_angle",
    "curves": "generalisation_error training_error",
    "interpolation_point": "generalisation_error_at_one training_error_at_one",
    "late_time": "late_generalisation_error late_training_error",
    "frozen_subspace": "frozen_error",
    "finite_size": "late_error_with_more_data late_error_with_fewer_data",
    "model_size": "error_of_a_small_student error_of_a_large_student",
    "ridge": "ridge_error best_ridge_error",
    "stopping": "stopping_time stopping_time_of_a_mode",
    "deep_linear_student": "end_to_end_velocity",
    "aligned_student": "aligned_weight",
    "models.student": "LinearStudent",
    "models.deep": "deep_student",
    "models.aligned": "aligned_error aligned_mode_error",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
