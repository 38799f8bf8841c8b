r"""Finite Bayesian deep linear networks: priors and posteriors over representations"""
