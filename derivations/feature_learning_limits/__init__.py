r"""Feature learning at any width: parametrisations by exponents, and the maximal-update limit in closed form

How weights and learning rates scale with the width decides whether a wide network learns features or trains
with a frozen kernel. Exponents sort parametrisations into unstable, trivial, kernel and feature learning.
The linear network of one hidden layer in the maximal-update parametrisation is solved at every width: its
gradient flow in closed form, its steps by a recursion that knows the width through a Wishart matrix alone.
`Parametrisation` labels a scaling, `LinearNetwork` and `Particles` train networks of any width and the limit.
Main results: `feature_exponent`, `kernel_exponent`, `output_at_width`, `feature_output`, `feature_kernel`,
`learning_time`, `variance_times_width`, `output_after_steps`, `tangent_output`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "exponents",
    "recursion",
    "every_width",
    "gradient_flow",
    "several_inputs",
    "fluctuations",
    "discrete_steps",
    "tangent_limit",
    "particles",
)
"""The result files in reading order."""

REFERENCES = r"""
@inproceedings{yang2021tensor,
  author = {Yang, Greg and Hu, Edward J.},
  title = {Tensor Programs {IV}: Feature Learning in Infinite-Width Neural Networks},
  booktitle = {International Conference on Machine Learning},
  year = {2021},
  eprint = {2011.14522},
  archivePrefix = {arXiv}
}

@inproceedings{yang2021tuning,
  author = {Yang, Ge and Hu, Edward J. and Babuschkin, Igor and Sidor, Szymon and Liu, Xiaodong
            and Farhi, David and Ryder, Nick and Pachocki, Jakub and Chen, Weizhu and Gao, Jianfeng},
  title = {Tuning Large Neural Networks via Zero-Shot Hyperparameter Transfer},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2021},
  eprint = {2203.03466},
  archivePrefix = {arXiv}
}

@article{lewkowycz2020large,
  author = {Lewkowycz, Aitor and Bahri, Yasaman and Dyer, Ethan and Sohl-Dickstein, Jascha and Gur-Ari, Guy},
  title = {The large learning rate phase of deep learning: the catapult mechanism},
  year = {2020},
  eprint = {2003.02218},
  archivePrefix = {arXiv}
}
"""

_OF = {
    "exponents": "feature_exponent feature_exponent_one_layer output_exponent kernel_exponent",
    "every_width": "growth_at_width output_at_width error_at_width kernel_at_width",
    "gradient_flow": "feature_output feature_error tangent_kernel feature_kernel learning_time",
    "fluctuations": "answer_to_kappa answer_to_h variance_times_width",
    "discrete_steps": "output_after_steps tangent_output_after_steps",
    "tangent_limit": "tangent_output",
    "particles": "particle_after_step",
    "models.parametrisation": "Parametrisation",
    "models.linear_network": "LinearNetwork",
    "models.particles": "Particles",
    "models.ensemble": "output_moments",
    "models.slopes": "width_slope",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
