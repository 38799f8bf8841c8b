"""A noise schedule and its rates against the identities that every schedule obeys."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import sympy as sp

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.registry import trial_of
from theory.validate.trial import Finding, Trial

from .. import posterior
from ..setting import alpha as alpha_
from ..setting import sigma as sigma_
from .law import check_arrays, given, short_inside

TIMES = 65
RUNGS = 5
ROOM = 64
"""Units of rounding of a level: a few operations, and an integral in the exponent."""
KINDS = {
    "vp": ("alpha^2 + sigma^2 = 1", lambda a, s: a**2 + s**2),
    "sub-vp": ("alpha^2 + sigma = 1", lambda a, s: a**2 + s),
    "straight": ("alpha + sigma = 1", lambda a, s: a + s),
    "ve": ("alpha = 1", lambda a, s: a),
}
"""Families of schedules by what is 1 at all times."""

_F = sp.lambdify((alpha_, posterior.dalpha), posterior.drift.rhs)
_G2 = sp.lambdify((sigma_, posterior.dsigma, posterior.f), posterior.diffusion.rhs)


@dataclass
class Levels:
    """alpha and sigma at times t (T,), their rates by extrapolated differences, and their room."""

    t: np.ndarray
    alpha: np.ndarray
    sigma: np.ndarray
    dalpha: np.ndarray
    dsigma: np.ndarray
    room: dict[str, np.ndarray]


@trial_of("schedule")
def schedule(
    alpha,
    sigma,
    *,
    kind: str | None = None,
    dalpha=None,
    dsigma=None,
    f=None,
    g2=None,
    log_snr=None,
    t_min: float = 0.0,
    t_max: float = 1.0,
    library: str = "numpy",
    dtype: str = "float64",
    time_limit: float = 60.0,
    name: str | None = None,
) -> Trial:
    """Checks ``alpha(t)`` and ``sigma(t)``, x = alpha x_0 + sigma noise, and what is said of their rates.

    All are functions of an array of times (T,), from clean (``t_min``) to noisy (``t_max``), and return (T,).
    Neither level may be negative, and the ratio sigma/alpha must grow. ``kind``: "vp" (alpha^2 + sigma^2
    = 1), "sub-vp" (alpha^2 + sigma = 1), "straight" (alpha + sigma = 1), "ve" (alpha = 1), or None. Where
    given: ``dalpha`` and ``dsigma`` are the rates in time, ``f`` = d ln alpha/dt and ``g2`` = d sigma^2/dt
    - 2 f sigma^2 those of the forward process dx = f x dt + g dw, ``log_snr`` = 2 ln(alpha/sigma).

    Times are 65 between ``t_min`` and ``t_max``. Rates are differences of the given levels, extrapolated to
    step 0; bound: twice the last correction, and rounding. ValueError for arguments that make no trial.
    Source: Kingma et al. (2021); Y. Song et al. (2021); claims `drift`, `diffusion`.
    """
    _check(alpha, sigma, kind, dict(dalpha=dalpha, dsigma=dsigma, f=f, g2=g2, log_snr=log_snr), t_min, t_max)
    check_arrays(library, dtype)
    who = name or getattr(alpha, "__qualname__", type(alpha).__name__).partition(".<locals>")[0]
    rates = {"dalpha": dalpha, "dsigma": dsigma, "f": f, "g2": g2, "log_snr": log_snr}
    rates = {key: function for key, function in rates.items() if function is not None}
    functions = {"alpha": alpha, "sigma": sigma, **rates}
    guarded = {key: Guarded(function, key, time_limit) for key, function in functions.items()}
    started = time.perf_counter()
    t = t_min + (t_max - t_min) * np.arange(1, TIMES + 1) / (TIMES + 1)
    t = t.astype(dtype).astype(float)
    results, findings = [], []

    def at(key, times):
        found = guarded[key](given(times, library, dtype), shape=times.shape, where="for an array of times")
        results.append(found)
        return found

    try:
        findings += _again(at, functions, t)
        levels = _levels(at, t, t_min, t_max, float(np.finfo(dtype).eps))
        findings += _of_levels(levels, kind, float(np.finfo(dtype).eps))
        for key in rates:
            findings += _of_rate(key, at(key, t), levels)
    except Misbehaved as ended:
        findings.append(ended.finding)
    notes = [note for one in guarded.values() for note in one.notes.values()]
    findings += short_inside(results, dtype, [note.kind for note in notes])
    options = "".join(f", {key}={key}" for key in rates)
    return Trial(
        subject=who,
        question="Is it a noise schedule"
        + (f" with {KINDS[kind][0]}" if kind else "")
        + ", and are its rates?",
        setting=(
            f"{TIMES} times between {t_min:g} and {t_max:g}; {library}, {dtype}; given: "
            f"{', '.join(functions)}; "
            f"rates by differences of steps halved {RUNGS - 1} times, extrapolated: bound twice the last "
            f"correction and {ROOM} units of rounding over the last step"
        ),
        findings=(*findings, *notes),
        reproduce=(
            "from theory import validate\n"
            f"trial = validate.schedule(alpha, sigma, kind={kind!r}{options}, t_min={t_min:g}, "
            f"t_max={t_max:g})\n"
            "print(trial)"
        ),
        seconds=time.perf_counter() - started,
    )


def _again(at, functions, t) -> list[Finding]:
    """The same twice, and in another order of times."""
    for key in functions:
        first, other = at(key, t), at(key, t[::-1].copy())[::-1]
        if not np.array_equal(first, at(key, t)):
            return [
                Finding("two runs differ", f"{key} of the same times is not the same again: hidden state")
            ]
        if np.max(np.abs(first - other)) > 1e-6 * np.max(np.abs(first)):
            message = f"{key} of the times in reverse is not {key} in reverse: it depends on the other times"
            return [Finding("depends on other times", message, {"function": key})]
    return []


def _levels(at, t, t_min, t_max, eps) -> Levels:
    # No difference reaches an end, where levels may have infinite rates, or none.
    step = np.minimum((t_max - t_min) / 32, np.minimum(t - t_min, t_max - t) / 4)
    steps = step * 2.0 ** -np.arange(RUNGS)[:, None]
    around = np.concatenate([t + steps, t - steps])
    weights, before = _even(RUNGS), np.concatenate([[0.0], _even(RUNGS - 1)])
    found, room = {}, {}
    for key in ("alpha", "sigma"):
        found[key] = at(key, t)
        values = at(key, around.ravel()).reshape(around.shape)
        slopes = (values[:RUNGS] - values[RUNGS:]) / (around[:RUNGS] - around[RUNGS:])
        found["d" + key] = weights @ slopes
        room["d" + key] = 2 * np.abs((weights - before) @ slopes)
    a, s = found["alpha"], found["sigma"]
    with np.errstate(divide="ignore", invalid="ignore"):
        # alpha is often an exponential, sigma often the root of 1 - alpha^2
        logarithm = np.where(a > 0, np.abs(np.log(np.abs(a))), 0)
        rounding = {
            "alpha": a * (1 + logarithm),
            "sigma": np.abs(s) + np.where(s > 0, a**2 * (1 + logarithm) / s, 0),
        }
    for key in ("alpha", "sigma"):
        rounded = rounding[key] + np.abs(t * found["d" + key])
        room["d" + key] += ROOM * eps * rounded / steps[-1]
        room[key] = ROOM * eps * rounding[key]
    return Levels(t, a, s, found["dalpha"], found["dsigma"], room)


def _even(rungs: int) -> np.ndarray:
    """Richardson's weights for central differences, whose errors are even powers of a step that halves."""
    table = np.eye(rungs)
    for column in range(1, rungs):
        table = table[1:] + (table[1:] - table[:-1]) / (4.0**column - 1)
    return table[0]


