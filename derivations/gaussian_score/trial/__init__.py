"""Samplers and score networks on trial, with the exact model of Gaussian data."""

from .sampler import sampler

__all__ = ["sampler"]
