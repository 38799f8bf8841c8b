"""Planted bugs of deterministic samplers are found and named; misbehaviour is a finding."""

import numpy as np
import pytest

from derivations.gaussian_score.trial.examples import euler, heun, rk4, slope, steps_of
from theory import validate


def level_off_by_one(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        x = x + (there - here) * (x - denoise(x, there)) / here
    return x


def wrong_midpoint(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        y = x + (there - here) / 2 * slope(denoise, x, here)
        x = x + (there - here) * slope(denoise, y, here)
    return x


def wrong_weights(denoise, x, sigmas):
    """Heun's method with 1/3 and 2/3."""
    for here, there in steps_of(sigmas):
        k = slope(denoise, x, here)
        y = x + (there - here) * k
        x = y if there == 0 else x + (there - here) * (k + 2 * slope(denoise, y, there)) / 3
    return x


def last_step_dropped(denoise, x, sigmas):
    return heun(denoise, x, sigmas[:-1])


def last_step_of_euler_dropped(denoise, x, sigmas):
    return euler(denoise, x, sigmas[:-1])


def first_step_dropped(denoise, x, sigmas):
    return heun(denoise, x, sigmas[1:])


def sigma_min_ignored(denoise, x, sigmas):
    return heun(denoise, x, np.append(sigmas, 0.0))


def ends_at_zero(denoise, x, sigmas):
    return heun(denoise, x, np.append(sigmas[:-1], 0.0))


def half_the_drift(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        x = x + (there - here) / 2 * slope(denoise, x, here)
    return x


def twice_the_drift(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        x = x + (there - here) * 2 * slope(denoise, x, here)
    return x


def unit_noise_start(denoise, x, sigmas):
    return heun(denoise, x * sigmas[0], sigmas)


def wrong_sign(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        x = x - (there - here) * slope(denoise, x, here)
    return x


def rounded_timesteps(denoise, x, sigmas):
    table = np.geomspace(2e-3, 80, 1000)
    at = table[np.argmin(abs(np.log(table[:, None] / np.maximum(sigmas, 2e-3))), axis=0)]
    for s, (here, there) in zip(at[:-1], steps_of(sigmas), strict=True):
        x = x + (there - here) * (x - denoise(x, s)) / here
    return x


def float16_inside(denoise, x, sigmas):
    return heun(denoise, x.astype("float16"), sigmas.astype("float16")).astype(float)


def float32_inside(denoise, x, sigmas):
    return heun(denoise, x.astype("float32"), sigmas.astype("float32")).astype(float)


def float16_network(denoise, x, sigmas):
    return heun(lambda y, s: denoise(y.astype("float16"), s).astype(float), x, sigmas)


def float32_result(denoise, x, sigmas):
    return heun(denoise, x, sigmas).astype("float32")


def clipped(denoise, x, sigmas):
    return heun(lambda y, s: np.clip(denoise(y, s), -1, 1), x, sigmas)


def no_denoiser(denoise, x, sigmas):
    return x * sigmas[-1] / sigmas[0]


def scaled_result(denoise, x, sigmas):
    return 1.01 * rk4(denoise, x, sigmas)


def mean_lost(denoise, x, sigmas):
    return heun(denoise, x, sigmas) - [1.0, 0, 0, 0, 0]


def wrong_difference(denoise, x, sigmas):
    """Adams-Bashforth with weights of a third of the difference, not a half."""
    old = None
    for s, t in steps_of(sigmas):
        k = slope(denoise, x, s)
        x = x + (t - s) * (k if old is None else (4 * k - old) / 3)
        old = k
    return x


@pytest.mark.parametrize(
    ("sample", "kind", "word"),
    [
        (level_off_by_one, "level off by one", "level 1 of the grid"),
        (wrong_midpoint, "order", "intermediate evaluation"),
        (wrong_weights, "order", "intermediate evaluation"),
        (last_step_dropped, "last step missing", "last level but one"),
        (first_step_dropped, "first step missing", "second level"),
        (sigma_min_ignored, "ends at 0", "from sigma_min"),
        (ends_at_zero, "ends at 0", "goes to 0"),
        (half_the_drift, "converges elsewhere", "drift"),
        (twice_the_drift, "converges elsewhere", "drift"),
        (unit_noise_start, "start", "80 x_T"),
        (wrong_sign, "converges elsewhere", "sign"),
        (rounded_timesteps, "levels are rounded", "table"),
        (float16_inside, "precision", "float16"),
        (float32_inside, "precision", "float32"),
        (float16_network, "precision", "float16"),
        (float32_result, "precision", "float32"),
        (clipped, "not affine", "clipped"),
        (no_denoiser, "ignores the denoiser", "never called"),
        (scaled_result, "converges elsewhere", "multiplied by 1.01"),
        (mean_lost, "converges elsewhere", "mean"),
        (wrong_difference, "order", "order"),
    ],
    ids=lambda one: getattr(one, "__name__", None) or "-",
)
def test_planted_bugs_are_found(sample, kind, word):
    trial = validate.sampler(sample, claimed_order=2)
    assert not trial.holds and kind in trial.kinds(), trial
    (message,) = [f.message for f in trial.findings if f.kind == kind][:1]
    assert word in message or word in kind


def test_a_last_step_left_out_of_a_first_order_sampler_is_found():
    assert validate.sampler(last_step_of_euler_dropped, claimed_order=1).kinds() == ("last step missing",)


def raises(denoise, x, sigmas):
    raise KeyError("no such level")


def leaves(denoise, x, sigmas):
    raise SystemExit(3)


def nan(denoise, x, sigmas):
    return heun(denoise, x, sigmas) * np.nan


def wrong_shape(denoise, x, sigmas):
    return heun(denoise, x, sigmas)[0]


def nothing(denoise, x, sigmas):
    heun(denoise, x, sigmas)


def changes_input(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        x += (there - here) * slope(denoise, x, here)
    return x


class HiddenState:
    """Keeps the last denoised sample from call to call."""

    def __init__(self):
        self.old = None

    def __call__(self, denoise, x, sigmas):
        for here, there in steps_of(sigmas):
            new = denoise(x, here)
            used = new if self.old is None or self.old.shape != new.shape else (3 * new - self.old) / 2
            x, self.old = x + (there - here) * (x - used) / here, new
        return x


def endless(denoise, x, sigmas):
    while True:
        x = denoise(x, sigmas[0])


def endless_and_deaf(denoise, x, sigmas):
    try:
        while True:
            x = denoise(x, sigmas[0])
    except Exception:
        return x


def wrong_argument(denoise, x, sigmas):
    return denoise(x[:, :2], sigmas[0])


def negative_level(denoise, x, sigmas):
    return denoise(x, -sigmas[0])


@pytest.mark.parametrize(
    ("sample", "kind", "word"),
    [
        (raises, "exception", "KeyError"),
        (leaves, "exception", "SystemExit"),
        (nan, "not finite", "nan"),
        (wrong_shape, "shape", "(5,)"),
        (nothing, "result", "NoneType"),
        (changes_input, "changes its input", "argument 2"),
        (HiddenState(), "two runs differ", "hidden state"),
        (endless, "time limit", "endless loop"),
        (endless_and_deaf, "time limit", "endless loop"),
        (wrong_argument, "exception", "(rows, 5) is wanted"),
        (negative_level, "exception", "needs >= 0"),
    ],
    ids=lambda one: getattr(one, "__name__", None) or type(one).__name__,
)
def test_misbehaviour_is_a_finding(sample, kind, word):
    trial = validate.sampler(sample, time_limit=2 if "endless" in str(sample) else 60)
    assert kind in trial.kinds(), trial
    (message,) = [f.message for f in trial.findings if f.kind == kind]
    assert word in message


def test_a_changed_input_alone_leaves_the_order_measured():
    trial = validate.sampler(changes_input, claimed_order=1)
    assert trial.kinds() == ("changes its input",) and abs(trial.order - 1) < 0.05
