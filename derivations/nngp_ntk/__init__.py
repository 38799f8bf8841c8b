r"""Infinite-width kernels: NNGP and NTK of networks of any architecture

What a network of infinite width is at its start, a Gaussian process, and how it trains, by a kernel that
stays as it was: duals of activations, the kernels of layers, the dynamics of ensembles, the spectrum on
the sphere. ``Network([Dense(2**.5, 0.0), relu, Dense(2**.5, 0.0)])`` is a network as data, with ``nngp(X)``
and ``ntk(X)``. Main results: `dual`, `dense_nngp`, `dense_ntk`, `training_gain`, `ensemble_covariance`,
`component_loss`, `cusp_spectrum`.
"""

from theory.lazy import on_first_use

RESULTS = (
    "activations.correlated",
    "activations.linear",
    "activations.abrelu",
    "activations.step",
    "activations.rectified_monomial",
    "activations.monomial",
    "activations.polynomial",
    "activations.gaussian_integral",
    "activations.mehler",
    "activations.error_function",
    "activations.sine",
    "activations.periodic",
    "activations.snake",
    "activations.exponential",
    "activations.gaussian",
    "activations.gabor",
    "activations.gelu",
    "activations.linear_unit",
    "activations.smooth",
    "activations.affine",
    "angles",
    "deep_relu",
    "layers.dense",
    "layers.residual",
    "layers.layer_norm",
    "layers.convolution",
    "layers.read_out",
    "layers.attention",
    "gains",
    "dynamics",
    "posterior",
    "descent",
    "principal_components",
    "sphere",
    "cusp",
    "relu_spectrum",
)
"""The result files in reading order."""

NOT_IN_NOTEBOOK = ("errors_on_digits", "ensembles_in_training", "learning_of_principal_components")
"""They train networks or solve for hundreds of inputs: `theory figures nngp_ntk NAME` draws them."""

REFERENCES = r"""
@inproceedings{jacot2018neural,
  author = {Jacot, Arthur and Gabriel, Franck and Hongler, Cl{\'e}ment},
  title = {Neural Tangent Kernel: Convergence and Generalization in Neural Networks},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {31},
  year = {2018}
}

@inproceedings{lee2018deep,
  author = {Lee, Jaehoon and Bahri, Yasaman and Novak, Roman and Schoenholz, Samuel S. and Pennington,
    Jeffrey and Sohl-Dickstein, Jascha},
  title = {Deep Neural Networks as {Gaussian} Processes},
  booktitle = {International Conference on Learning Representations},
  year = {2018}
}

@inproceedings{lee2019wide,
  author = {Lee, Jaehoon and Xiao, Lechao and Schoenholz, Samuel S. and Bahri, Yasaman and Novak, Roman
    and Sohl-Dickstein, Jascha and Pennington, Jeffrey},
  title = {Wide Neural Networks of Any Depth Evolve as Linear Models Under Gradient Descent},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {32},
  year = {2019}
}

@inproceedings{arora2019exact,
  author = {Arora, Sanjeev and Du, Simon S. and Hu, Wei and Li, Zhiyuan and Salakhutdinov, Ruslan and
    Wang, Ruosong},
  title = {On Exact Computation with an Infinitely Wide Neural Net},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {32},
  year = {2019}
}

@inproceedings{cho2009kernel,
  author = {Cho, Youngmin and Saul, Lawrence K.},
  title = {Kernel Methods for Deep Learning},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {22},
  year = {2009}
}

@inproceedings{williams1997computing,
  author = {Williams, Christopher K. I.},
  title = {Computing with Infinite Networks},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {9},
  year = {1997}
}

@misc{tsuchida2020avoiding,
  author = {Tsuchida, Russell and Pearce, Tim and van der Heide, Chris and Roosta, Fred and Gallagher,
    Marcus},
  title = {Avoiding Kernel Fixed Points: Computing with {ELU} and {GELU} Infinite Networks},
  year = {2020},
  eprint = {2002.08517},
  archivePrefix = {arXiv}
}

@misc{sohldickstein2020infinite,
  author = {Sohl-Dickstein, Jascha and Novak, Roman and Schoenholz, Samuel S. and Lee, Jaehoon},
  title = {On the Infinite Width Limit of Neural Networks with a Standard Parameterization},
  year = {2020},
  eprint = {2001.07301},
  archivePrefix = {arXiv}
}

@inproceedings{hron2020infinite,
  author = {Hron, Jiri and Bahri, Yasaman and Sohl-Dickstein, Jascha and Novak, Roman},
  title = {Infinite Attention: {NNGP} and {NTK} for Deep Attention Networks},
  booktitle = {International Conference on Machine Learning},
  year = {2020}
}

@inproceedings{bietti2021deep,
  author = {Bietti, Alberto and Bach, Francis},
  title = {Deep Equals Shallow for {ReLU} Networks in Kernel Regimes},
  booktitle = {International Conference on Learning Representations},
  year = {2021}
}
"""

_OF = {
    "activations.abrelu": "relu absolute abrelu leaky_relu",
    "deep_relu": "deep_relu_correlation",
    "activations.error_function": "erf normal_cdf",
    "activations.exponential": "exponential exponential_normalised",
    "activations.gabor": "gabor",
    "activations.gaussian": "gaussian",
    "activations.gelu": "gelu",
    "activations.linear": "linear",
    "activations.linear_unit": "elu selu",
    "activations.monomial": "square cube monomial",
    "activations.periodic": "sin cos sinusoid rbf",
    "activations.polynomial": "polynomial hermite",
    "activations.rectified_monomial": "rectified_square rectified_monomial",
    "activations.smooth": "tanh sigmoid softplus silu mish",
    "activations.snake": "snake",
    "activations.step": "step sign",
    "architecture.layers": "Dense Conv Flatten GlobalAveragePool LayerNorm Residual Attention",
    "architecture.finite": "initialise forward empirical_nngp empirical_ntk",
    "layers.dense": "dense_nngp dense_ntk dense_ntk_standard",
    "layers.residual": "residual_nngp residual_ntk",
    "layers.layer_norm": "layer_norm_nngp layer_norm_ntk",
    "layers.convolution": "convolution_nngp convolution_ntk",
    "layers.attention": "attention_identity_nngp attention_logit attention_nngp",
    "gains": "training_gain residual_share mode_learning_time",
    "dynamics": "ensemble_covariance",
    "posterior": "posterior_covariance",
    "descent": "descent_gain descent_share largest_learning_rate",
    "principal_components": "component_loss",
    "sphere": "power_spectrum harmonics_of_degree",
    "cusp": "cusp_spectrum cusp_tail",
    "relu_spectrum": "nngp_cusp_coefficient ntk_cusp_coefficient relu_ntk_tail degree_learning_time",
    "models.activation": "Activation",
    "models.duals": "dual derivative_dual activation UnknownActivation",
    "models.quadrature": "quadrature",
    "models.transformed": "transformed",
    "models.mehler": "smooth",
    "models.network": "Network Kernels",
    "models.regression": "KernelRegression",
    "models.sphere": "ZonalKernel",
    "models.stream": "to_disk operator solve",
    "models.training": "Ensemble",
}
_HOME = {name: module for module, names in _OF.items() for name in names.split()}

__all__ = sorted(_HOME)
__getattr__, __dir__ = on_first_use(__name__, _HOME)
