"""What a wrong log-density is instead: hypotheses that each predict every value."""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from derivations.score_sde.likelihood import divergence_integral, prior_log_likelihood


def named(noisy, law, x, found, exact, sigma, sigma_max, errors=None):
    """(kind, what is said, evidence) of the hypothesis that leaves least, if that is a twentieth; or None.

    What the standard ``errors`` of an estimate would leave counts as explained.
    """
    noise = 0.0 if errors is None else 3 * float(np.sqrt(np.mean(errors**2)))
    before = _rms(found - exact)
    guesses = _hypotheses(noisy, law, x, exact, sigma, sigma_max)
    ranked = sorted(
        ((_rms(found - guess), i, kind, said) for i, ((kind, said), guess) in enumerate(guesses.items()))
    )
    left, _, kind, said = ranked[0]
    if left < max(before / 20, noise) and left < before / 2:
        return kind, said, {"left": left, "before": before}
    return _fitted(noisy, law, found, exact, sigma, sigma_max, before, noise)


def _hypotheses(noisy, law, x, exact, sigma, sigma_max) -> dict:
    D = noisy.dimension
    logs = noisy.log_densities(x)
    peaks = np.array([noisy.log_densities(m[None])[0, k] for k, m in enumerate(noisy.means)])
    exponents, circle = peaks - logs, D / 2 * np.log(2 * np.pi)
    sizes = -peaks - circle  # half the logarithm of the determinant

    def parts(exponent=1.0, size=1.0, constant=1.0):
        return logsumexp(
            -exponent * exponents - size * sizes - constant * circle, b=noisy.weights, axis=1
        )  # fmt: skip

    nats = np.log(2)
    guesses = {
        ("log-determinant", "the logarithm of the determinant is missing"): parts(size=0),
        ("log-determinant", "the logarithm of the determinant lacks its 1/2"): parts(size=2),
        ("log-determinant", "the logarithm of the determinant has half the weight it should"): parts(
            size=0.5
        ),
        ("log-determinant", "the logarithm of the determinant has the wrong sign"): parts(size=-1),
        ("2 pi", "the constant D/2 ln(2 pi) is missing"): parts(constant=0),
        ("2 pi", "ln(2 pi)/2 is counted once, not once for each dimension"): parts(constant=1 / D),
        ("2 pi", "D ln(2 pi) stands without its 1/2"): parts(constant=2),
        ("2 pi", "D/2 ln(2 pi) has the wrong sign"): parts(constant=-1),
        ("constants", "both the determinant and 2 pi are missing: a density that is not normalised"): parts(
            size=0, constant=0
        ),
        ("exponent", "the exponent lacks its 1/2"): parts(exponent=2),
        ("exponent", "the exponent has half the weight it should"): parts(exponent=0.5),
        ("exponent", "the exponent is missing"): parts(exponent=0),
        ("sign", "the sign is wrong: it is the negative log-likelihood"): -exact,
        ("base 2", "the logarithm has base 2: bits, not nats"): exact / nats,
        ("base 2", "bits per dimension, not nats"): exact / nats / D,
        ("base 2", "negative bits for each dimension, not nats"): -exact / nats / D,
        ("base 2", "negative bits, not nats"): -exact / nats,
        ("per dimension", "nats per dimension: divided by D"): exact / D,
        ("per dimension", "negative nats per dimension"): -exact / D,
        ("no logarithm", "it is the density itself"): np.exp(np.minimum(exact, 700)),
    }
    for kind, (said, changed) in noisy.wrong().items():
        if np.linalg.eigvalsh(changed.covariances).min() > 0:
            guesses[kind, said] = changed.log_density(x)
    if sigma > 0 and np.linalg.eigvalsh(law.covariances).min() > 0:
        guesses["noise forgotten", "it is the density of the clean data"] = law.log_density(x)
    if noisy.components > 1:
        guesses["mean of logarithms", "logarithms of the components are averaged, not their densities"] = (
            logs @ noisy.weights
        )
        guesses["nearest component", "only the largest of the components counts"] = np.max(
            logs + np.log(noisy.weights), axis=1
        )
        guesses["weights forgotten", "the components are added without weights"] = logsumexp(logs, axis=1)
    else:
        guesses["prior", "the flow's end is taken to be N(0, sigma_max^2), not the data's own law"] = (
            by_prior(law, x, sigma, sigma_max)
        )
        whole = _divergence(law, sigma, sigma_max)
        for factor, said in (
            (0.0, "the integral of the divergence is missing"),
            (1 / D, "the integral of the divergence is 1/D of what it should be: unit vectors without D"),
            (1 / 3, "the integral of the divergence is 1/3 of what it should be: noise of variance 1/3"),
            (0.5, "the integral of the divergence counts half: a factor 1/2 in g^2, or for both directions"),
            (2.0, "the integral of the divergence counts twice: the 1/2 of g^2/2 is missing"),
            (-1.0, "the integral of the divergence has the wrong sign"),
        ):
            guesses["divergence", said] = exact + (factor - 1) * whole
            guesses["divergence", f"{said}, and the flow ends in N(0, sigma_max^2)"] = (
                by_prior(law, x, sigma, sigma_max) + (factor - 1) * whole
            )
    return {key: guess for key, guess in guesses.items() if _rms(guess - exact) > 1e-9}


def _divergence(law, sigma, sigma_max) -> float:
    return float(np.sum(divergence_integral(law.modes[0], 1.0, sigma_max**2, 1.0, sigma**2)))


def by_prior(law, x, sigma, sigma_max) -> np.ndarray:
    lam, U = law.modes
    mean = law.means[0] @ U
    return prior_log_likelihood(x @ U, lam, mean, 1.0, sigma_max**2, 1.0, sigma**2, sigma_max**2).sum(-1)


def _fitted(noisy, law, found, exact, sigma, sigma_max, before, noise):
    """A constant that is added, or multiplies; as a share of the divergence's integral where there is one."""
    offset = float(np.mean(found - exact))
    left = _rms(found - exact - offset)
    if left < max(before / 20, noise) and left < before / 2:
        said, more = f"{offset:.6g} nats are added to every value", {"offset": offset}
        if law.components == 1:
            share = 1 + offset / _divergence(law, sigma, sigma_max)
            said += f" (if it integrates the flow: the divergence's integral counts {share:.4g} times)"
            more["share of divergence"] = share
        return "constant", said, more
    factor = float(found @ exact / (exact @ exact))
    left = _rms(found - factor * exact)
    if left < max(before / 20, noise) and left < before / 2:
        return "factor", f"every value is {factor:.6g} times the right one", {"factor": factor}
    return None


def _rms(values) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
