"""Finite students on sampled data: gradient descent, ridge, least squares; they know no result."""
