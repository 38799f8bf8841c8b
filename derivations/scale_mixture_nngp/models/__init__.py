"""Priors of the scale, the processes they make, and ensembles of trained networks."""
