"""Duals of activations, one family a file."""
