r"""Gaussian score: exact diffusion of Gaussian data, of mixtures, and the learning of a denoiser

The score of noised Gaussian data is linear, so that everything a diffusion model does with it has a closed
form: score and denoiser, the trajectory of the probability flow, the order in which features emerge, what
a perturbation on the way becomes, the reverse process with any amount of noise, how many steps can be
skipped, and how a linear denoiser learns. `GaussianModel` and `MixtureModel` put it to use on data of many
dimensions. Main results: `mode_score`, `mode_denoiser`, `mode_flow`, `emergence_level`,
`perturbation_gain`, `sde_variance`, `skipped_fraction`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "posterior",
    "low_rank",
    "trajectory",
    "emergence",
    "rotation",
    "reverse_process",
    "teleportation",
    "mixture",
    "far_field",
    "linear_denoiser",
    "generated_variance",
    "schedules",
)
"""The result files in reading order."""

NOT_IN_NOTEBOOK = ("trained_networks",)
"""It trains for half a minute; `theory figures gaussian_score trained_networks` draws it."""

REFERENCES = r"""
@article{wang2023diffusion,
  author = {Wang, Binxu and Vastola, John J.},
  title = {Diffusion Models Generate Images Like Painters: an Analytical Theory of Outline First, Details
    Later},
  year = {2023},
  eprint = {2303.02490},
  archivePrefix = {arXiv}
}

@article{wang2024unreasonable,
  author = {Wang, Binxu and Vastola, John J.},
  title = {The Unreasonable Effectiveness of {Gaussian} Score Approximation for Diffusion Models and its
    Applications},
  journal = {Transactions on Machine Learning Research},
  year = {2024},
  eprint = {2412.09726},
  archivePrefix = {arXiv}
}

@inproceedings{wang2025analytical,
  author = {Wang, Binxu and Pehlevan, Cengiz},
  title = {An Analytical Theory of Spectral Bias in the Learning Dynamics of Diffusion Models},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2025},
  eprint = {2503.03206},
  archivePrefix = {arXiv}
}

@inproceedings{karras2022elucidating,
  author = {Karras, Tero and Aittala, Miika and Aila, Timo and Laine, Samuli},
  title = {Elucidating the Design Space of Diffusion-Based Generative Models},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {35},
  year = {2022}
}
"""

_OF = {
    "posterior": "mode_log_density mode_score mode_denoiser mode_epsilon mode_velocity denoiser_slope",
    "trajectory": "mode_flow flow_gain endpoint_gain perturbation_gain",
    "emergence": "emergence_share emergence_level",
    "rotation": "rotation_residual",
    "reverse_process": "sde_gain sde_variance sde_conditional_variance mode_w2_squared",
    "teleportation": "edm_sigma skipped_fraction heun_evaluations",
    "mixture": "log_odds_of_points denoiser_of_points",
    "far_field": "unexplained_fraction",
    "linear_denoiser": "linear_denoiser_weight linear_denoiser_bias two_layer_denoiser_weight",
    "generated_variance": "generated_mode_variance half_variance_time",
    "schedules": "ve_sigma ve_sigma_rate vp_alpha_rate vp_sigma vp_sigma_rate sub_vp_sigma "
    "sub_vp_sigma_rate cosine_alpha cosine_alpha_rate cosine_sigma cosine_sigma_rate",
    "models.gaussian": "GaussianModel",
    "models.mixture": "MixtureModel",
    "models.schedule": "Schedule edm flow_matching ve vp_linear vp_cosine sub_vp ddpm",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
