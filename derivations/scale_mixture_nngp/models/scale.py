"""Laws of the scale: priors, and the posteriors that values of the process make of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import erfcx, gammaln, logsumexp

from theory.closed_form.branch import Formula

from .. import bessel_family
from ..bessel_family import gamma_log_density_of_values, gig_log_density
from ..convergence import gamma_mean_error, mean_error, mean_weighted_error
from ..discrete_scales import log_odds_of_scales
from ..half_cauchy import half_cauchy_log_density
from ..moments import mean_scale
from ..student_t import log_density_of_values
from .numeric import log_integral, nodes

_TINY = float(np.finfo(float).tiny)
_GIG = (bessel_family.nu, bessel_family.alpha, bessel_family.beta)
_WEIGHT = Formula(bessel_family.log_normaliser).function(_GIG, "numpy")
_MEAN = Formula(bessel_family.mean_from_below).function(_GIG, "numpy")


def gig_log_weight(p, alpha, beta):
    """ln of the integral of s^(p-1) exp(-(alpha s + beta/s)/2)."""
    return _WEIGHT(p, np.asarray(alpha, dtype=float), beta)[0]


def positive(owner: str, **values: float) -> None:
    """ValueError for what is not a finite number above 0."""
    for name, value in values.items():
        if not (np.ndim(value) == 0 and np.isfinite(value) and value > 0):
            raise ValueError(f"{owner}: {name} = {value!r}, needs a finite number > 0")


class ScaleLaw:
    """A law of the scale s > 0. What is not overridden is a quadrature in ln s, to about 1e-13.

    ``log_density(s)`` is all that a new law needs.
    """

    def log_density(self, s):
        """ln of the density at s."""
        raise NotImplementedError

    def log_marginal(self, n: int, Q, log_det: float = 0.0):
        """The log-density of n values with quadratic form Q (any shape) and log-determinant ``log_det``."""
        extra = -n / 2 * np.log(2 * np.pi) - log_det / 2
        one = lambda q: log_integral(lambda u: self._at(u) - n / 2 * u - q / 2 * np.exp(-u))  # noqa: E731
        return extra + np.vectorize(one, otypes=[float])(Q)[()]

    def _at(self, u):
        """The log-density of ln s."""
        return self.log_density(np.exp(u)) + u

    def posterior(self, n: int, Q: float) -> ScaleLaw:
        """The law of s, given n values with quadratic form Q."""
        return Tilted(self, n, Q)

    def expectation(self, function) -> float:
        """The mean of ``function(s)``, an array of s to an array."""
        u, weights = nodes(self._at)
        weights = np.exp(weights - logsumexp(weights))
        return float(np.sum(weights * function(np.exp(u))))

    @property
    def mean(self) -> float:
        """E s; infinite where it diverges."""
        return self.expectation(lambda s: s)

    def laplace(self, z):
        """E exp(-z s), for z >= 0."""
        return self._transform(z, 0)

    def laplace_weighted(self, z):
        """E s exp(-z s), for z >= 0."""
        return self._transform(z, 1)

    def _transform(self, z, power):
        z = np.asarray(z, dtype=float)
        one = lambda x: np.exp(log_integral(lambda u: self._at(u) + power * u - x * np.exp(u)))  # noqa: E731
        return np.vectorize(one, otypes=[float])(z)[()]

    def sample(self, rng: np.random.Generator, size=None):
        """Draws of s, by inversion of the distribution on the quadrature's nodes."""
        u, weights = nodes(self._at, 20_001)
        total = np.cumsum(np.exp(weights - logsumexp(weights)))
        return np.exp(np.interp(rng.random(size), total / total[-1], u))


@dataclass(frozen=True)
class InverseGamma(ScaleLaw):
    """s ~ IG(a, b), density b^a/Gamma(a) s^(-a-1) exp(-b/s): values are Student-t with 2a degrees of freedom.

    H. Lee, E. Yun, H. Yang, J. Lee (2021). ValueError unless a > 0 and b > 0.
    """

    a: float
    b: float

    def __post_init__(self):
        positive("InverseGamma", a=self.a, b=self.b)

    def log_density(self, s):
        s = np.asarray(s, dtype=float)
        return self.a * np.log(self.b) - gammaln(self.a) - (self.a + 1) * np.log(s) - self.b / s

    def log_marginal(self, n, Q, log_det=0.0):
        return _marginal(log_density_of_values, n, Q, log_det, a=self.a, b=self.b)

    def posterior(self, n, Q):
        return InverseGamma(self.a + n / 2, self.b + Q / 2)

    @property
    def mean(self):
        return float(mean_scale(self.a, self.b)) if self.a > 1 else np.inf

    def laplace(self, z):
        return _at_zero(z, 1.0, lambda z: mean_error(z, self.a, self.b))

    def laplace_weighted(self, z):
        return _at_zero(z, self.mean, lambda z: mean_weighted_error(z, self.a, self.b))

    def sample(self, rng, size=None):
        return self.b / rng.gamma(self.a, size=size)


