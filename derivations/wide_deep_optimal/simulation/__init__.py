"""Random layers, iterated kernels and classification from the equations; nothing here knows a result."""
