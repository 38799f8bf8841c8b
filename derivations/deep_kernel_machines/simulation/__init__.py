"""Hamiltonian Monte Carlo on the features of deep Gaussian processes of finite width.

Everything starts from normal features given the layer before, and outputs given the last; no law of Gram
matrices is used. What is measured are the Gram matrices of the features that are drawn.
"""