@dataclass(frozen=True)
class GIG(ScaleLaw):
    """Generalised inverse Gaussian, density proportional to s^(p-1) exp(-(alpha s + beta/s)/2).

    p = -1/2: normal-inverse-Gaussian values. ValueError unless alpha > 0, beta > 0 and p is finite.
    """

    p: float
    alpha: float
    beta: float

    def __post_init__(self):
        positive("GIG", alpha=self.alpha, beta=self.beta)
        if not np.isfinite(self.p):
            raise ValueError(f"GIG: p = {self.p!r}, needs a finite number")

    @property
    def _log_weight(self):
        return gig_log_weight(self.p, self.alpha, self.beta)

    def log_density(self, s):
        s = np.asarray(s, dtype=float)
        return (self.p - 1) * np.log(s) - (self.alpha * s + self.beta / s) / 2 - self._log_weight

    def log_marginal(self, n, Q, log_det=0.0):
        return _marginal(gig_log_density, n, Q, log_det, nu=self.p, alpha=self.alpha, beta=self.beta)

    def posterior(self, n, Q):
        return GIG(self.p - n / 2, self.alpha, self.beta + Q)

    @property
    def mean(self):
        if self.p < -1.5:
            return float(_MEAN(self.p, self.alpha, self.beta)[0])
        up = gig_log_weight(self.p + 1, self.alpha, self.beta)
        return float(np.exp(up - self._log_weight))

    def laplace(self, z):
        z = np.asarray(z, dtype=float)
        return np.exp(gig_log_weight(self.p, self.alpha + 2 * z, self.beta) - self._log_weight)

    def laplace_weighted(self, z):
        z = np.asarray(z, dtype=float)
        return np.exp(gig_log_weight(self.p + 1, self.alpha + 2 * z, self.beta) - self._log_weight)

    def sample(self, rng, size=None):
        from scipy.stats import geninvgauss

        x = np.sqrt(self.alpha * self.beta)
        return np.sqrt(self.beta / self.alpha) * geninvgauss.rvs(self.p, x, size=size, random_state=rng)


@dataclass(frozen=True)
class Gamma(ScaleLaw):
    """s ~ Gamma(a, rate b): variance-gamma values; a = 1 is the multivariate Laplace distribution.

    ValueError unless a > 0 and b > 0.
    """

    a: float
    b: float

    def __post_init__(self):
        positive("Gamma", a=self.a, b=self.b)

    def log_density(self, s):
        s = np.asarray(s, dtype=float)
        return self.a * np.log(self.b) - gammaln(self.a) + (self.a - 1) * np.log(s) - self.b * s

    def log_marginal(self, n, Q, log_det=0.0):
        Q = np.asarray(Q, dtype=float)
        with np.errstate(divide="ignore"):
            # at the kernel's centre the density is finite for a > n/2 only
            centre = gammaln(self.a - n / 2) - gammaln(self.a) + n / 2 * np.log(self.b / (2 * np.pi))
        centre = centre - log_det / 2 if self.a > n / 2 else np.inf
        found = _marginal(
            gamma_log_density_of_values, n, np.where(Q > 0, Q, 1.0), log_det, a=self.a, b=self.b
        )
        return np.where(Q > 0, found, centre)[()]

    def posterior(self, n, Q):
        return GIG(self.a - n / 2, 2 * self.b, Q) if Q > 0 else Tilted(self, n, Q)

    @property
    def mean(self):
        return self.a / self.b

    def laplace(self, z):
        return _at_zero(z, 1.0, lambda z: gamma_mean_error(z, self.a, self.b))

    def laplace_weighted(self, z):
        return self.mean * Gamma(self.a + 1, self.b).laplace(z)

    def sample(self, rng, size=None):
        return rng.gamma(self.a, size=size) / self.b


@dataclass(frozen=True)
class HalfCauchy(ScaleLaw):
    """sqrt(s) half-Cauchy with the scale ``scale``. ValueError unless scale > 0."""

    scale: float = 1.0

    def __post_init__(self):
        positive("HalfCauchy", scale=self.scale)

    def log_density(self, s):
        unit = np.asarray(s, dtype=float) / self.scale**2
        return -np.log(np.pi * np.sqrt(unit) * (1 + unit)) - 2 * np.log(self.scale)

    def log_marginal(self, n, Q, log_det=0.0):
        c = self.scale**2
        return _marginal(half_cauchy_log_density, n, np.asarray(Q) / c, log_det + n * np.log(c))

    @property
    def mean(self):
        return np.inf

    def laplace(self, z):
        return erfcx(self.scale * np.sqrt(np.asarray(z, dtype=float)))

    def laplace_weighted(self, z):
        # minus the derivative of exp(x) erfc(sqrt(x)), x = scale^2 z
        x = self.scale**2 * np.asarray(z, dtype=float)
        with np.errstate(divide="ignore"):
            return self.scale**2 * (1 / np.sqrt(np.pi * x) - erfcx(np.sqrt(x)))

    def sample(self, rng, size=None):
        return (self.scale * np.tan(np.pi / 2 * rng.random(size))) ** 2


