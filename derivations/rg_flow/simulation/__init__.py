"""Interpolants and bridges as draws, steps and grids, from their defining equations."""
