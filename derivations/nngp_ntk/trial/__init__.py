"""Kernels of infinitely wide networks, and duals of activations, on trial."""

from .dual import dual
from .kernel import kernel

__all__ = ["dual", "kernel"]