@dataclass(frozen=True)
class LogNormal(ScaleLaw):
    """ln s normal, mean ``mu``, standard deviation ``sigma``: by quadrature. ValueError unless sigma > 0."""

    mu: float = 0.0
    sigma: float = 1.0

    def __post_init__(self):
        positive("LogNormal", sigma=self.sigma)
        if not np.isfinite(self.mu):
            raise ValueError(f"LogNormal: mu = {self.mu!r}, needs a finite number")

    def log_density(self, s):
        u = np.log(np.asarray(s, dtype=float))
        return self._at(u) - u

    def _at(self, u):
        return -(((u - self.mu) / self.sigma) ** 2) / 2 - np.log(self.sigma * np.sqrt(2 * np.pi))

    @property
    def mean(self):
        return float(np.exp(self.mu + self.sigma**2 / 2))

    def sample(self, rng, size=None):
        return np.exp(rng.normal(self.mu, self.sigma, size))


class Discrete(ScaleLaw):
    """Scales (J,) with ``weights`` (J,), which are normalised: a finite mixture of Gaussian processes.

    ValueError for scales or weights that are not positive, or of different numbers.
    """

    def __init__(self, scales, weights=None):
        self.scales = np.asarray(scales, dtype=float)
        weights = np.ones_like(self.scales) if weights is None else np.asarray(weights, dtype=float)
        if self.scales.ndim != 1 or not len(self.scales) or weights.shape != self.scales.shape:
            raise ValueError(
                f"Discrete: scales {self.scales.shape} and weights {weights.shape}, need one shape (J,)"
            )
        for name, values in (("scales", self.scales), ("weights", weights)):
            if not (np.all(np.isfinite(values)) and np.all(values > 0)):
                raise ValueError(f"Discrete: {name} = {values}, need finite numbers > 0")
        self._log_weights = np.log(weights) - logsumexp(np.log(weights))

    @classmethod
    def _of(cls, scales, log_weights):
        new = cls(scales)
        new._log_weights = log_weights - logsumexp(log_weights)
        return new

    @property
    def weights(self):
        return np.exp(self._log_weights)

    def __repr__(self):
        return f"Discrete(scales={self.scales.tolist()}, weights={self.weights.tolist()})"

    def log_density(self, s):
        raise ValueError("Discrete: a few scales have weights, no density")

    def log_marginal(self, n, Q, log_det=0.0):
        Q = np.asarray(Q, dtype=float)[..., None]
        terms = self._log_weights - n / 2 * np.log(2 * np.pi * self.scales) - Q / (2 * self.scales)
        return logsumexp(terms, axis=-1) - log_det / 2

    def posterior(self, n, Q):
        odds = log_odds_of_scales(n=n, Q=max(Q, _TINY), s_1=self.scales, s_2=self.scales[0], w_1=1.0, w_2=1.0)
        return Discrete._of(self.scales, self._log_weights + odds)

    def expectation(self, function):
        return float(np.sum(self.weights * function(self.scales)))

    def _transform(self, z, power):
        z = np.asarray(z, dtype=float)
        return np.exp(-z[..., None] * self.scales) @ (self.weights * self.scales**power)

    def sample(self, rng, size=None):
        return rng.choice(self.scales, size=size, p=self.weights)


class Tilted(ScaleLaw):
    """What n values with quadratic form Q make of a ``prior``: its density times s^(-n/2) exp(-Q/(2 s))."""

    def __init__(self, prior: ScaleLaw, n: int, Q: float):
        self.prior, self.n, self.Q = prior, n, float(Q)
        self._constant = prior.log_marginal(n, self.Q) + n / 2 * np.log(2 * np.pi)

    def __repr__(self):
        return f"Tilted({self.prior!r}, n={self.n}, Q={self.Q:.6g})"

    def log_density(self, s):
        s = np.asarray(s, dtype=float)
        return self.prior.log_density(s) - self.n / 2 * np.log(s) - self.Q / (2 * s) - self._constant

    def _at(self, u):
        return self.prior._at(u) - self.n / 2 * u - self.Q / 2 * np.exp(-u) - self._constant

    def log_marginal(self, n, Q, log_det=0.0):
        both = self.prior.log_marginal(self.n + n, self.Q + np.asarray(Q), log_det)
        return both - self.prior.log_marginal(self.n, self.Q)

    def posterior(self, n, Q):
        return Tilted(self.prior, self.n + n, self.Q + Q)


def _marginal(form, n, Q, log_det, **parameters):
    """A closed form of (n, Q, D) at Q >= 0, where a Q of 0 counts as the smallest normal number."""
    Q = np.maximum(np.asarray(Q, dtype=float), _TINY)
    return np.asarray(form(n=n, Q=Q, D=0.0, **parameters))[()] - np.asarray(log_det) / 2


def _at_zero(z, limit, function):
    z = np.asarray(z, dtype=float)
    if np.any(z < 0):
        raise ValueError(f"z = {np.min(z)}: the Laplace transform needs z >= 0")
    return np.where(z > 0, function(np.where(z > 0, z, 1.0)), limit)[()]
