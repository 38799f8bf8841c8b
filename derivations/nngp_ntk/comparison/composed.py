"""Closed forms as parts of whole networks' kernels, and simulations of these networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from theory.closed_form.form import ClosedForm

from ..activations.abrelu import relu
from ..architecture.layers import Dense

DEVIATIONS = (1.3, 0.7)
READ = Dense(*DEVIATIONS)
"""The dense layer of most networks here."""


@dataclass(frozen=True)
class Composed:
    """A closed form as part of a larger prediction, ``whole(form, **at)``; mutants change the form."""

    form: ClosedForm
    whole: Callable

    def __call__(self, **at):
        return self.whole(self.form, **at)

    @property
    def rhs(self):
        return self.form.rhs

    @property
    def claim(self):
        return self.form.claim

    def with_rhs(self, expression) -> Composed:
        return replace(self, form=self.form.with_rhs(expression))


def products(x):
    """x.x'/d between all inputs; between all positions of them, (B, P, B, P), where they have some."""
    x = np.asarray(x)
    return np.tensordot(x, x, axes=(-1, -1)) / x.shape[-1]


def duals(K):
    """T and Tdot of the ReLU between all pairs, for a kernel between inputs or positions of inputs."""
    count = int(np.sqrt(K.size))
    flat = K.reshape(count, count)
    at = np.diag(flat)[:, None], np.diag(flat), flat
    return (f(*at).reshape(K.shape) for f in (relu.dual, relu.derivative_dual))


def on_and_above_diagonal(K):
    return K[np.triu_indices(len(K))]


@dataclass(frozen=True)
class Standard:
    """Layers in the standard parametrisation."""

    layers: tuple
    parametrisation: str = "standard"


def sampled(run, network, replicates=1000, **settings) -> tuple:
    """What makes a `Simulation` of one network: run, scales (8 times the replicates on a GPU), and words."""
    scales = {"laptop": {"replicates": replicates}, "gpu": {"replicates": 8 * replicates}}
    description = (run.__doc__ or "").strip().partition("\n")[0]
    return partial(run, network=network, **settings), scales, description


def covariance_of(network, x):
    return on_and_above_diagonal(network.nngp(np.asarray(x)))


def tangent_of(network, x):
    return on_and_above_diagonal(network.ntk(np.asarray(x)))
