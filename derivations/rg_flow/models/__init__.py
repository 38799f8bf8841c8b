"""Interpolants between Gaussians and mixtures of many dimensions, by the closed forms of this theory."""
