"""Training code on trial, with the exact dynamics of deep linear networks."""

from .training import training

__all__ = ["training"]
