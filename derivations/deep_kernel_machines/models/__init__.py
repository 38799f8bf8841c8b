"""Deep kernel machines as data: kernels, optimised representations, sparse regression and classification."""
