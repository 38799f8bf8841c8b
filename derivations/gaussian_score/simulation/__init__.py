"""Gaussian and real data, noised, denoised and sampled from the equations; nothing here knows a result."""
