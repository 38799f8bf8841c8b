"""The score of a training set as a mixture of points, beside the work that cannot be avoided."""

from __future__ import annotations

from collections.abc import Iterator

from theory.benchmark import Row

from .measure import alternating, median_ratio

BATCH = 1024
NOISE = (0.1, 1.0, 5.0)
GOAL = 1.5


def measure(repeats: int = 9) -> Iterator[Row]:
    """The score beside its parts, for each type of number and noise level.

    The parts are the two matrix products of a batch of 1,024 noisy digits (64 pixels) with the 1,797
    digits and one pass of exponentials over the logits, each alone in the same run, after one another.
    One thread if OMP_NUM_THREADS=1, as `make bench` says.
    """
    import numpy as np

    from derivations.gaussian_score.data import digits
    from derivations.gaussian_score.models.mixture import MixtureModel

    model = MixtureModel.from_points(digits())
    for kind in (np.float64, np.float32):
        points = digits().astype(kind)
        for sigma in NOISE:
            x = model.sample(BATCH, np.random.default_rng(0), sigma=sigma).astype(kind)
            products = x @ points.T
            weights, logits = np.empty_like(products), -np.abs(products)
            ours, first, exponentials, second = alternating(
                lambda x=x, sigma=sigma: model.score(x, sigma=sigma),
                lambda x=x, points=points: x @ points.T,
                lambda logits=logits, weights=weights: np.exp(logits, out=weights),
                lambda weights=weights, points=points: weights @ points,
                repeats=repeats,
            )
            parts = [sum(one) for one in zip(first, exponentials, second, strict=True)]
            name = f"score of 1,797 digits, {kind.__name__}, sigma = {sigma:g}"
            ratio = median_ratio(ours, parts)
            yield Row("mixture score", name, min(ours), "s", "its products and exponentials", ratio, GOAL)
