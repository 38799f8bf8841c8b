"""Classes to use: the prior and posterior of a deep linear network, and the kernels it learns."""
