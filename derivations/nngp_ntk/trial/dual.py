"""Somebody's dual of an activation, and its derivative dual, against the closed forms."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.registry import trial_of
from theory.validate.trial import Curve, Finding, Trial

from ..models.activation import Activation
from ..models.duals import activation_of
from .arrays import given, types
from .digits import ROUGH, claimed_in, precision, shorter_type
from .dual_causes import dual_cause, dual_clip
from .dual_inputs import ROUNDINGS, ExactDual, Preactivations, exact_dual, preactivations
from .inputs import ANGLES, stated

STEP = 2e-3
LOST = ("digits lost", "clipped cosine")


@trial_of("dual")
def dual(
    f,
    *,
    activation: Activation | str,
    derivative: Callable | None = None,
    claimed_digits: float | None = None,
    dtypes: Sequence[str] | None = None,
    library: str = "numpy",
    seed: int = 0,
    time_limit: float = 60.0,
    name: str | None = None,
) -> Trial:
    """Compares ``f(q1, q2, c)`` with T = E phi(u) phi(v), u and v of variances q1, q2 and covariance c.

    Arrays (n,) to an array (n,), at variances from 1/20 to 8 and angles from 1e-8 to pi - 1e-8, 0 and pi.
    Errors count relative to sqrt(T(q1, q1, q1) T(q2, q2, q2)); the bound is 16 roundings of it, and what the
    closed form changes by where q1, q2 and c change by as many: near c = sqrt(q1 q2) that is much for a
    derivative dual with a kink, of half the digits. Judged besides: symmetry, positive semidefiniteness, and
    whether the ``derivative`` given, a function of the same arguments (E phi'(u) phi'(v)), is the closed
    form and the slope of ``f`` in c.

    ``activation``: an `Activation` or the name of one. ``claimed_digits``, ``dtypes``, ``library``, ``seed``,
    ``time_limit``: as for `kernel`. ValueError for arguments that make no trial.
    """
    acting = _checked(f, activation, derivative, claimed_digits, seed)
    dtypes = types(dtypes, library, f)
    started = time.perf_counter()
    who = name or getattr(f, "__name__", type(f).__name__)
    findings, curves = [], []
    functions = [(f, who, False)]
    if derivative is not None:
        functions.append((derivative, getattr(derivative, "__name__", "derivative"), True))
    calls = []
    for function, told, slope in functions:
        call = _Call(Guarded(function, told, time_limit), library)
        calls.append(call)
        try:
            found, curve = _judged(call, acting, slope, claimed_digits, dtypes, preactivations(seed))
        except Misbehaved as ended:
            found, curve = [ended.finding], ()
        findings += [replace(one, kind=f"derivative: {one.kind}") if slope else one for one in found]
        curves += curve
    if derivative is not None:
        at = preactivations(seed).rounded(dtypes[0])
        try:
            findings += _slope(*calls, acting, at, dtypes[0], claimed_in(dtypes[0], claimed_digits), who)
        except Misbehaved:
            pass  # said already
    claim = "to rounding" if claimed_digits is None else f"to {claimed_digits:g} digits"
    option = "" if derivative is None else f", derivative={functions[-1][1]}"
    option += "" if claimed_digits is None else f", claimed_digits={claimed_digits:g}"
    return Trial(
        subject=who,
        question=f"Is it the dual of {acting!r}, {claim}?",
        setting=(
            f"{len(preactivations(seed).c)} pairs of preactivations (seed {seed}), angles {ANGLES[0]:g} to "
            f"pi - {ANGLES[0]:g}, 0 and pi; error over sqrt(T(q1, q1, q1) T(q2, q2, q2)), bound {ROUNDINGS} "
            f"roundings and the closed form's own change by them; {', '.join(dtypes)}; {library}"
        ),
        findings=tuple(findings),
        reproduce=(
            "from theory import validate\n"
            f'trial = validate.dual({who}, activation="{acting.name}"{option})\n'
            "print(trial)"
        ),
        curves=tuple(curves),
        size_name="angle",
        seconds=time.perf_counter() - started,
    )


class _Call:
    """A function of (q1, q2, c), in a library's arrays of a type."""

    def __init__(self, guarded: Guarded, library: str):
        self.guarded, self.library = guarded, library

    def __call__(self, q1, q2, c, dtype: str, where: str = "") -> np.ndarray:
        arrays = [given(np.asarray(v, dtype=dtype), self.library) for v in (q1, q2, c)]
        with np.errstate(all="ignore"):
            return self.guarded(*arrays, shape=np.shape(c), where=where)


