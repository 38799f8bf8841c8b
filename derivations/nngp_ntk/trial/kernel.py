"""Somebody's kernel of an infinitely wide network, against the closed form of that network."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.registry import trial_of
from theory.validate.trial import Curve, Finding, Trial

from ..models.network import Network
from .adapters import ADAPTERS, adapted
from .arrays import types
from .digits import against_exact, claimed_in, near_curve, precision, shorter_type
from .extremes import scales, zero_inputs
from .inputs import ANGLES, GENERIC, PER_LAYER, Inputs, count_of, exact, inputs, usual_shape
from .matrix import batches, diagonal_method, square
from .subject import Subject
from .tangent_pair import with_nngp

KINDS = ("nngp", "ntk")
TELLING = ("not symmetric", "depends on the batch", "two runs differ", "negative variance", "X2 = X1")
"""What says more than that values disagree."""
DIGITS = ("digits lost", "clipped cosine", "accuracy", "jitter")


@trial_of("kernel")
def kernel(
    f,
    *,
    reference: Network | Callable[[int], Network],
    kind: str = "nngp",
    claimed_digits: float | None = None,
    nngp: Callable | None = None,
    depths: Sequence[int] | None = None,
    dtypes: Sequence[str] | None = None,
    library: str = "numpy",
    shape: tuple[int, ...] | None = None,
    adapter: str | None = None,
    seed: int = 0,
    time_limit: float = 60.0,
    name: str | None = None,
) -> Trial:
    """Compares ``f(X1, X2) -> (n1, n2)`` with the NNGP or NTK of a network of infinite width.

    Inputs of root mean square 1/2 to 2 at angles from 1e-8 to pi - 1e-8, parallel, opposite, identical and
    0, at scales from 1e-80 to 1e80 where the kernel is homogeneous (else 1e-3 and 1e3). Errors count relative
    to sqrt(K(x, x) K(y, y)); the bound is d + 8 roundings for each layer, and what the closed form changes
    by where the inputs change by as many. Judged besides: symmetry, positive semidefiniteness, whether
    entries depend on the others in the batch, and the same in float32.

    ``reference``: the `Network` that it should be the kernel of; ``kind``: "nngp" or "ntk".
    ``claimed_digits``: how many it has to keep everywhere in float64 (in float32 the same share of them);
    None: as many as rounding leaves. ``nngp``: the NNGP kernel that belongs to a tangent kernel, judged with
    it, by itself and by what must hold between both. ``depths``: then ``f`` and ``reference`` are functions
    of the depth that return the kernel and the network. ``dtypes``: of the inputs, by default all that there
    are (`arrays.types`), the first one is judged in full. ``library``: "numpy", "torch" or "jax", what the
    inputs are arrays of. ``shape``: of one input, by default (5,), or (6, 3) where the network has positions.
    ``adapter``: see `adapters.adapted`.

    ValueError for arguments that make no trial. Sources: Cho and Saul (2009); Jacot et al. (2018).
    """
    _check(f, reference, kind, claimed_digits, nngp, depths, adapter, seed)
    dtypes = types(dtypes, library, f)
    started = time.perf_counter()
    networks = {None: reference} if depths is None else {n: _network(reference, n) for n in depths}
    first = next(iter(networks.values()))
    shape = usual_shape(first) if shape is None else tuple(shape)
    who = name or getattr(f, "__name__", type(f).__name__)
    at = inputs(seed, shape)
    findings, curves, adapters = [], [], set()
    for depth, network in networks.items():
        subject = None
        told = who if depth is None else f"{who}({depth})"
        try:
            made = f if depth is None else _made(f, depth, who, time_limit)
            function, which = adapted(made, kind, adapter)
            adapters.add(which)
            subject = Subject(Guarded(function, told, time_limit), library, at, made)
            found, curve = _judged(subject, network, kind, claimed_digits, nngp, dtypes, depth is None)
        except Misbehaved as ended:
            found, curve = [ended.finding, *(subject.guarded.notes.values() if subject else ())], ()
        if depth is not None:
            found = [replace(one, message=f"at depth {depth}: {one.message}") for one in found]
        findings += found
        curves.append(curve)
        if depth is not None and sum(one.defect for one in found) and len(findings) > 6:
            break
    return Trial(
        subject=who,
        question=f"Is it the {kind.upper()} kernel of "
        + (f"{first}" if depths is None else f"the networks of depth {', '.join(map(str, depths))}")
        + (" to rounding?" if claimed_digits is None else f" to {claimed_digits:g} digits?"),
        setting=_setting(at, first, kind, dtypes, library, seed, claimed_digits, adapters),
        findings=tuple(_without_repetition(findings)),
        reproduce=_reproduce(who, kind, claimed_digits, nngp, depths, seed),
        curves=tuple(curves[0]) if depths is None else _by_depth(tuple(networks), curves),
        size_name="angle" if depths is None else "depth",
        seconds=time.perf_counter() - started,
    )


def _judged(subject: Subject, network, kind, claimed, nngp, dtypes, whole: bool):
    """Findings, and the curve of errors over angles, of one kernel."""
    digits = claimed_in(dtypes[0], claimed)
    at, guarded = subject.at.rounded(dtypes[0]), subject.guarded
    subject.transposes = lambda X1, X2: exact(network, kind, X1, X2, at.shape, 1e-16).value
    found = subject(at.first, at.second, dtypes[0])
    again = subject(at.first, at.second, dtypes[0], "again")
    if not np.array_equal(found, again):
        guarded.note(
            "two runs differ",
            f"the same call gave values {np.max(np.abs(found - again)):.3g} apart: hidden state or "
            "randomness",
        )
    short, eps = shorter_type(found, dtypes[0], subject.who)
    wanted = exact(network, kind, at.first, at.second, at.shape, eps)
    values = against_exact(subject, network, kind, at, found, wanted, digits, dtypes[0])
    right = not any(one.defect for one in values)
    agrees = all(one.kind in DIGITS for one in values)
    findings = [*short, *values]
    slack = float(np.max(wanted.error(found))) if agrees else 0.0
    own = exact(network, kind, at.second, at.second, at.shape, eps) if agrees else None
    findings += square(subject, at, own, wanted, digits, dtypes[0], right)
    findings += batches(subject, at, found, wanted, dtypes[0])
    findings += diagonal_method(subject, at, dtypes[0])
    if agrees:
        findings += zero_inputs(subject, network, kind, wanted, slack, digits, dtypes[0])
    if agrees and whole:
        findings += scales(subject, network, kind, at, wanted, slack, digits, dtypes[0])
        for dtype in dtypes[1:]:
            findings += _in_another_type(subject, network, kind, claimed, dtype, right and not short)
    if nngp is not None and kind == "ntk":
        findings += with_nngp(subject, nngp, network, at, found, wanted, digits, dtypes[0])
    if any(one.kind in TELLING for one in (*findings, *guarded.notes.values())):
        findings = [one for one in findings if one.kind != "disagrees"]
    return precision([*findings, *guarded.notes.values()], claimed), near_curve(at, wanted, found, dtypes[0])


def _in_another_type(subject: Subject, network, kind, claimed, dtype, right: bool) -> list[Finding]:
    """The same in float32, where a kernel is not blamed for what was found in float64 already."""
    at = subject.at.rounded(dtype)
    try:
        found = subject(at.first, at.second, dtype, f"in {dtype}")
    except Misbehaved as ended:
        return [replace(ended.finding, kind=f"{dtype}: {ended.finding.kind}")]
    wanted = exact(network, kind, at.first, at.second, at.shape, float(np.finfo(dtype).eps))
    digits = claimed_in(dtype, claimed)
    values = against_exact(subject, network, kind, at, found, wanted, digits, dtype, causes=False)
    return [
        replace(
            one,
            kind=f"{dtype}: {one.kind}",
            message=f"in {dtype}: {one.message}",
            defect=one.defect and right,
        )
        for one in values
    ]


def _made(f, depth, who, limit):
    """The kernel of a depth, however its making goes wrong."""
    try:
        return f(depth)
    except Exception as error:
        message = f"{who}({depth}) raised {type(error).__name__}: {error}"
        raise Misbehaved(Finding("exception", message, {"error": type(error).__name__})) from None


def _network(reference, depth) -> Network:
    network = reference(depth)
    if not isinstance(network, Network):
        raise ValueError(
            f"reference({depth}) is {type(network).__name__}: with depths it has to return a Network"
        )
    return network


def _without_repetition(findings: list[Finding]) -> list[Finding]:
    """Of the same kind at several depths, the first; how often it came is in its evidence."""
    kept: dict[tuple[str, bool], Finding] = {}
    for one in findings:
        key = one.kind, one.defect
        if key in kept:
            before = kept[key]
            count = before.evidence.get("times", 1) + 1
            kept[key] = replace(before, evidence={**before.evidence, "times": count})
        else:
            kept[key] = one
    return list(kept.values())


def _by_depth(depths, curves) -> tuple[Curve, ...]:
    """The error at generic inputs and at the smallest angle, by depth."""
    known = [(depth, curve[0]) for depth, curve in zip(depths, curves, strict=False) if curve]
    if not known:
        return ()
    sizes = tuple(float(depth) for depth, _ in known)
    return tuple(
        Curve(label, sizes, tuple(max(curve.errors[i] for i in places) for _, curve in known))
        for label, places in ((f"angle {ANGLES[0]:g}", (0,)), ("all angles", range(len(ANGLES))))
    )


def _setting(at: Inputs, network, kind, dtypes, library, seed, claimed, adapters) -> str:
    layers = count_of(network.layers)
    d = at.first.shape[1]
    bound = f"bound {d} + {PER_LAYER} x {layers} roundings" if claimed is None else f"bound 1e-{claimed:g}"
    through = "".join(f"; through the adapter for {one}" for one in adapters if one)
    return (
        f"{kind.upper()} at {len(at.first)} x {len(at.second)} inputs of shape {at.shape} (seed {seed}), "
        f"angles {ANGLES[0]:g} to pi - {ANGLES[0]:g}, parallel, opposite, identical; error over sqrt(K(x, "
        f"x) K(y, y)), {bound} and the closed form's own change by them; generic is farther than "
        f"{GENERIC:g} from 0 and pi; {', '.join(dtypes)}; {library}{through}"
    )


def _reproduce(who, kind, claimed, nngp, depths, seed) -> str:
    options = "" if claimed is None else f", claimed_digits={claimed:g}"
    options += "" if nngp is None else f", nngp={getattr(nngp, '__name__', 'nngp')}"
    options += "" if depths is None else f", depths={tuple(depths)}"
    options += f", seed={seed}" if seed else ""
    return (
        "from theory import validate\n"
        f'trial = validate.kernel({who}, reference=reference, kind="{kind}"{options})\n'
        "print(trial)"
    )


def _check(f, reference, kind, claimed, nngp, depths, adapter, seed) -> None:
    if isinstance(f, type):
        raise ValueError(
            f"f = {f.__name__}: a class; give a kernel that is made of it, such as {f.__name__}()"
        )
    if not callable(f):
        raise ValueError(f"f = {f!r}: needs a function (X1, X2) -> (n1, n2)")
    if kind not in KINDS:
        raise ValueError(f"kind = {kind!r}: one of {', '.join(KINDS)}")
    if depths is None and not isinstance(reference, Network):
        raise ValueError(
            f"reference = {reference!r}: needs a Network, or with depths a function that returns one"
        )
    if depths is not None and (not callable(reference) or isinstance(reference, Network)):
        raise ValueError(f"reference = {reference!r}: with depths it has to be a function depth -> Network")
    if depths is not None and (not len(depths) or not all(isinstance(n, int) and n >= 0 for n in depths)):
        raise ValueError(f"depths = {depths!r}: needs whole numbers, such as (1, 2, 4, 8)")
    if claimed is not None and not 0 < claimed <= 15:
        raise ValueError(f"claimed_digits = {claimed!r}: a number above 0 and up to 15, or None")
    if nngp is not None and (kind != "ntk" or not callable(nngp) or depths is not None):
        raise ValueError(
            f"nngp = {nngp!r}: a function (X1, X2) -> (n1, n2), with kind = 'ntk' and without depths"
        )
    if adapter is not None and adapter not in ADAPTERS:
        raise ValueError(f"adapter = {adapter!r}: one of {', '.join(ADAPTERS)}, or None")
    if not (isinstance(seed, int) and seed >= 0):
        raise ValueError(f"seed = {seed!r}: a whole number >= 0")