def _of_levels(levels: Levels, kind, eps) -> list[Finding]:
    findings, t, a, s = [], levels.t, levels.alpha, levels.sigma
    for key, level in (("alpha", a), ("sigma", s)):
        if np.any(level < 0):
            at = int(np.argmin(level))
            message = f"{key} = {level[at]:.4g} at t = {t[at]:.4g}: levels are not negative"
            findings.append(Finding("negative level", message, {"level": key, "t": t[at]}))
    if kind is not None and not findings:
        findings += _of_kind(levels, kind, eps)
    turn = np.diff(np.arctan2(s, a))  # grows with sigma/alpha, and is finite where alpha = 0
    blur = 8 * eps
    if np.all(turn <= blur) and np.any(turn < -blur):
        message = "the noise falls with t: noisy is at t_min, clean at t_max; give it at t_min + t_max - t"
        findings.append(Finding("reversed time", message, {}))
    elif np.any(turn < -blur) or np.all(turn <= blur):
        at = int(np.argmin(turn))
        message = (
            f"the ratio sigma/alpha does not grow from t = {t[at]:.4g} to {t[at + 1]:.4g}: signal-to-noise "
            f"is {(a[at] / s[at]) ** 2:.4g}, then {(a[at + 1] / s[at + 1]) ** 2:.4g}"
        )
        findings.append(Finding("signal-to-noise ratio", message, {"t": t[at]}))
    return findings