def _judged(call: _Call, activation, slope, claimed, dtypes, whole: Preactivations):
    findings, curve, right = [], (), True
    for dtype in dtypes:
        if any(one.kind not in LOST for one in findings):
            break  # another function is that in every type
        at = whole.rounded(dtype)
        if dtype == dtypes[0]:
            found = _first(call, at, dtype)
            short, eps = shorter_type(found, dtype, call.guarded.what)
            findings += short
        else:
            try:
                found, eps = call(at.q1, at.q2, at.c, dtype, f"in {dtype}"), float(np.finfo(dtype).eps)
            except Misbehaved as ended:
                findings.append(replace(ended.finding, kind=f"{dtype}: {ended.finding.kind}"))
                break
        wanted = exact_dual(activation, at, slope, eps)
        values = _values(activation, at, slope, found, wanted, claimed_in(dtype, claimed))
        if dtype != dtypes[0]:
            values = [replace(one, kind=f"{dtype}: {one.kind}", defect=right) for one in values]
        findings += values
        if dtype == dtypes[0]:
            right = not values and not short
            crossed = _symmetric(call, at, found, wanted, dtype)
            findings = crossed + [one for one in findings if not (crossed and one.kind == "disagrees")]
            if not values and not slope:
                findings += _positive(call, wanted, dtype)
            count = len(ANGLES)
            errors = np.maximum(np.abs(found - wanted.value) / wanted.scale, 1e-17)[:count]
            label = f"{'derivative, ' if slope else ''}{dtype}"
            curve = (Curve(label, ANGLES, tuple(map(float, errors))),)
    return precision([*findings, *call.guarded.notes.values()], claimed), curve


def _first(call, at, dtype) -> np.ndarray:
    try:
        found = call(at.q1, at.q2, at.c, dtype)
    except Misbehaved as ended:
        if ended.finding.kind == "not finite":
            generic = at.chosen(at.generic)
            try:
                call(generic.q1, generic.q2, generic.c, dtype)
            except Misbehaved:
                raise ended from None
            said = "for nearly parallel or opposite preactivations only: a cosine beyond 1"
            message = f"{ended.finding.message}, {said}"
            raise Misbehaved(replace(ended.finding, message=message)) from None
        raise
    if not np.array_equal(found, call(at.q1, at.q2, at.c, dtype, "again")):
        call.guarded.note("two runs differ", "the same call gave other values: hidden state or randomness")
    return found


def _values(activation, at: Preactivations, slope, found, wanted: ExactDual, claimed) -> list[Finding]:
    error, allowed = np.abs(found - wanted.value) / wanted.scale, wanted.bound / wanted.scale
    limit = allowed if claimed is None else np.maximum(allowed, 10.0**-claimed)
    over, generic = error > limit, at.generic
    if not over.any():
        return []
    worst = int(np.argmax(np.where(over & generic if (over & generic).any() else over, error, -1.0)))
    angle = float(np.arccos(at.rho[worst]))
    seen = (
        f"at q1 = {at.q1[worst]:.4g}, q2 = {at.q2[worst]:.4g}, c = {at.c[worst]:.6g} it is "
        f"{found[worst]:.8g}, the closed form {wanted.value[worst]:.8g}; the error is {error[worst]:.3g} of "
        f"its scale, rounding allows {allowed[worst]:.2g}"
    )
    evidence = {"error": float(error[worst]), "angle": angle}
    if (over & generic).any():
        least = float(np.max(allowed[generic]))
        part = at.chosen(generic)
        cause = dual_cause(activation, part, slope, found[generic], wanted.value[generic], least)
        if cause is not None:
            return [
                replace(cause, message=f"{cause.message}; {seen}", evidence={**evidence, **cause.evidence})
            ]
        kind = "accuracy" if error[worst] < ROUGH else "disagrees"
        said = f"{-math.log10(error[worst]):.1f} digits: " if kind == "accuracy" else ""
        return [Finding(kind, said + seen, evidence)]
    tolerance = np.maximum(4 * wanted.bound, 0.03 * error[worst] * wanted.scale)
    clip = dual_clip(activation, at, slope, found, tolerance)
    if clip is not None:
        said = f"correlations are kept {clip:g} away from 1 and -1; {seen}"
        return [Finding("clipped cosine", said, {**evidence, "clip": clip})]
    digits = -math.log10(float(error[worst]))
    return [
        Finding(
            "digits lost", f"{digits:.1f} digits at angle {angle:.2g}: {seen}", {**evidence, "digits": digits}
        )
    ]


