"""A new sampler is certified from its step alone; samplers keep to what their certificates say."""

import numpy as np
import pytest
from sympy import Rational, cancel, exp

from derivations.score_sde import certificate, error_constant
from derivations.score_sde import predictor_corrector as pc
from derivations.score_sde import samplers as known
from derivations.score_sde.local_error import E, d, h, kappa, kappa_0, kappa_T, r
from derivations.score_sde.simulation.chains import strong_errors
from derivations.score_sde.simulation.samplers import ddim, sample
from theory import Claim
from theory.derivation import Evidence
from theory.rules import Given

q = exp(-h)
STATED = {
    known.ddim_step: (known.ddim_local, known.ddim_error),
    known.heun_step: (known.heun_local, known.heun_error),
    known.multistep_step: (known.multistep_local, known.multistep_error),
    known.adams2_step: (known.adams2_local, known.adams2_error),
    known.adams3_step: (known.adams3_local, known.adams3_error),
    pc.pc2_step: (pc.pc2_local, pc.pc2_error),
    pc.pc3_step: (pc.pc3_local, pc.pc3_error),
}


@pytest.mark.parametrize("step", STATED, ids=lambda step: step.name)
def test_what_is_found_from_a_step_is_what_the_derivation_states(step):
    local, error = STATED[step]
    order, found = certificate(step)
    assert found.evidence >= Evidence.SAMPLED
    assert cancel(found.rhs - local.rhs) == 0
    assert cancel(error_constant(order, found) - error.rhs) == 0


def midpoint(denoise, x, level, h, memory):
    """DPM-Solver++(2S) with its inner node in the middle."""
    middle = np.exp(-h / 2) * x + (1 - np.exp(-h / 2)) * denoise(x, level)
    return np.exp(-h) * x + (1 - np.exp(-h)) * denoise(middle, level + h / 2), ()


def test_a_new_sampler_is_a_few_lines():
    inner = exp(-h / 2) + (1 - exp(-h / 2)) * d(0)
    step = Claim(r(h), q + (1 - q) * inner * d(-h / 2) / E(-h / 2), Given("DPM-Solver++(2S)"))
    order, local = certificate(step)
    assert order == 2 and local.evidence >= Evidence.SAMPLED
    constant = error_constant(order, local)
    start, end = np.log(20.0), 0.0
    steps, lam = 400, 1.0
    length = (start - end) / steps
    path = sample(
        midpoint, lambda x, level: lam / (lam + np.exp(-2 * level)) * x, np.sqrt(lam + 400.0),
        start=-start, h=length, steps=steps,
    )  # fmt: skip
    predicted = float(constant.subs({kappa_0: Rational(1, 2), kappa_T: Rational(400, 401)}))
    assert np.log(path[-1] / np.sqrt(2)) / length**2 == pytest.approx(predicted, rel=0.03)


@pytest.mark.parametrize(
    "step", [q + (1 - q) * d(0) / 2, E(-h), q + 2 * (1 - q) * d(0)], ids=["half", "exact", "twice"]
)
def test_a_step_without_an_order_is_refused(step):
    with pytest.raises(ValueError, match="check the step"):
        certificate(Claim(r(h), step, Given("a wrong sampler")))


def test_ddim_on_an_uneven_grid_adds_up_its_local_errors():
    grid = np.log(20.0) * (1 - np.linspace(0, 1, 401)) ** 1.5  # ln rho, to 0
    x, errors = np.sqrt(1 + 400.0), 0.0
    for here, there in zip(grid, grid[1:], strict=False):
        (x,) = sample(
            ddim, lambda x, level: x / (1 + np.exp(-2 * level)), x, start=-here, h=here - there, steps=1
        )
        share = np.exp(2 * here) / (1 + np.exp(2 * here))
        errors += float(known.ddim_local.rhs.subs({kappa: share, h: here - there}))
    assert np.log(x / np.sqrt(2)) == pytest.approx(errors, rel=0.02)


def test_euler_maruyama_is_of_strong_order_one():
    counts = np.array([50, 100, 200, 400])
    found = strong_errors(np.random.default_rng(0), "VP", 0.3, counts, paths=400, reference=6400)
    slope = -np.polyfit(np.log(counts), np.log(found), 1)[0]
    assert slope == pytest.approx(1, abs=0.15)
