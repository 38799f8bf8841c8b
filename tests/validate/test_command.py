"""The command `theory validate`: every trial, verdicts, exit codes, files, errors of one line."""

import json
import subprocess
import sys

import pytest

from theory.cli import run
from theory.validate import trials

MODULE = """
import numpy as np

from derivations.nngp_ntk import Dense, Network, relu

network, other_network = Network([Dense(1.5)]), Network([Dense(1.5), relu, Dense(1.0)])
covariance = np.diag([0.5, 2.0])
data = np.zeros(2), covariance


def linear(X1, X2):
    return 2.25 * X1 @ X2.T / X1.shape[1]


def family(depth):
    return linear


def families(depth):
    return network


def angle(q1, q2, c):
    return np.arccos(np.clip(c / np.sqrt(q1) / np.sqrt(q2), -1, 1))


def dual(q1, q2, c):
    theta = angle(q1, q2, c)
    return np.sqrt(q1) * np.sqrt(q2) * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi)


def slope(q1, q2, c):
    return (np.pi - angle(q1, q2, c)) / (2 * np.pi)


def alpha(t):
    return np.cos(np.pi * t / 2)


def sigma(t):
    return np.sin(np.pi * t / 2)


class Straight:
    def alpha(self, t):
        return 1 - t

    def sigma(self, t):
        return t


straight = Straight()


class Needy:
    def __init__(self, steps):
        pass


def score(x, sigma):
    return -x / (np.diagonal(covariance) + sigma**2)


def denoiser(x, sigma):
    return x + sigma**2 * score(x, sigma)


def log_density(x):
    variances = np.diagonal(covariance)
    return -(x**2 / variances + np.log(2 * np.pi * variances)).sum(axis=1) / 2


def train(weights, X, Y, learning_rate, steps):
    for _ in range(steps):
        before = [np.eye(X.shape[1])]
        for W in weights:
            before.append(W @ before[-1])
        slope = (before[-1] @ X.T - Y.T) @ X / len(X)
        slopes = []
        for W, input in zip(weights[::-1], before[-2::-1]):
            slopes.append(slope @ input.T)
            slope = W.T @ slope
        weights = [W - learning_rate * g for W, g in zip(weights, slopes[::-1])]
    return weights


def euler(denoise, x, sigmas):
    for here, there in zip(sigmas[:-1], sigmas[1:]):
        x = x + (there - here) * (x - denoise(x, here)) / here
    return x


class kept:
    method = staticmethod(euler)


def noisy(denoise, x, sigmas):
    for s, t in zip(sigmas[:-1], sigmas[1:]):
        noise = np.sqrt(s**2 - t**2) * np.random.normal(size=x.shape)
        x = x + (denoise(x, s) - x) * (1 - t**2 / s**2) + noise
    return x
"""


