"""Noise schedules on trial: the usual ones accepted, broken ones named."""

import time

import numpy as np
import pytest

from derivations.gaussian_score import cosine_alpha, edm, flow_matching, sub_vp, ve, vp_cosine, vp_linear
from theory import validate

LOW, HIGH = 0.1, 20.0


def beta(t):
    return LOW + (HIGH - LOW) * t


def integral(t):
    return LOW * t + (HIGH - LOW) * t**2 / 2


VP = dict(
    alpha=lambda t: np.exp(-integral(t) / 2),
    sigma=lambda t: np.sqrt(-np.expm1(-integral(t))),
    dalpha=lambda t: -beta(t) / 2 * np.exp(-integral(t) / 2),
    dsigma=lambda t: beta(t) / 2 * np.exp(-integral(t)) / np.sqrt(-np.expm1(-integral(t))),
    f=lambda t: -beta(t) / 2,
    g2=beta,
    log_snr=lambda t: -np.log(np.expm1(integral(t))),
    kind="vp",
)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (vp_linear(), "vp"), (vp_cosine(), "vp"), (sub_vp(), "sub-vp"), (flow_matching(), "straight"),
        (ve(), "ve"), (edm(), "ve"),
    ],
    ids=lambda one: getattr(one, "name", one),
)  # fmt: skip
def test_the_usual_schedules_are_accepted(made, kind):
    trial = validate.schedule(
        made.alpha, made.sigma, kind=kind, dalpha=made.dalpha, dsigma=made.dsigma, t_max=made.t_max
    )
    assert trial.holds, f"{trial}"
    assert not validate.schedule(
        made.alpha, made.sigma, kind="vp" if kind != "vp" else "ve", t_max=made.t_max
    ).holds


def test_drift_and_diffusion_are_accepted():
    trial = validate.schedule(**VP)
    assert trial.holds, f"{trial}"
    trial.to_json(), trial.to_html()
    straight = dict(f=lambda t: -1 / (1 - t), g2=lambda t: 2 * t / (1 - t))
    assert validate.schedule(lambda t: 1 - t, lambda t: t, kind="straight", **straight).holds


def test_in_float32():
    def alpha(t):
        return np.exp(-integral(t) / 2).astype("float32")

    trial = validate.schedule(
        alpha, lambda t: np.sqrt(1 - alpha(t) ** 2), kind="vp", f=lambda t: -beta(t) / 2, dtype="float32"
    )
    assert trial.holds, f"{trial}"


@pytest.mark.parametrize("seed", range(20))
def test_other_noise_rates_are_accepted(seed):
    global LOW, HIGH
    before = LOW, HIGH
    rng = np.random.default_rng(seed)
    try:
        LOW, HIGH = rng.uniform(0.01, 1), rng.uniform(2, 30)
        trial = validate.schedule(**VP)
    finally:
        LOW, HIGH = before
    assert trial.holds, f"{trial}"


BROKEN = {
    "sigma without its root": ("missing root", "sigma is the variance",
                               dict(sigma=lambda t: -np.expm1(-integral(t)))),
    "alpha-bar": ("missing root", "alpha-bar", dict(alpha=lambda t: np.exp(-integral(t)))),
    "both": ("missing root", "both", dict(alpha=lambda t: np.exp(-integral(t)),
                                          sigma=lambda t: -np.expm1(-integral(t)))),
    "another clock": ("identity", "", dict(sigma=lambda t: np.sqrt(-np.expm1(-1.1 * integral(t))))),
    "scaled": ("identity", "wrong factor", dict(alpha=lambda t: 2 * np.exp(-integral(t) / 2),
                                                sigma=lambda t: 2 * np.sqrt(-np.expm1(-integral(t))))),
    "beta for f": ("f", "beta", dict(f=beta)),
    "sign of f": ("f", "sign", dict(f=lambda t: beta(t) / 2)),
    "f without its half": ("f", "2 times", dict(f=lambda t: -beta(t))),
    "f of alpha": ("f", "not divided", dict(f=VP["dalpha"])),
    "g": ("g2", "not its square", dict(g2=lambda t: np.sqrt(beta(t)))),
    "twice g2": ("g2", "twice", dict(g2=lambda t: 2 * beta(t))),
    "half g2": ("g2", "half", dict(g2=lambda t: beta(t) / 2)),
    "g2 without drift": ("g2", "missing", dict(g2=lambda t: beta(t) * np.exp(-integral(t)))),
    "rate of the variance": ("dsigma", "variance", dict(dsigma=lambda t: beta(t) * np.exp(-integral(t)))),
    "rate of alpha-bar": ("dalpha", "alpha^2", dict(dalpha=lambda t: -beta(t) * np.exp(-integral(t)))),
    "a little off": ("dalpha", "1.00001 times", dict(dalpha=lambda t: VP["dalpha"](t) * (1 + 1e-5))),
    "half log-SNR": ("log_snr", "half", dict(log_snr=lambda t: -np.log(np.expm1(integral(t))) / 2)),
    "upside down": ("log_snr", "upside down", dict(log_snr=lambda t: np.log(np.expm1(integral(t))))),
    "decibels": ("log_snr", "decibels", dict(log_snr=lambda t: -10 * np.log10(np.expm1(integral(t))))),
}  # fmt: skip


