"""The command `theory validate`: verdicts, exit codes, files, errors of one line."""

import json

import pytest

from theory.cli import run

MODULE = """
def euler(denoise, x, sigmas):
    for here, there in zip(sigmas[:-1], sigmas[1:]):
        x = x + (there - here) * (x - denoise(x, here)) / here
    return x


class kept:
    method = staticmethod(euler)


def noisy(denoise, x, sigmas):
    import numpy as np

    for s, t in zip(sigmas[:-1], sigmas[1:]):
        noise = np.sqrt(s**2 - t**2) * np.random.normal(size=x.shape)
        x = x + (denoise(x, s) - x) * (1 - t**2 / s**2) + noise
    return x
"""


@pytest.fixture
def theory(tmp_path, monkeypatch, capsys):
    """Run the command beside a module of somebody's; returns (exit code, standard output, standard error)."""
    (tmp_path / "theirs.py").write_text(MODULE)
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
    assert "from theirs import euler" in record["reproduce"]
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("soup", "theirs:euler"), "no trial named 'soup'"),
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
