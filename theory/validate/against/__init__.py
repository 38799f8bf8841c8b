"""The generic case: any closed form against a function, samples, or a sequence of approximations."""

from .on_trial import OnTrial

__all__ = ["OnTrial"]
