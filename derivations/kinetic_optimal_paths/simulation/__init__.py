"""Velocities, errors and least energies from their definitions; nothing here knows a result."""
