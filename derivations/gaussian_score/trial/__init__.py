"""Samplers, score models, likelihood code and schedules on trial, with the exact model of Gaussian data."""

from .density import density
from .sampler import sampler
from .schedule import schedule
from .score_model import score_model
from .survey import diffusers_schedulers

__all__ = ["density", "diffusers_schedulers", "sampler", "schedule", "score_model"]
