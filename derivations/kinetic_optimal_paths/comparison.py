"""Closed forms of kinetic-optimal paths held against drawn velocities and minimised energies."""

from __future__ import annotations

from theory.comparison import Comparison
from theory.tolerance import Discretisation, MonteCarlo

from .chord import chord_radius
from .finite_data import sum_of_errors, sum_rule
from .models.separation import TwoPoints
from .simulation.gaussian import (
    best_noise,
    best_radius,
    best_share,
    best_signal,
    circle_length,
    cond_ot_of_modes,
    cosine_of_modes,
    least_energy,
)
from .simulation.points import cond_ot_on_pair, cosine_on_pair, error_of_few_points, error_on_pair
from .standard import cond_ot_energy, cond_ot_mode_energy, cosine_energy, cosine_mode_energy
from .two_levels import (
    two_level_energy,
    two_level_noise,
    two_level_share,
    two_level_signal,
    two_level_stretched_angle,
    two_level_total_angle,
)
from .two_points import two_point_mmse

# Points, by draws: the M of two points in four dimensions is the integral of their known error.
PAIR = {"M": TwoPoints(4).M.value}
cond_ot_by_draws = Comparison(cond_ot_energy, cond_ot_on_pair, PAIR, MonteCarlo())
cosine_by_draws = Comparison(cosine_energy, cosine_on_pair, PAIR, MonteCarlo())
error_by_draws = Comparison(two_point_mmse, error_on_pair, {"omega": (0.3, 1.0, 2.0)}, MonteCarlo())
sum_rule_by_draws = Comparison(sum_of_errors, error_of_few_points, {}, MonteCarlo(), covers=(sum_rule,))

# Gaussian data, by quadrature of the velocity's mean square.
SECOND = Discretisation(2, (1 / 64, 1 / 128, 1 / 256, 1 / 512))
cond_ot_by_quadrature = Comparison(cond_ot_mode_energy, cond_ot_of_modes, {}, SECOND)
cosine_by_quadrature = Comparison(cosine_mode_energy, cosine_of_modes, {}, SECOND)
angle_by_quadrature = Comparison(two_level_stretched_angle, circle_length, {}, SECOND)

# The least energy of a path of N steps, by L-BFGS: neither the chord nor what it conserves is assumed.
STEPS = Discretisation(2, (1 / 8, 1 / 16, 1 / 32, 1 / 64))
energy_by_descent = Comparison(two_level_energy, least_energy, {}, STEPS)
signal_by_descent = Comparison(two_level_signal, best_signal, {}, STEPS)
noise_by_descent = Comparison(two_level_noise, best_noise, {}, STEPS)
share_by_descent = Comparison(two_level_share, best_share, {}, STEPS)
radius_by_descent = Comparison(
    chord_radius, best_radius, {"Phi": float(two_level_total_angle(2.5, 0.4))}, STEPS
)
