"""Engines that run microscopic models: they take an array namespace and a seed, and know no model."""

from .ensemble import replicate
from .gradient_descent import Diverged, Trajectory, descend
from .measurement import Measurement, Simulation
from .namespace import BACKENDS, BackendUnavailable, Namespace, generator, namespace

__all__ = [
    "BACKENDS",
    "BackendUnavailable",
    "Diverged",
    "Measurement",
    "Namespace",
    "Simulation",
    "Trajectory",
    "descend",
    "generator",
    "namespace",
    "replicate",
]
