"""Samplers, score models, likelihood code and schedules on trial, with the exact model of Gaussian data."""

from .density import density
from .sampler import sampler
from .schedule import schedule
from .score_model import score_model

__all__ = ["density", "sampler", "schedule", "score_model"]
