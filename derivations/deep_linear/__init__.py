r"""Deep linear networks: exact learning dynamics

A deep linear network computes $W_L \cdots W_1 x$: a linear map, yet gradient descent on it is
nonlinear, with plateaus, sudden transitions and a sensible notion of what is learned first. In the
singular basis of the data the dynamics decouples into modes that can be solved exactly, for two
layers from any initial weights, for any depth from balanced ones, and for whole matrices by a
Riccati equation. Main results: `mode_strength`, `unbalanced_mode`, `depth_mode_strength`,
`infinite_depth_mode_strength`, `steps_at_optimal_rate`, `balanced_product`, `tree_singular_values`,
`fuss_catalan_moment`, `lyapunov_exponents`, `edge_of_chaos`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "setting",
    "balanced_mode",
    "shallow",
    "unbalanced",
    "depth",
    "infinite_depth",
    "learning_rate",
    "energy",
    "matrix_setting",
    "alignment",
    "matrix_riccati",
    "bounded_riccati",
    "tangent_kernel",
    "hierarchy",
    "initialisation",
    "mean_field",
)
"""The result files in reading order."""

REFERENCES = r"""
@inproceedings{saxe2014exact,
  author = {Saxe, Andrew M. and McClelland, James L. and Ganguli, Surya},
  title = {Exact solutions to the nonlinear dynamics of learning in deep linear neural networks},
  booktitle = {International Conference on Learning Representations},
  year = {2014},
  eprint = {1312.6120},
  archivePrefix = {arXiv}
}

@article{saxe2019mathematical,
  author = {Saxe, Andrew M. and McClelland, James L. and Ganguli, Surya},
  title = {A mathematical theory of semantic development in deep neural networks},
  journal = {Proceedings of the National Academy of Sciences},
  volume = {116},
  number = {23},
  pages = {11537--11546},
  year = {2019}
}

@article{fukumizu1998effect,
  author = {Fukumizu, Kenji},
  title = {Effect of batch learning in multilayer neural networks},
  journal = {Proceedings of the International Conference on Neural Information Processing},
  pages = {67--70},
  year = {1998}
}

@inproceedings{braun2022exact,
  author = {Braun, Lukas and Domin{\'e}, Cl{\'e}mentine C. J. and Fitzgerald, James E. and Saxe, Andrew M.},
  title = {Exact learning dynamics of deep linear networks with prior knowledge},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {35},
  year = {2022}
}

@article{newman1986distribution,
  author = {Newman, Charles M.},
  title = {The distribution of {L}yapunov exponents: exact results for random matrices},
  journal = {Communications in Mathematical Physics},
  volume = {103},
  pages = {121--126},
  year = {1986}
}
"""

_HOME = {
    "mode_strength": "balanced_mode",
    "learning_time": "balanced_mode",
    "half_time": "balanced_mode",
    "shallow_mode_strength": "shallow",
    "shallow_learning_time": "shallow",
    "unbalanced_mode": "unbalanced",
    "depth_learning_time": "depth",
    "depth_mode_strength": "depth",
    "infinite_depth_learning_time": "infinite_depth",
    "infinite_depth_mode_strength": "infinite_depth",
    "optimal_learning_rate": "learning_rate",
    "steps_at_optimal_rate": "learning_rate",
    "mode_energy": "energy",
    "balanced_product": "bounded_riccati",
    "balanced_gram": "bounded_riccati",
    "trajectory_ntk": "tangent_kernel",
    "tree_singular_values": "hierarchy",
    "tree_spectrum": "hierarchy",
    "tree_modes": "hierarchy",
    "diffusion_eigenvalues": "hierarchy",
    "fuss_catalan_moment": "initialisation",
    "spectral_edge": "initialisation",
    "lyapunov_exponent": "initialisation",
    "lyapunov_exponents": "initialisation",
    "autoencoder_mode_strength": "initialisation",
    "edge_of_chaos": "mean_field",
}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
