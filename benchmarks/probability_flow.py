"""The exact trajectory of Gaussian data beside adaptive solvers of the same equation."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from theory.benchmark import Row

from .measure import least_cpu

DIMENSION, RANK, SAMPLES = 3072, 512, 100
START, END = 80.0, 0.002
GOAL = 1 / 300
RTOL = {"float64": 1e-9, "float32": 1e-5}
"""In single precision a solver cannot keep 1e-9: its steps would shrink to nothing."""


def measure() -> Iterator[Row]:
    """CPU seconds of the closed form beside DOP853 and diffrax's Dopri8, in the same run."""
    from derivations.gaussian_score import GaussianModel

    rng = np.random.default_rng(0)
    U = np.linalg.qr(rng.normal(size=(DIMENSION, RANK)))[0]
    began = time.process_time()
    np.linalg.eigh((U * np.geomspace(100, 1e-4, RANK)) @ U.T)
    spent, part = time.process_time() - began, "probability flow"
    yield Row(part, f"eigendecomposition of a covariance, D = {DIMENSION}", spent, "s of CPU")
    model = GaussianModel.from_spectrum(rng.normal(size=DIMENSION), U, np.geomspace(100, 1e-4, RANK))
    for dtype, rtol in RTOL.items():
        x = (START * rng.normal(size=(SAMPLES, DIMENSION))).astype(dtype)
        ours, exact = least_cpu(lambda x=x: model.probability_flow(x, END, START), 9)
        name = f"{SAMPLES} exact trajectories, D = {DIMENSION}, {dtype}"
        for peer, solve in (("DOP853", _dop853), ("diffrax Dopri8", _dopri8)):
            theirs, found = least_cpu(solve(model, x, rtol), 1, warmed_up=True)
            off = np.max(np.abs(np.asarray(found) - exact)) / np.max(np.abs(exact))
            if not off < 100 * rtol:  # the errors of some hundred steps add up
                raise AssertionError(f"{peer}, {dtype}: differs from the closed form by {off:.0e}")
            yield Row(part, name, ours, "s of CPU", f"{peer}, rtol {rtol:g}", ours / theirs, GOAL)


def _dop853(model, x, rtol):
    from scipy.integrate import solve_ivp

    def slope(sigma, flat):
        here = flat.reshape(x.shape).astype(x.dtype)
        return model.velocity(here, sigma).ravel()

    def solve():
        run = solve_ivp(slope, (START, END), x.ravel(), "DOP853", rtol=rtol, atol=rtol * END)
        return run.y[:, -1].reshape(x.shape)

    return solve


def _dopri8(model, x, rtol):
    import diffrax
    import jax

    double = x.dtype == np.float64
    with jax.enable_x64(double):
        start = jax.numpy.asarray(x)
        step = diffrax.PIDController(rtol=rtol, atol=rtol * END)
        term = diffrax.ODETerm(lambda sigma, x, args: model.velocity(x, sigma))

        @jax.jit
        def run(start):
            return diffrax.diffeqsolve(
                term, diffrax.Dopri8(), START, END, -1.0, start, stepsize_controller=step, max_steps=100_000
            ).ys[-1]

        compiled = run.lower(start).compile()

    def solve():
        with jax.enable_x64(double):
            return compiled(start)

    return solve
