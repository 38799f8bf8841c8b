"""Samplers, equations of motion and chains: they know the process and the score, and no solution."""
