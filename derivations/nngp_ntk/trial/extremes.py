"""Inputs of 0, and very large and very small ones."""

from __future__ import annotations

import math

import numpy as np

from theory.validate.guard import Misbehaved
from theory.validate.trial import Finding

from ..models.composed import degree
from .inputs import Exact, Inputs, evaluated

USUAL = 4
"""Inputs of sizes from 1e-4 to 1e4 have to work; beyond, the range is reported."""

EXPONENTS = (-80, -40, -20, -10, -USUAL, USUAL, 10, 20, 40, 80)
OTHER_EXPONENTS = (-3, 3)
"""Where the kernel is not homogeneous."""


def zero_inputs(subject, network, kind, wanted: Exact, slack, claimed, dtype) -> list[Finding]:
    """An input of zeros has a kernel like any other."""
    at = subject.at.rounded(dtype)
    X1 = np.concatenate([np.zeros((1, at.first.shape[1])), at.first[:2]])
    X2 = np.concatenate([np.zeros((1, at.first.shape[1])), at.second[-3:]])
    try:
        with np.errstate(all="ignore"):
            value = evaluated(network, kind, X1, X2, at.shape)
    except (ValueError, ArithmeticError):
        return []
    if not np.all(np.isfinite(value)):
        return []
    try:
        found = subject(X1, X2, dtype, "with an input of zeros")
    except Misbehaved as ended:
        message = f"{ended.finding.message}; K(0, x) = {value[0, 1]:.6g}: a norm of 0 is divided by"
        return [Finding("zero input", message, {"kind": ended.finding.kind})]
    allowed = 16 * _relative(wanted, slack, claimed) * np.max(np.abs(wanted.value))
    apart = np.abs(found - value)
    if apart.max() <= allowed:
        return []
    worst = np.unravel_index(np.argmax(apart), apart.shape)
    message = f"for an input of zeros it is {found[worst]:.6g}, the closed form {value[worst]:.6g}"
    return [Finding("zero input", message, {"apart": float(apart.max())})]


def scales(subject, network, kind, at: Inputs, wanted: Exact, slack, claimed, dtype) -> list[Finding]:
    """Generic inputs multiplied by powers of 10 (rounded to powers of 2, which are exact)."""
    power = degree(network.layers)
    largest = math.log10(np.finfo(dtype).max) - 10
    exponents = OTHER_EXPONENTS if power is None else EXPONENTS
    worked, failed = [], {}
    generic = slice(at.related.stop, None)
    for e in exponents:
        s = 2.0 ** round(e * math.log2(10))
        if abs(e) * 2 * (1 if power is None else max(power, 1)) > largest:
            continue
        X1, X2 = s * at.first, s * at.second[generic]
        try:
            with np.errstate(all="ignore"):
                value = (
                    evaluated(network, kind, X1, X2, at.shape)
                    if power is None
                    else wanted.value[:, generic] * s ** (2 * power)
                )
        except (ValueError, ArithmeticError, NotImplementedError):
            continue
        if not np.all(np.isfinite(value)):
            continue
        try:
            found = subject(X1, X2, dtype, f"at inputs of size 1e{e}")
        except Misbehaved as ended:
            failed[e] = ended.finding.message
            continue
        size = np.max(np.abs(value))
        apart = float(np.max(np.abs(found - value)) / size)
        if apart > 64 * _relative(wanted, slack, claimed):
            failed[e] = f"the error is {apart:.2g} of the largest value"
        else:
            worked.append(e)
    return _reported(subject.who, worked, failed, power)


def _reported(who, worked, failed, power) -> list[Finding]:
    if not failed:
        return []
    usual = [e for e in failed if abs(e) <= USUAL]
    first = min(failed, key=abs)
    evidence = {"failed": sorted(failed), "worked": sorted(worked)}
    if usual:
        message = (
            f"at inputs of size 1e{first} {failed[first]}: a constant is added that inputs of another size "
            "do not stand, or a rounded table is used"
        )
        return [Finding("scale", message, evidence)]
    reach = f"from 1e{min([*worked, 0])} to 1e{max([*worked, 0])}"
    message = (
        f"it is right for inputs of sizes {reach}; at 1e{first} {failed[first]}: sqrt(q1 q2) leaves the "
        "range of numbers where sqrt(q1) sqrt(q2) does not, or a small number is added"
    )
    return [Finding("range of scales", message, evidence, defect=False)]


def _relative(wanted: Exact, slack: float, claimed) -> float:
    """What the kernel keeps anyway: rounding, or the error that was found and reported already."""
    rounding = max(slack, float(np.max(wanted.bound / wanted.scale)))
    return rounding if claimed is None else max(rounding, 10.0**-claimed)