@pytest.fixture
def theory(tmp_path, monkeypatch, capsys):
    """Run the command beside a module of somebody's; returns (exit code, standard output, standard error)."""
    (tmp_path / "theirs.py").write_text(MODULE)
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "lacking.py").write_text("import nobodys\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "theirs", raising=False)

    def call(*arguments):
        code = run(["validate", *map(str, arguments)])
        return code, *capsys.readouterr()

    return call


def test_a_sampler_that_holds(theory):
    code, out, _ = theory("sampler", "theirs:euler", "--claimed-order", 1)
    assert code == 0 and "theirs:euler: holds" in out and "order" in out


def test_a_sampler_that_does_not(theory):
    code, out, _ = theory("sampler", "theirs:kept.method", "--claimed-order", 2)
    assert code == 1 and "DOES NOT HOLD" in out and "defect" in out


def test_the_record_and_the_page(theory, tmp_path):
    code, out, _ = theory("sampler", "theirs:euler", "--json", "--html", tmp_path / "page.html")
    record = json.loads(out)
    assert code == 0 and record["holds"] is True and abs(record["order"] - 1) < 0.05
    assert "validate.sampler(theirs.euler)" in record["reproduce"]
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_noise_is_judged_by_moments(theory):
    code, out, _ = theory("sampler", "theirs:noisy", "--stochastic", "--json")
    assert code in (0, 1) and "z-scores" in json.loads(out)["setting"]


@pytest.mark.peers("torchdiffeq", "torch")
def test_a_method_of_torchdiffeq(theory):
    code, out, _ = theory("sampler", "torchdiffeq:rk4", "--claimed-order", 4, "--json")
    assert code == 0 and abs(json.loads(out)["order"] - 4) < 0.1


@pytest.mark.peers("diffusers", "torch")
def test_a_scheduler_of_diffusers(theory):
    code, out, _ = theory("sampler", "diffusers:EulerDiscreteScheduler", "--claimed-order", 1, "--json")
    record = json.loads(out)
    assert code == 0 and abs(record["order"] - 1) < 0.25 and "its own grid" in record["setting"]


HOLD = {
    "kernel": "kernel theirs:linear --reference theirs:network --kind nngp",
    "depths": "kernel theirs:family --reference theirs:families --depths 1,2 --dtypes float64",
    "dual": "dual theirs:dual --activation relu --derivative theirs:slope",
    "two functions": "schedule theirs:alpha theirs:sigma --kind vp --t-max 0.9",
    "a module": "schedule theirs --kind vp --t-max 0.9",
    "an object": "schedule theirs:straight --kind straight --t-max 0.9",
    "a class": "schedule theirs:Straight --kind straight --t-max 0.9",
    "score": "score_model theirs:score --data theirs:data",
    "denoiser": "score_model theirs:denoiser --data theirs:data --predicts denoiser",
    "density": "density theirs:log_density --data theirs:data --seed 3",
    "training": "training theirs:train",
}
FAIL = {
    "kernel": ("depth", "kernel theirs:linear --reference theirs:other_network"),
    "dual": ("other kernel", "dual theirs:slope --activation relu"),
    "schedule": ("another kind", "schedule theirs --kind straight --t-max 0.9"),
    "score": ("denoiser instead of score", "score_model theirs:denoiser --data theirs:data"),
    "density": ("noise forgotten", "density theirs:log_density --data theirs:data --sigma 1"),
    "training": ("learning-rate convention", "training theirs:train --loss mean"),
}


@pytest.mark.parametrize("case", HOLD)
def test_every_trial_is_served(theory, case):
    code, out, err = theory(*HOLD[case].split(), "--json")
    record = json.loads(out)
    assert code == 0 and record["holds"] is True and err == "", record["findings"]


@pytest.mark.parametrize("case", FAIL)
def test_every_trial_can_fail(theory, case):
    kind, arguments = FAIL[case]
    code, out, _ = theory(*arguments.split(), "--json")
    found = [one["kind"] for one in json.loads(out)["findings"] if one["defect"]]
    assert code == 1 and kind in found


@pytest.mark.parametrize("case", ["kernel", "depths", "dual", "a module", "a class", "density"])
def test_three_lines_repeat_a_trial(theory, case):
    _, out, _ = theory(*HOLD[case].split(), "--json")
    record = json.loads(out)
    lines = record["reproduce"].splitlines()
    assert len(lines) == 3 and lines[0] == "import theirs"
    names = {}
    exec("\n".join(lines[:2]), names)
    again = eval(lines[2].removeprefix("print"), names)
    assert again.holds and again.setting == record["setting"]


def test_help_is_quick_and_names_the_trials():
    script = (
        "import sys; from theory.cli import run; run(['validate', '--help']); "
        "print(*sorted({'sympy', 'numpy', 'matplotlib', 'jax', 'derivations'} & set(sys.modules)), 'loaded')"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout
    assert told.splitlines()[-1].strip() == "loaded"
    words = {word.strip(",.") for word in told.split()}
    assert set(trials()) <= words


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("soup", "theirs:euler"), "no trial named 'soup'"),
        (("kernal", "theirs:linear"), "the nearest is 'kernel'"),
        (("kernel",), "it takes --reference (needed), --kind"),
        (("kernel", "theirs:linear"), "kernel needs --reference"),
        (("kernel", "theirs:linear", "theirs:dual"), "got 2"),
        (("kernel", "theirs:linear", "--reference", "theirs:netwrk"), "the nearest is network"),
        (("kernel", "theirs:network", "--reference", "theirs:network"), "needs a function"),
        (("kernel", "theirs:linear", "--reference", "theirs:linear"), "needs a Network"),
        (("sampler", "theirs:euler", "--reference", "theirs:network"), "sampler takes no --reference"),
        (("sampler", "theirs:euler", "--sigma-mx", "3"), "the nearest is --sigma-max"),
        (("sampler", "theirs:euler", "--sigma-max", "big"), "--sigma-max big: needs a number"),
        (("training", "theirs:train", "--stochastic", "--kind", "vp"), "training takes no --kind"),
        (("schedule", "theirs:euler"), "theirs.euler has no alpha and no sigma"),
        (("schedule", "theirs:Needy"), "theirs.Needy() raised TypeError"),
        (("schedule", "theirs", "theirs"), "write MODULE:NAME"),
        (("sampler", "theirs.py:euler"), "write theirs, without .py"),
        (("sampler", "broken:euler"), "importing broken raised ZeroDivisionError"),
        (("sampler", "lacking:euler"), "lacking needs nobodys, which is not installed"),
        (("sampler", "their s:euler"), "write MODULE:NAME"),
        (("sampler", "theirs"), "write MODULE:NAME"),
        (("sampler", "nobodys:euler"), "nobodys"),
        (("sampler", "theirs:heun"), "theirs has no heun"),
        (("sampler", "theirs:euler", "--claimed-order", "-1"), "claimed_order = -1"),
        (("sampler", "theirs:euler", "--library", "jax"), "library"),
        (("sampler", "theirs:__name__"), "needs a function"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_usage_errors_are_one_line_and_exit_with_2(theory, arguments, message):
    code, _, err = theory(*arguments)
    assert code == 2 and message in err and len(err.strip().splitlines()) == 1