def _of_kind(levels: Levels, kind, eps) -> list[Finding]:
    a, s = levels.alpha, levels.sigma
    said, invariant = KINDS[kind]
    room = ROOM * eps * (1 + a + s + s**2)

    def off(of):
        return float(np.max(np.abs(of(a, s) - 1) / room))

    statistic = off(invariant)
    if statistic <= 1:
        return []
    worst = int(np.argmax(np.abs(invariant(a, s) - 1)))
    where = f"{said} is off by {invariant(a, s)[worst] - 1:.4g} at t = {levels.t[worst]:.4g}"
    evidence = {"identity": said, "statistic": statistic, "worst": float(invariant(a, s)[worst] - 1)}
    if kind == "vp":
        for cause, of in (
            ("sigma is the variance: a root is missing (or the schedule is sub-VP)", lambda a, s: a**2 + s),
            ("alpha is alpha^2, or alpha-bar: a root is missing", lambda a, s: a + s**2),
            ("both are squares: roots are missing (or the path is straight)", lambda a, s: a + s),
        ):
            if off(of) <= 1:
                return [Finding("missing root", f"{cause}; {where}", {**evidence, "cause": cause})]
    for other, (instead, of) in KINDS.items():
        if other != kind and off(of) <= 1:
            message = f"{instead} holds instead: it is a schedule of kind {other!r}; {where}"
            return [Finding("another kind", message, {**evidence, "kind": other})]
    values = invariant(a, s)
    if np.ptp(values) <= 2 * np.max(room):
        message = f"it is {values[0]:.6g} at all times: a level has a wrong factor; {where}"
        return [Finding("identity", message, {**evidence, "factor": float(values[0])})]
    return [Finding("identity", where, evidence)]


def _right(levels: Levels) -> dict[str, tuple[np.ndarray, np.ndarray, str]]:
    """Each rate: its value, what it is sure to, and its formula."""
    a, s, da, ds, room = levels.alpha, levels.sigma, levels.dalpha, levels.dsigma, levels.room
    with np.errstate(all="ignore"):
        f = _F(a, da)
        room_f = (room["dalpha"] + np.abs(f) * room["alpha"]) / a
        room_g2 = 2 * (
            s * room["dsigma"] + np.abs(ds) * room["sigma"] + s**2 * room_f
            + 2 * np.abs(f) * s * room["sigma"]
        )  # fmt: skip
        log_snr = 2 * np.log(a / s)
        room_log = 2 * (room["alpha"] / a + room["sigma"] / s) + 1e-15 * (1 + np.abs(log_snr))
        return {
            "dalpha": (da, room["dalpha"], "d alpha/dt"),
            "dsigma": (ds, room["dsigma"], "d sigma/dt"),
            "f": (f, room_f, "d ln alpha/dt"),
            "g2": (_G2(s, ds, f), room_g2, "d sigma^2/dt - 2 f sigma^2"),
            "log_snr": (log_snr, room_log, "2 ln(alpha/sigma)"),
        }


