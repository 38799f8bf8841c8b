"""Activations, deep kernels and classifiers for data."""