@pytest.mark.parametrize("bug", BROKEN)
def test_a_bug_is_named(bug):
    kind, said, changed = BROKEN[bug]
    parts = {key: VP[key] for key in ("alpha", "sigma", "kind")} | changed
    trial = validate.schedule(**parts)
    assert trial.kinds() == (kind,), f"{trial}"
    assert said in trial.findings[0].message


def test_time_and_signal():
    assert validate.schedule(lambda t: t, lambda t: 1 - t).kinds() == ("reversed time",)
    swings = validate.schedule(lambda t: np.ones_like(t), lambda t: t + 0.2 * np.sin(9 * t), kind="ve")
    assert swings.kinds() == ("signal-to-noise ratio",), f"{swings}"
    still = validate.schedule(np.ones_like, lambda t: 0.5 * np.ones_like(t))
    assert "signal-to-noise ratio" in still.kinds() or "reversed time" in still.kinds()
    assert "negative level" in validate.schedule(lambda t: 1 - 2 * t, lambda t: t).kinds()
    assert validate.schedule(lambda t: 1 - t, lambda t: t, kind="vp").kinds() == ("missing root",)
    assert validate.schedule(np.ones_like, lambda t: t, kind="straight").kinds() == ("another kind",)


def test_misbehaviour_is_found_not_raised():
    count = []

    def remembers(t):
        count.append(1)
        return 1 - t * (1 + 1e-9 * len(count))

    def in_place(t):
        t *= -1
        return 1 + t

    def forever(t):
        while True:
            pass

    cases = {
        "two runs differ": remembers,
        "depends on other times": lambda t: np.linspace(1, 0, len(t)),
        "changes its input": in_place,
        "exception": lambda t: 1 / 0,
        "not finite": lambda t: t * np.nan,
        "shape": lambda t: 1.0,
        "result": lambda t: "alpha",
        "precision": lambda t: (1 - t).astype("float32"),
    }
    for kind, alpha in cases.items():
        assert kind in validate.schedule(alpha, lambda t: t).kinds(), kind
    assert validate.schedule(forever, lambda t: t, time_limit=0.2).kinds() == ("time limit",)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (dict(alpha=1.0), "alpha = 1.0"),
        (dict(sigma=None), "sigma = None"),
        (dict(f=3), "f = 3"),
        (dict(kind="vpsde"), "kind = 'vpsde'"),
        (dict(t_min=1.0), "t_min = 1.0"),
        (dict(library="mxnet"), "library = 'mxnet'"),
    ],
)
def test_wrong_arguments_are_errors(options, named):
    with pytest.raises(ValueError, match=named):
        validate.schedule(**{"alpha": cosine_alpha, "sigma": lambda t: t, **options})


def test_a_trial_takes_less_than_ten_seconds():
    started = time.process_time()
    validate.schedule(**VP)
    assert time.process_time() - started < 10


@pytest.mark.peers("torch")
def test_schedules_in_pytorch():
    import torch

    levels = dict(
        alpha=lambda t: torch.cos(np.pi / 2 * t), sigma=lambda t: torch.sin(np.pi / 2 * t),
        dalpha=lambda t: -np.pi / 2 * torch.sin(np.pi / 2 * t),
    )  # fmt: skip
    trial = validate.schedule(**levels, kind="vp", library="torch")
    assert trial.holds, f"{trial}"


@pytest.mark.peers("flow_matching")
@pytest.mark.parametrize(
    ("scheduler", "kind"),
    [("CondOTScheduler", "straight"), ("CosineScheduler", "vp"), ("VPScheduler", "vp")],
)
def test_schedulers_of_flow_matching(scheduler, kind):
    """They run from noise (t = 0) to data (t = 1)."""
    from flow_matching.path import scheduler as of

    made = getattr(of, scheduler)()
    levels = dict(
        alpha=lambda t: made(1 - t).alpha_t, sigma=lambda t: made(1 - t).sigma_t,
        dalpha=lambda t: -made(1 - t).d_alpha_t, dsigma=lambda t: -made(1 - t).d_sigma_t,
    )  # fmt: skip
    trial = validate.schedule(**levels, kind=kind, library="torch", name=scheduler)
    assert trial.holds, f"{trial}"