def _of_rate(key, found, levels: Levels) -> list[Finding]:
    right, room, formula = _right(levels)[key]
    sure = np.isfinite(right) & np.isfinite(room)
    over = np.where(sure, np.abs(found - right) / (room + np.finfo(float).tiny), 0)
    if np.all(over <= 1):
        return []
    worst = int(np.argmax(np.where(over > 1, np.abs(found - right), 0)))
    where = (
        f"{np.sum(over > 1)} of {len(found)} values of {key} are wrong, {found[worst]:.6g} for "
        f"{right[worst]:.6g} = {formula} at t = {levels.t[worst]:.4g}"
    )
    evidence = {"statistic": float(over.max()), "found": found.tolist(), "right": right.tolist()}
    cause = _cause(key, found[sure], right[sure], room[sure], levels, sure)
    if cause:
        return [Finding(key, f"{cause}; {where}", {**evidence, "cause": cause})]
    return [Finding(key, where, evidence)]


def _cause(key, found, right, room, levels, sure) -> str | None:
    """What is given instead; a guess must leave a thousandth of the error, or what rounding leaves."""
    a, s, da, ds = (x[sure] for x in (levels.alpha, levels.sigma, levels.dalpha, levels.dsigma))
    error = np.max(np.abs(found - right))
    size = np.max(np.abs(right)) + np.max(np.abs(found))

    def fits(guess):
        with np.errstate(all="ignore"):
            left = np.abs(guess - found)
        return np.all(np.isfinite(left)) and bool(
            np.all(left <= error / 1e3 + room * size / (error + 1e-300))
        )

    with np.errstate(all="ignore"):
        table = {
            "dalpha": {"it is d ln alpha/dt, f": da / a, "it is the rate of alpha^2": 2 * a * da,
                       "it is d sigma/dt": ds},
            "dsigma": {"it is the rate of the variance, d sigma^2/dt": 2 * s * ds,
                       "it is d ln sigma/dt": ds / s, "it is d alpha/dt": da},
            "f": {"it is d alpha/dt, not divided by alpha": da, "it is beta, -2 times f": -2 * right},
            "g2": {"it is g, not its square": np.sqrt(np.abs(right)), "it is g^4": right**2,
                   "it is half: a factor 2 is missing in g^2": right / 2,
                   "it is twice as large: a factor 2 too many in g^2": 2 * right,
                   "the term -2 f sigma^2 is missing: it is d sigma^2/dt": 2 * s * ds,
                   "the term 2 f sigma^2 has the wrong sign": 4 * s * ds - right,
                   "the drift's term lacks its 2: d sigma^2/dt - f sigma^2": s * ds + right / 2,
                   "it is (d sigma/dt)^2": ds**2},
            "log_snr": {"it is ln(alpha/sigma), half of it": right / 2, "the ratio is upside down": -right,
                        "half of it, and upside down": -right / 2,
                        "it is in decibels": right * 10 / np.log(10),
                        "it is a logarithm of base 2": right / np.log(2),
                        "it is a logarithm of base 10": right / np.log(10),
                        "it is the ratio itself": np.exp(right)},
        }[key]  # fmt: skip
    for said, guess in table.items():
        if fits(guess):
            return said
    factor = float(found @ right / (right @ right)) if np.any(right) else 0.0
    if fits(-right):
        return "the sign is wrong"
    return f"it is {factor:.6g} times what it should be" if factor and fits(factor * right) else None


def _check(alpha, sigma, kind, rates, t_min, t_max) -> None:
    for key, function in dict(alpha=alpha, sigma=sigma, **rates).items():
        if not callable(function) and not (function is None and key in rates):
            raise ValueError(f"{key} = {function!r}: needs a function of an array of times")
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind = {kind!r}: one of {', '.join(map(repr, KINDS))}, or None")
    if not -np.inf < t_min < t_max < np.inf:
        raise ValueError(f"t_min = {t_min!r}, t_max = {t_max!r}: needs t_min < t_max")