def _symmetric(call, at, found, wanted, dtype) -> list[Finding]:
    other = call(at.q2, at.q1, at.c, dtype, "with q1 and q2 exchanged")
    apart = np.abs(other - found)
    worst = int(np.argmax(apart - 4 * wanted.bound))
    if apart[worst] <= 4 * wanted.bound[worst]:
        return []
    message = (
        f"f(q1, q2, c) = {found[worst]:.8g} and f(q2, q1, c) = {other[worst]:.8g} at q1 = "
        f"{at.q1[worst]:.4g}, q2 = {at.q2[worst]:.4g}, c = {at.c[worst]:.4g}"
    )
    return [Finding("not symmetric", message, {"apart": float(apart[worst])})]


def _positive(call, wanted, dtype) -> list[Finding]:
    """Duals of the covariances of any inputs are covariances."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(24, 4)) * rng.uniform(0.5, 2, size=(24, 1))
    S = X @ X.T / 4
    q = np.diagonal(S)
    q1, q2 = (np.broadcast_to(v, S.shape).ravel() for v in (q[:, None], q[None, :]))
    T = call(q1, q2, np.clip(S.ravel(), -np.sqrt(q1 * q2), np.sqrt(q1 * q2)), dtype).reshape(S.shape)
    own = np.sqrt(np.abs(np.diagonal(T)))
    own = np.where(own > 0, own, 1.0)
    smallest = float(np.linalg.eigvalsh((T + T.T) / 2 / own[:, None] / own)[0])
    bound = 4 * len(S) * float(np.max(wanted.bound / wanted.scale))
    if smallest >= -bound:
        return []
    message = (
        f"the duals of a covariance matrix have an eigenvalue {smallest:.3g}, rounding allows {-bound:.2g}"
    )
    return [Finding("not positive semidefinite", message, {"eigenvalue": smallest})]


def _slope(f: _Call, g: _Call, activation, whole: Preactivations, dtype, claimed, who) -> list[Finding]:
    """Price's theorem: the derivative dual is the slope of the dual in c; by differences of ``f`` itself."""
    at = whole.chosen(np.abs(whole.rho) < 0.9)
    offsets, weights = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([1.0, -8.0, 8.0, -1.0]) / 12
    slopes = []
    for step in (STEP, STEP / 2):
        total = np.zeros(len(at.c))
        for offset, weight in zip(offsets, weights, strict=True):
            total += weight * f(at.q1, at.q2, at.c + offset * step * at.scale, dtype) / (step * at.scale)
        slopes.append(total)
    slope = slopes[1] + (slopes[1] - slopes[0]) / 15
    told = g(at.q1, at.q2, at.c, dtype)
    largest = np.abs(f(at.q1, at.q2, at.c, dtype)) + activation.diagonal(at.scale)
    relative = 16 * float(np.finfo(dtype).eps) + stated(activation) + (10.0**-claimed if claimed else 0.0)
    known = np.abs(slopes[1] - slopes[0]) + relative / STEP * largest / at.scale
    off = np.abs(slope - told)
    worst = int(np.argmax(off / known))
    if off[worst] <= 4 * known[worst]:
        return []
    ratio = float(np.sum(told * slope) / np.sum(slope**2))
    constant = bool(np.all(np.abs(told - ratio * slope) <= 4 * known * max(1, abs(ratio))))
    said = f"; it is {ratio:.6g} times the slope everywhere" if constant else ""
    message = (
        f"at q1 = {at.q1[worst]:.4g}, q2 = {at.q2[worst]:.4g}, c = {at.c[worst]:.4g} it is "
        f"{told[worst]:.8g}, but the slope of {who} in c is {slope[worst]:.8g} to "
        f"{4 * known[worst]:.1g}{said}"
    )
    return [Finding("inconsistent derivative", message, {"ratio": ratio if constant else None})]


def _checked(f, activation, derivative, claimed, seed) -> Activation:
    if not callable(f):
        raise ValueError(f"f = {f!r}: needs a function (q1, q2, c) -> T")
    if derivative is not None and not callable(derivative):
        raise ValueError(f"derivative = {derivative!r}: needs a function (q1, q2, c), or None")
    if claimed is not None and not 0 < claimed <= 15:
        raise ValueError(f"claimed_digits = {claimed!r}: a number above 0 and up to 15, or None")
    if not (isinstance(seed, int) and seed >= 0):
        raise ValueError(f"seed = {seed!r}: a whole number >= 0")
    try:
        acting = activation_of(activation)
    except TypeError as error:
        raise ValueError(f"activation = {activation!r}: {error}") from None
    if derivative is not None and acting.diverges:
        raise ValueError(f"derivative: the derivative dual of {acting.name} diverges for identical inputs")
    return acting
