"""Samplers on trial: correct ones are accepted, planted bugs are found and named."""

import itertools
import json

import numpy as np
import pytest

from theory import validate
from theory.validate.registry import find


def slope(denoise, x, sigma):
    return (x - denoise(x, sigma)) / sigma


def steps_of(sigmas):
    return zip(sigmas[:-1], sigmas[1:], strict=True)


def euler(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        x = x + (there - here) * slope(denoise, x, here)
    return x


def heun(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        k = slope(denoise, x, here)
        y = x + (there - here) * k
        x = y if there == 0 else x + (there - here) * (k + slope(denoise, y, there)) / 2
    return x


def midpoint(denoise, x, sigmas):
    for here, there in steps_of(sigmas):
        y = x + (there - here) / 2 * slope(denoise, x, here)
        x = x + (there - here) * slope(denoise, y, (here + there) / 2)
    return x


def rk4(denoise, x, sigmas):
    for s, t in steps_of(sigmas):
        if t == 0:
            return denoise(x, s)
        h = t - s
        a = slope(denoise, x, s)
        b = slope(denoise, x + h / 2 * a, s + h / 2)
        c = slope(denoise, x + h / 2 * b, s + h / 2)
        x = x + h / 6 * (a + 2 * b + 2 * c + slope(denoise, x + h * c, t))
    return x


def rk4_to_nan(denoise, x, sigmas):
    """The same without a thought of sigma = 0."""
    for s, t in steps_of(sigmas):
        h = t - s
        a = slope(denoise, x, s)
        b = slope(denoise, x + h / 2 * a, s + h / 2)
        c = slope(denoise, x + h / 2 * b, s + h / 2)
        x = x + h / 6 * (a + 2 * b + 2 * c + slope(denoise, x + h * c, t))
    return x


def dpm_solver_2m(denoise, x, sigmas):
    old = None
    for i, (s, t) in enumerate(steps_of(sigmas)):
        new = denoise(x, s)
        if t == 0:
            return new
        h, mixed = np.log(s / t), new
        if old is not None:
            r = np.log(sigmas[i - 1] / s) / h
            mixed = (1 + 1 / (2 * r)) * new - old / (2 * r)
        x, old = t / s * x - np.expm1(-h) * mixed, new
    return x


def adams_bashforth(denoise, x, sigmas):
    old = None
    for i, (s, t) in enumerate(steps_of(sigmas)):
        k, h = slope(denoise, x, s), t - s
        r = 0 if old is None or t == 0 else h / (s - sigmas[i - 1])
        x = x + h * ((1 + r / 2) * k - (0 if r == 0 else r / 2 * old))
        old = k
    return x


def exact(denoise, x, sigmas):
    """Straight to the end, knowing the data: what no sampler does."""
    here, there = sigmas[0], sigmas[-1]
    remaining = slope_of(denoise, x, here)
    return mean_of(denoise, x, here) + (x - mean_of(denoise, x, here)) * np.sqrt(
        (remaining + there**2) / (remaining + here**2)
    )


def slope_of(denoise, x, sigma):
    """The variances, from how the denoiser answers a unit."""
    gain = denoise(np.ones_like(x), sigma)[0] - denoise(np.zeros_like(x), sigma)[0]
    return sigma**2 * gain / (1 - gain)


def mean_of(denoise, x, sigma):
    gain = denoise(np.ones_like(x), sigma)[0] - denoise(np.zeros_like(x), sigma)[0]
    return denoise(np.zeros_like(x), sigma)[0] / (1 - gain)


CORRECT = ((euler, 1), (heun, 2), (rk4, 4), (dpm_solver_2m, 2), (adams_bashforth, 2))


@pytest.mark.parametrize(
    ("sample", "order"), [*CORRECT, (midpoint, 3)], ids=lambda one: getattr(one, "__name__", one)
)
def test_correct_samplers_are_accepted(sample, order):
    """The midpoint rule's error of second order vanishes where the levels span all shares of noise."""
    trial = validate.sampler(sample, claimed_order=order)
    assert trial.holds, trial
    low, high = trial.order_interval
    assert low <= order <= high and abs(trial.order - order) < 0.05
    assert trial.seconds < 30


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
    trial = validate.sampler(exact, claimed_order=2)
    assert trial.holds and trial.order is None, trial
    assert "exact" in [finding.kind for finding in trial.findings]


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


@pytest.mark.parametrize(("sample", "order"), CORRECT, ids=lambda one: getattr(one, "__name__", one))
def test_float32_is_judged_with_its_own_rounding(sample, order):
    trial = validate.sampler(sample, claimed_order=order, dtype="float32")
    assert trial.holds, trial
    if trial.order is None:
        assert "rounding" in [finding.kind for finding in trial.findings]
    else:
        assert abs(trial.order - order) < 0.2


@pytest.mark.peers("torch")
def test_bfloat16_inside_is_named():
    def half(denoise, x, sigmas):
        import torch

        return heun(denoise, x.to(torch.bfloat16), sigmas)

    assert "precision" in validate.sampler(half, library="torch").kinds()


# --- planted bugs ---


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


# --- stochastic samplers ---


def ancestral(denoise, x, sigmas, rng, noise=1.0, root=np.sqrt, fresh=True, shared=False, seed=None):
    for s, t in steps_of(sigmas):
        if not fresh:
            rng = np.random.default_rng(0)
        added = t**2 * (s**2 - t**2) / s**2
        down = np.sqrt(t**2 - added)
        draws = rng.normal(size=x.shape[1:] if shared else x.shape)
        x = x + (down - s) * slope(denoise, x, s) + noise * root(added) * draws
    return x


def churn(denoise, x, sigmas, rng, amount=20.0):
    gamma = min(amount / (len(sigmas) - 1), 2**0.5 - 1)
    for s, t in steps_of(sigmas):
        up = s * (1 + gamma)
        x = x + np.sqrt(up**2 - s**2) * rng.normal(size=x.shape)
        k = slope(denoise, x, up)
        y = x + (t - up) * k
        x = y if t == 0 else x + (t - up) * (k + slope(denoise, y, t)) / 2
    return x


def euler_maruyama(denoise, x, sigmas, rng, factor=1.0):
    """The reverse equation dx = -g^2 s dt + g dw in steps of sigma^2; ``factor`` in front of g^2."""
    for s, t in steps_of(sigmas):
        g2 = factor * (s**2 - t**2)
        x = x + (denoise(x, s) - x) / s**2 * g2 + np.sqrt(g2) * rng.normal(size=x.shape)
    return x


def bound_to(sample, seed=7, **options):
    rng = np.random.default_rng(seed)

    def bound(denoise, x, sigmas):
        return sample(denoise, x, sigmas, rng, **options)

    bound.__name__ = sample.__name__
    return bound


@pytest.mark.parametrize("sample", [ancestral, churn, euler_maruyama])
def test_stochastic_samplers_are_accepted(sample):
    trial = validate.sampler(bound_to(sample), stochastic=True)
    assert trial.holds, trial
    assert trial.order is None and "z-scores" in trial.setting


@pytest.mark.parametrize(
    ("sample", "options", "kind", "word"),
    [
        (ancestral, dict(root=lambda v: v), "stochastic variance", ""),
        (ancestral, dict(noise=2**0.5), "stochastic variance", "too much noise"),
        (ancestral, dict(noise=0.5), "stochastic variance", "too little noise"),
        (ancestral, dict(fresh=False), "same draws in every step", "same draws"),
        (ancestral, dict(shared=True), "noise shared by rows", "same draws"),
        (euler_maruyama, dict(factor=2.0), "stochastic variance", ""),
        (euler_maruyama, dict(factor=0.5), "stochastic variance", ""),
    ],
    ids=lambda one: getattr(one, "__name__", None) or str(one)[:30],
)
def test_planted_bugs_of_stochastic_samplers_are_found(sample, options, kind, word):
    trial = validate.sampler(bound_to(sample, **options), stochastic=True)
    assert kind in trial.kinds(), trial
    (message,) = [f.message for f in trial.findings if f.kind == kind]
    assert word in message


def test_a_sampler_that_seeds_itself_in_each_call_is_noted():
    def seeded(denoise, x, sigmas):
        return ancestral(denoise, x, sigmas, np.random.default_rng(3))

    trial = validate.sampler(seeded, stochastic=True)
    assert trial.holds and "seeded" in [finding.kind for finding in trial.findings]
    assert validate.sampler(seeded).kinds()  # as a deterministic one it goes elsewhere


def test_a_deterministic_sampler_has_the_right_moments_and_draws_no_noise():
    trial = validate.sampler(heun, stochastic=True)
    assert trial.holds and "no noise" in [finding.kind for finding in trial.findings]


def test_noise_in_a_sampler_said_to_be_deterministic_is_found():
    assert "two runs differ" in validate.sampler(bound_to(ancestral)).kinds()


def test_no_false_alarms_over_fresh_seeds(monkeypatch):
    """The budget is 1e-10 of each z-score: not one in 45 repetitions, with fewer rows to be quick."""
    module = __import__(find("sampler").module, fromlist=["moments"])
    judged = __import__(module.moments.__module__, fromlist=["BATCH"])
    monkeypatch.setattr(judged, "REPLICATES", 32)
    monkeypatch.setattr(judged, "BATCH", 8)
    alarms = [
        (sample.__name__, seed)
        for seed, sample in itertools.product(range(15), (ancestral, churn, euler_maruyama))
        if not validate.sampler(bound_to(sample, seed=seed), stochastic=True, seed=seed).holds
    ]
    assert alarms == []


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


def test_the_record_is_plain_and_repeats_itself():
    trial = validate.sampler(wrong_midpoint, claimed_order=2, sigma_max=40.0)
    record = json.loads(trial.to_json())
    assert record["holds"] is False and record["claimed_order"] == 2
    assert {"kind", "message", "defect", "evidence"} == set(record["findings"][0])
    assert "sigma_max=40.0" in trial.reproduce and "import wrong_midpoint" in trial.reproduce
    assert "bound 1.75" in trial.setting and "order" in str(trial)
    assert "does not hold" in trial.to_html() and "data:image/png" in trial.to_html()
    assert [axes.get_xlabel() for axes in trial.figure().axes] == ["steps"]
