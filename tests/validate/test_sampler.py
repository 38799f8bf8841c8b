"""Samplers on trial: correct ones are accepted, planted bugs are found and named."""

import json

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from derivations.gaussian_score.trial.examples import (
    DETERMINISTIC,
    dpm_solver_2m,
    euler,
    heun,
    midpoint,
    rk4,
    slope,
    steps_of,
)
from theory import validate


def rk4_to_nan(denoise, x, sigmas):
    """The same without a thought of sigma = 0."""
    for s, t in steps_of(sigmas):
        h = t - s
        a = slope(denoise, x, s)
        b = slope(denoise, x + h / 2 * a, s + h / 2)
        c = slope(denoise, x + h / 2 * b, s + h / 2)
        x = x + h / 6 * (a + 2 * b + 2 * c + slope(denoise, x + h * c, t))
    return x


def exact(denoise, x, sigmas):
    """Another integrator, as far as rounding, whatever the steps."""

    def speed(u, y):
        y = y.reshape(x.shape)
        return (y - denoise(y, np.exp(u))).ravel()

    ends = np.log(sigmas[[0, -1]])
    return solve_ivp(speed, ends, x.ravel(), "DOP853", rtol=1e-13, atol=1e-15).y[:, -1].reshape(x.shape)


NAMED = dict(
    argnames=("sample", "order"),
    argvalues=DETERMINISTIC.items(),
    ids=lambda one: getattr(one, "__name__", one),
)


@pytest.mark.parametrize(**NAMED)
def test_correct_samplers_are_accepted(sample, order):
    trial = validate.sampler(sample, claimed_order=order)
    assert trial.holds, trial
    low, high = trial.order_interval
    assert low <= order <= high and abs(trial.order - order) < 0.05
    assert trial.seconds < 30 and [curve.label for curve in trial.curves] == ["Gaussian", "mixture"]


@pytest.mark.parametrize(
    ("sample", "method"),
    [(euler, "euler"), (heun, "heun"), (dpm_solver_2m, "dpm++2m")],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_error_constants_name_the_method(sample, method):
    (found,) = [f for f in validate.sampler(sample).findings if f.kind == "error constant"]
    assert found.evidence["method"] == method and not found.defect
    trial = validate.sampler(sample, method=method)
    assert trial.holds, trial


def test_another_error_constant_is_a_defect():
    """The midpoint rule is of Heun's order, with another constant."""
    assert validate.sampler(midpoint, method="heun").kinds() == ("error constant",)
    assert validate.sampler(heun, method="euler").kinds() == ("error constant",)


def test_a_higher_order_than_claimed_is_no_defect():
    assert validate.sampler(rk4, claimed_order=2).holds


def test_an_exact_sampler_has_no_order_and_holds():
    trial = validate.sampler(exact, claimed_order=2, steps=(16, 32, 64, 128), to_zero=False)
    assert trial.holds and trial.order is None, trial
    assert {"exact", "rounding"} & {finding.kind for finding in trial.findings}


def test_a_step_to_zero_that_fails_is_a_note_unless_it_is_wanted():
    trial = validate.sampler(rk4_to_nan, claimed_order=4)
    (last,) = [f for f in trial.findings if f.kind == "step to 0"]
    assert trial.holds and trial.order is not None and last.evidence["kind"] in ("not finite", "exception")
    assert validate.sampler(rk4_to_nan, to_zero=True).kinds() == ("step to 0",)
    assert not [f for f in validate.sampler(rk4_to_nan, to_zero=False).findings if f.kind == "step to 0"]


# --- numbers of float32, and PyTorch ---


def with_torch(denoise, x, sigmas):
    import torch

    rows = torch.ones(len(x), dtype=x.dtype)
    for here, there in steps_of(sigmas):
        k = (x - denoise(x, here * rows)) / here  # one level for each row
        y = x + (there - here) * k
        x = y if there == 0 else x + (there - here) * (k + (y - denoise(y, there)) / there) / 2
    assert isinstance(x, torch.Tensor)
    return x


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.peers("torch")
def test_torch_samplers(dtype):
    trial = validate.sampler(with_torch, claimed_order=2, library="torch", dtype=dtype)
    assert trial.holds and abs(trial.order - 2) < 0.1, trial


@pytest.mark.parametrize(**NAMED)
def test_float32_is_judged_with_its_own_rounding(sample, order):
    trial = validate.sampler(sample, claimed_order=order, dtype="float32")
    assert trial.holds, trial
    if trial.order is None:
        assert "rounding" in [finding.kind for finding in trial.findings]
    else:
        spare = (
            1.2 if sample is midpoint else 0.2
        )  # the mixture's errors are rounding before they show order 2
        assert -0.2 < trial.order - order < spare


@pytest.mark.peers("torch")
def test_bfloat16_inside_is_named():
    def half(denoise, x, sigmas):
        import torch

        return heun(denoise, x.to(torch.bfloat16), sigmas)

    assert "precision" in validate.sampler(half, library="torch").kinds()


# --- arguments, records ---


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(claimed_order=0), "claimed_order = 0"),
        (dict(method="simpson"), "method = 'simpson'"),
        (dict(library="jax"), "library = 'jax'"),
        (dict(dtype="float16"), "dtype = 'float16'"),
        (dict(sigma_min=0.0), "sigma_min = 0.0"),
        (dict(sigma_max=1e-3), "sigma_max = 0.001"),
        (dict(steps=(10, 20, 30, 40)), r"steps = \(10, 20, 30, 40\)"),
        (dict(steps=(16, 32)), r"steps = \(16, 32\)"),
    ],
    ids=str,
)
def test_wrong_arguments_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        validate.sampler(euler, **options)


def test_what_cannot_be_called_is_an_error():
    with pytest.raises(ValueError, match="sample = 3"):
        validate.sampler(3)


def wrong_midpoint(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        y = x + (there - here) / 2 * slope(denoise, x, here)
        x = x + (there - here) * slope(denoise, y, here)
    return x


def test_the_record_is_plain_and_repeats_itself():
    trial = validate.sampler(wrong_midpoint, claimed_order=2, sigma_max=40.0)
    record = json.loads(trial.to_json())
    assert record["holds"] is False and record["claimed_order"] == 2
    assert {"kind", "message", "defect", "evidence"} == set(record["findings"][0])
    assert "sigma_max=40.0" in trial.reproduce and "import wrong_midpoint" in trial.reproduce
    assert "bound 1.75" in trial.setting and "order" in str(trial)
    assert "does not hold" in trial.to_html() and "data:image/png" in trial.to_html()
    assert [axes.get_xlabel() for axes in trial.figure().axes] == ["steps"]
