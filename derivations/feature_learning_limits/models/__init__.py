"""Parametrisations, networks of any width and their limits, put to use."""
