r"""Kinetic-optimal paths: how much a flow from noise to data must move, and the schedule that moves least

The mean square velocity of a Gaussian probability path depends on the data only through one function of
the signal-to-noise ratio, how well the data are told from a noisy sample. With it every schedule has its
energy, and the best one is a straight line in suitable polar coordinates: its energy, its levels and how
they start and end have closed forms. For Gaussian data of two levels of variance it is optimal transport
itself. `kinetic_energy` and `kinetic_optimal_path` put it to use on spectra and data sets. Main results:
`energy_density`, `cond_ot_energy`, `kinetic_optimal_energy`, `chord_radius`, `two_level_signal`,
`largest_excess_of_cond_ot`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "energy",
    "separation",
    "standard",
    "chord",
    "two_levels",
    "boundary",
    "two_points",
    "finite_data",
)
"""The result files in reading order."""

NOT_IN_NOTEBOOK = ("trained_flow_matching",)
"""It trains for a minute; `theory figures kinetic_optimal_paths trained_flow_matching` draws it."""

REFERENCES = r"""
@inproceedings{shaul2023kinetic,
  author = {Shaul, Neta and Chen, Ricky T. Q. and Nickel, Maximilian and Le, Matthew and Lipman, Yaron},
  title = {On Kinetic Optimal Probability Paths for Generative Models},
  booktitle = {International Conference on Machine Learning},
  year = {2023},
  eprint = {2306.06626},
  archivePrefix = {arXiv}
}

@article{guo2005mutual,
  author = {Guo, Dongning and Shamai, Shlomo and Verd{\'u}, Sergio},
  title = {Mutual Information and Minimum Mean-Square Error in {Gaussian} Channels},
  journal = {IEEE Transactions on Information Theory},
  volume = {51},
  number = {4},
  pages = {1261--1282},
  year = {2005}
}

@inproceedings{lipman2023flow,
  author = {Lipman, Yaron and Chen, Ricky T. Q. and Ben-Hamu, Heli and Nickel, Maximilian and Le, Matthew},
  title = {Flow Matching for Generative Modeling},
  booktitle = {International Conference on Learning Representations},
  year = {2023},
  eprint = {2210.02747},
  archivePrefix = {arXiv}
}
"""

_OF = {
    "energy": "energy_density irreducible_loss",
    "separation": "mode_mmse mode_integral stretch_near_noise stretch_near_data",
    "standard": "cond_ot_energy cosine_energy cond_ot_mode_energy cosine_mode_energy "
    "vp_linear_energy_per_fold",
    "chord": "kinetic_optimal_energy chord_radius chord_angle chord_radius_rate chord_angle_rate",
    "two_levels": "two_level_stretched_angle two_level_total_angle two_level_energy two_level_signal "
    "two_level_noise two_level_share",
    "boundary": "square_root_end even_end_level",
    "two_points": "two_point_mmse",
    "finite_data": "sum_of_errors largest_M least_energy_given_M largest_excess_of_cond_ot",
    "models.separation": "DataSet Gaussian OnePoint TwoPoints data_separation",
    "models.energy": "Path kinetic_energy cond_ot cosine vp_linear",
    "models.path": "KineticOptimalPath kinetic_optimal_path",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
