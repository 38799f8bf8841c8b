"""What any kernel has to be, whatever network it belongs to: symmetric, positive, the same in every batch."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from theory.validate.guard import Misbehaved, as_numpy
from theory.validate.trial import Finding

from .adapters import alone
from .inputs import Exact, Inputs


def square(
    subject, at: Inputs, own: Exact | None, wanted: Exact, claimed, dtype, right: bool
) -> list[Finding]:
    """Findings about K(X, X), with inputs among X that are identical, parallel and nearly so."""
    X = at.second
    try:
        S = subject(X, X, dtype, "with X2 = X1")
    except Misbehaved as ended:
        return [ended.finding]
    diagonal = np.diagonal(S)
    if np.any(diagonal < 0):
        worst = int(np.argmin(diagonal))
        message = f"K(x, x) = {diagonal[worst]:.3g} < 0 for an input: a variance is no negative number"
        return [Finding("negative variance", message, {"variance": float(diagonal[worst])})]
    scale = np.sqrt(diagonal)[:, None] * np.sqrt(diagonal)
    rounding = float(np.max(wanted.bound / wanted.scale))
    relative = rounding if claimed is None else max(rounding, 10.0**-claimed)
    findings = _symmetry(S, scale, relative)
    if own is not None and right:
        findings += _on_diagonal(S, own, relative, wanted)
    if not findings:
        findings += _positive(S, relative, right)
    return findings


def _symmetry(S, scale, relative) -> list[Finding]:
    with np.errstate(all="ignore"):
        apart = np.where(scale > 0, np.abs(S - S.T) / np.where(scale > 0, scale, 1), 0.0)
    worst = np.unravel_index(np.argmax(apart), apart.shape)
    if apart[worst] <= 4 * relative:
        return []
    i, j = (int(k) for k in worst)
    message = (
        f"K(x, y) = {S[i, j]:.8g} and K(y, x) = {S[j, i]:.8g} for two inputs: one of them is used in both "
        f"places, or the first argument is treated in another way ({apart[worst]:.2g} of their scale, "
        f"rounding allows {4 * relative:.2g})"
    )
    return [Finding("not symmetric", message, {"apart": float(apart[worst])})]


def _on_diagonal(S, own: Exact, relative, wanted) -> list[Finding]:
    error = own.error(S)
    allowed = np.maximum(own.bound / own.scale, relative)
    off = error > 4 * allowed
    outside = off & ~np.eye(len(S), dtype=bool)
    if not off.any():
        return []
    added = np.diagonal(S - own.value)
    if not outside.any() and np.ptp(added) < 1e-3 * np.max(np.abs(added)):
        message = (
            f"{np.mean(added):.3g} is added to the diagonal of K(X, X): a jitter that belongs to the "
            "solver, not to the kernel (and K(X1, X2) has none for identical inputs)"
        )
        return [Finding("jitter", message, {"jitter": float(np.mean(added))})]
    worst = np.unravel_index(np.argmax(np.where(off, error / allowed, 0)), error.shape)
    message = (
        f"K(X, X)[{worst[0]}, {worst[1]}] = {S[worst]:.8g} where the closed form is {own.value[worst]:.8g}, "
        "though K(X1, X2) is right: a branch of its own where X2 is X1"
    )
    return [Finding("X2 = X1", message, {"error": float(error[worst])})]


def _positive(S, relative, right: bool) -> list[Finding]:
    """By K / scale, so that small inputs count too. What angles from arccosines lose, the root of a rounding,
    is found elsewhere, and here a note."""
    own = np.sqrt(np.where(np.diagonal(S) > 0, np.diagonal(S), 1.0))
    correlation = (S + S.T) / 2 / own[:, None] / own
    smallest = float(np.linalg.eigvalsh(correlation)[0])
    bound = 4 * relative * len(S)
    if smallest >= -bound:
        return []
    message = (
        f"the smallest eigenvalue of the correlation matrix K(x, y)/sqrt(K(x, x) K(y, y)) of {len(S)} "
        f"inputs, some of them nearly parallel, is {smallest:.3g}; rounding allows {-bound:.2g}: Cholesky's "
        "method fails"
    )
    least = len(S) * math.sqrt(np.finfo(float).eps)
    evidence = {"eigenvalue": smallest, "bound": bound}
    return [Finding("not positive semidefinite", message, evidence, defect=right or smallest < -least)]


def batches(subject, at: Inputs, found, wanted: Exact, dtype) -> list[Finding]:
    """Entries must not depend on which other inputs are asked for."""
    rows, columns = slice(1, 3), slice(-7, -2)
    try:
        part = subject(at.first[rows], at.second[columns], dtype, "with fewer inputs")
        one = subject(at.first[:1], at.second[-1:], dtype, "with one input each")
    except Misbehaved as ended:
        return [replace(ended.finding, kind=f"few inputs: {ended.finding.kind}")]
    whole = np.concatenate([found[rows, columns].ravel(), found[:1, -1:].ravel()])
    apart = np.abs(np.concatenate([part.ravel(), one.ravel()]) - whole)
    allowed = 4 * float(np.max(wanted.bound / wanted.scale)) * np.abs(found).max()
    if apart.max() <= allowed:
        return []
    message = (
        f"values change by up to {apart.max():.3g} when fewer inputs are asked for: inputs are centred or "
        "scaled by the batch"
    )
    return [Finding("depends on the batch", message, {"apart": float(apart.max())})]


def diagonal_method(subject, at: Inputs, dtype) -> list[Finding]:
    """A kernel object means K(X, X) by ``kernel(X)``, and has a method of its own for the diagonal."""
    X = at.given(at.second).astype(dtype)
    try:
        told = alone(subject.object, X)
    except Exception as error:
        message = f"kernel(X), or its diagonal, raised {type(error).__name__}: {error}"
        return [Finding("exception", message, {"error": type(error).__name__})]
    if told is None:
        return []
    S, diagonal = (as_numpy(one) for one in told)
    if diagonal is None or diagonal.shape != (len(X),):
        return [Finding("diag", f"diag(X) returned shape {np.shape(diagonal)}, ({len(X)},) is wanted")]
    both = subject(at.second, at.second, dtype, "with X2 = X1")
    own = np.diagonal(both)
    allowed = math.sqrt(np.finfo(dtype).eps) * np.abs(own).max()
    findings = []
    if np.max(np.abs(diagonal - own)) > allowed:
        worst = int(np.argmax(np.abs(diagonal - own)))
        message = f"diag(X)[{worst}] = {diagonal[worst]:.6g}, kernel(X, X) has {own[worst]:.6g} there"
        findings.append(Finding("diag", message, {"found": float(diagonal[worst])}))
    if S is None or S.shape != both.shape or np.max(np.abs(S - both)) > allowed:
        findings.append(Finding("X2 = X1", "kernel(X) is another matrix than kernel(X, X)"))
    return findings
