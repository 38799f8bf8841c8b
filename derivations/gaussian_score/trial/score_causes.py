"""What a wrong score is instead: hypotheses that each predict every value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar


def named(law, predicts, seen):
    """(kind, what is said, evidence) of the best hypothesis that leaves a twentieth of the error."""
    U = law.modes[1]
    error = _apart(seen, U, lambda s: s.exact)
    found = []
    for (kind, said), guess in _hypotheses(law, predicts).items():
        with np.errstate(all="ignore"):
            left = _apart(seen, U, guess)
        if np.isfinite(left):
            found.append((left, kind, said, {}))
    found += _fitted(law, predicts, seen, U)
    left, kind, said, more = min(found, key=lambda one: one[0])
    return (kind, said, {**more, "left": left, "before": error}) if left < error / 20 else None


def _apart(seen, U, guess) -> float:
    """Between 0 and 1: the distance relative to the sizes, mode by mode and level by level."""
    total, count = 0.0, 0
    for s in seen:
        a, b = s.found @ U, guess(s) @ U
        size = np.linalg.norm(a, axis=0) + np.linalg.norm(b, axis=0) + np.finfo(float).tiny
        total += float(np.sum((np.linalg.norm(a - b, axis=0) / size) ** 2))
        count += len(size)
    return float(np.sqrt(total / count))


def _hypotheses(law, predicts) -> dict:
    from .score_model import of_score

    def output(other):
        return lambda s: of_score(other, law.score(s.x, s.sigma, s.alpha), s.x, s.sigma, s.alpha)

    def of(changed, alpha=None, sigma=None):
        """The output for another law, alpha and sigma; all else as it was."""

        def guess(s):
            a = s.alpha if alpha is None else alpha(s.alpha)
            noise = s.sigma if sigma is None else sigma(s.sigma)
            return of_score(predicts, changed.score(s.x, noise, a), s.x, s.sigma, s.alpha)

        return guess

    hypotheses = {}
    for other in ("score", "epsilon", "denoiser"):
        if other != predicts:
            hypotheses[f"{other} instead of {predicts}", f"what comes back is the {other}"] = output(other)
    hypotheses["sign", "the sign is wrong"] = lambda s: -s.exact
    for p, kind, said in (
        (1, "missing 1/sigma", "a factor 1/sigma is missing, or sigma stands for sigma^2 in the denominator"),
        (2, "missing 1/sigma^2", "a factor 1/sigma^2 is missing: denoiser less sample"),
        (-1, "extra 1/sigma", "there is a factor 1/sigma too many, or sigma^2 for sigma in the denominator"),
        (-2, "extra 1/sigma^2", "there is a factor 1/sigma^2 too many"),
    ):
        hypotheses[kind, said] = lambda s, p=p: s.sigma**p * s.exact
        hypotheses[kind, f"{said}, and the sign is wrong"] = lambda s, p=p: -(s.sigma**p) * s.exact
    hypotheses["sigma for sigma^2", "the noise's variance is taken to be sigma, not sigma^2"] = of(
        law, sigma=np.sqrt
    )
    hypotheses["sigma^2 for sigma", "the noise's variance is taken to be sigma^4, not sigma^2"] = of(
        law, sigma=np.square
    )
    hypotheses["noise forgotten", "the score is that of the clean data: the noise's variance is missing"] = (
        of(law, sigma=lambda s: 1e-6 * s)
    )
    hypotheses.update(_about_alpha(law, of))
    for kind, (said, changed) in law.wrong().items():
        hypotheses[kind, said] = of(changed)
    if law.components > 1:
        hypotheses.update(_about_components(law, predicts))
    return hypotheses


def _about_alpha(law, of) -> dict:
    def partly(mean, spread):
        """The score with signal levels of their own for the mean and for the variance."""

        def guess(s):
            a, b = mean(s.alpha), spread(s.alpha)
            changed = replace(law, means=a * law.means, covariances=b**2 * law.covariances)
            return of(changed, alpha=lambda _: 1.0)(s)

        return guess

    def right(a):
        return a

    def one(a):
        return 1.0

    return {
        ("alpha forgotten", "the signal level alpha is taken to be 1"): of(law, alpha=one),
        ("alpha forgotten", "the mean is not multiplied by alpha"): partly(one, right),
        ("alpha forgotten", "the data's variance is not multiplied by alpha^2"): partly(right, one),
        ("alpha for alpha^2", "alpha stands where alpha^2 should"): partly(right, np.sqrt),
        ("alpha for alpha^2", "the root of alpha stands for alpha"): of(law, alpha=np.sqrt),
        ("alpha^2 for alpha", "alpha^2 (alpha-bar) stands where alpha should"): of(law, alpha=np.square),
        ("alpha for 1/alpha", "a factor 1/alpha is missing"): lambda s: s.alpha * s.exact,
        ("alpha for 1/alpha", "a factor alpha is missing"): lambda s: s.exact / s.alpha,
    }


def _about_components(law, predicts) -> dict:
    from .score_model import of_score

    def scores(s):
        single = [
            replace(law, weights=np.ones(1), means=m[None], covariances=c[None])
            for m, c in zip(law.means, law.covariances, strict=True)
        ]
        return np.stack([one.score(s.x, s.sigma, s.alpha) for one in single], axis=1)  # (B, K, D)

    def mean_of_scores(s):
        found = np.einsum("k,bkd->bd", law.weights, scores(s))
        return of_score(predicts, found, s.x, s.sigma, s.alpha)

    def nearest(s):
        which = np.argmax(law.model.responsibilities(s.x, s.sigma, alpha=s.alpha), axis=1)
        return of_score(predicts, scores(s)[np.arange(len(which)), which], s.x, s.sigma, s.alpha)

    return {
        (
            "responsibilities forgotten",
            "the components' scores are averaged with the prior weights",
        ): mean_of_scores,
        ("nearest component", "only the most likely component counts"): nearest,
    }


def _fitted(law, predicts, seen, U) -> list:
    """A constant factor of the result, or of the noise level."""
    from .score_model import of_score

    top = sum(float(np.sum(s.found * s.exact / np.sum(s.exact**2))) for s in seen)
    factor = top / len(seen)
    left = _apart(seen, U, lambda s: factor * s.exact)
    found = [(left, "factor", f"what comes back is {factor:.6g} times the {predicts}", {"factor": factor})]

    def at(c):
        def guess(s):
            return of_score(predicts, law.score(s.x, c * s.sigma, s.alpha), s.x, s.sigma, s.alpha)

        return _apart(seen, U, guess)

    best = minimize_scalar(lambda c: at(np.exp(c)), bounds=(-2, 2), method="bounded", options={"xatol": 1e-8})
    c = float(np.exp(best.x))
    said = f"it is the {predicts} at {c:.6g} times the noise level"
    return [*found, (float(best.fun), "noise level", said, {"factor": c})]
