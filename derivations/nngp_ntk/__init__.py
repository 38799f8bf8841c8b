r"""Infinite-width kernels: NNGP and NTK of networks of any architecture

What a network of infinite width is at its start, a Gaussian process, and how it trains, by a kernel that
stays as it was: duals of activations, the kernels of layers, the dynamics of ensembles, the spectrum on
the sphere.
"""

from theory.lazy import on_first_use

RESULTS = ()
"""The result files in reading order."""

REFERENCES = r"""
@inproceedings{jacot2018neural,
  author = {Jacot, Arthur and Gabriel, Franck and Hongler, Cl{\'e}ment},
  title = {Neural Tangent Kernel: Convergence and Generalization in Neural Networks},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {31},
  year = {2018}
}
"""
