"""The numbers of the theory's card, and references of 40 digits."""

import mpmath as mp
import numpy as np
import pytest

from derivations.scale_mixture_nngp import (
    GIG,
    Gamma,
    HalfCauchy,
    InverseGamma,
    dependence_ratio,
    kurtosis_ratio,
    log_density_of_values,
    log_predictive_density,
    mean_error,
    variance_at_a_test_point,
)


def test_the_kurtosis_is_4_at_shape_5():
    assert kurtosis_ratio(5.0) == 4
    assert dependence_ratio(5.0) == pytest.approx(4 / 3)


@pytest.mark.parametrize("z", [1e-3, 0.7, 30.0])
def test_at_shape_one_half_the_error_is_a_stretched_exponential(z):
    assert mean_error(z, 0.5, 1.3) == pytest.approx(np.exp(-2 * np.sqrt(1.3 * z)), rel=4e-15)


@pytest.mark.parametrize("n", [1, 3, 40])
def test_the_predictive_density_is_the_ratio_of_densities(n):
    Q, D, f, m, r, a, b = 2.7, 0.3, 1.1, 0.4, 0.6, 2.2, 1.7
    more = log_density_of_values(n + 1, Q + (f - m) ** 2 / r, D + np.log(r), a, b)
    ratio = more - log_density_of_values(n, Q, D, a, b)
    assert log_predictive_density(f, m, r, n, Q, a, b) == pytest.approx(ratio, abs=1e-14 * (1 + n))


def test_the_variance_is_calibrated_by_many_data():
    assert variance_at_a_test_point(1.0, 5000, 5000 * 3.1, 2.0, 1.0) == pytest.approx(3.1, rel=1e-3)


def integrated(log_prior, n, Q):
    """ln of the integral over u = ln s of the Gaussian density times the prior, by the trapezoidal rule
    around the peak, whose width sets the step."""
    with mp.workdps(40):
        n, Q = mp.mpf(n), mp.mpf(Q)
        power = lambda u: log_prior(u) + u - n / 2 * (mp.log(2 * mp.pi) + u) - Q / 2 * mp.exp(-u)  # noqa: E731
        peak = mp.findroot(lambda u: mp.diff(power, u), mp.log(Q / n))
        step, top, total = 1 / (10 * mp.sqrt(-mp.diff(power, peak, 2))), power(peak), mp.mpf(1)
        for way in (1, -1):
            k = 1
            while (below := power(peak + way * k * step) - top) > -60:
                total, k = total + mp.exp(below), k + 1
        return top + mp.log(step * total)


A, B, P = mp.mpf("1.7"), mp.mpf("0.6"), mp.mpf("-0.5")
LAWS = {
    "inverse gamma": (
        InverseGamma(1.7, 0.6),
        lambda u: A * mp.log(B) - mp.loggamma(A) - (A + 1) * u - B * mp.exp(-u),
    ),
    "gamma": (Gamma(1.7, 0.6), lambda u: A * mp.log(B) - mp.loggamma(A) + (A - 1) * u - B * mp.exp(u)),
    "gig": (
        GIG(-0.5, 1.7, 0.6),
        lambda u: (
            P / 2 * mp.log(A / B)
            - mp.log(2 * mp.besselk(P, mp.sqrt(A * B)))
            + (P - 1) * u
            - (A * mp.exp(u) + B * mp.exp(-u)) / 2
        ),
    ),
    "half-Cauchy": (HalfCauchy(), lambda u: -mp.log(mp.pi) - u / 2 - mp.log(1 + mp.exp(u))),
}


@pytest.mark.parametrize("n", [1, 7, 150])
@pytest.mark.parametrize("name", LAWS)
def test_densities_against_forty_digits(name, n):
    law, log_prior = LAWS[name]
    exact = float(integrated(log_prior, n, 1.3 * n))
    assert law.log_marginal(n, 1.3 * n) == pytest.approx(exact, rel=1e-13, abs=1e-13)
