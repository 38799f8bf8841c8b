"""Finite networks and ensembles, from the equations of the model."""
