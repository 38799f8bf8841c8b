"""Closed forms of scale mixtures held against finite networks, weighed draws and trained ensembles."""

from __future__ import annotations

from theory.comparison import Comparison
from theory.tolerance import FiniteSize, MonteCarlo

from .bessel_family import gamma_log_density_of_values, gig_log_density
from .convergence import gamma_mean_error, mean_error
from .discrete_scales import log_odds_of_scales
from .half_cauchy import half_cauchy_log_density
from .moments import dependence_ratio, variance_of_a_value
from .posterior import posterior_mean_scale, variance_at_a_test_point
from .simulation.bayes import (
    evidence_of_gamma,
    evidence_of_gig,
    evidence_of_half_cauchy,
    evidence_of_inverse_gamma,
    odds_of_scales,
    posterior_scale,
    posterior_variance,
)
from .simulation.network import (
    dependence_of_outputs,
    outputs_of_last_layer,
    outputs_outside,
    variance_of_outputs,
    waves_of_outputs,
)
from .simulation.training import gamma_errors, mean_errors, mean_losses, values_at_the_end
from .student_t import log_density_of_values, tail_of_two_values
from .trained_ensemble import loss_of_the_ensemble

# Networks of growing width: their discrepancy falls as 1/width.
WIDTHS = FiniteSize(1, (8, 16, 32, 64))
LEVELS = (0.5, 2.0, 8.0)
tails_of_networks = Comparison(tail_of_two_values, outputs_outside, {"q": LEVELS, "a": 2.0, "b": 1.5}, WIDTHS)
waves_of_networks = Comparison(mean_error, waves_of_outputs, {"a": 1.4, "b": 0.9}, WIDTHS)
variance_of_networks = Comparison(
    variance_of_a_value, variance_of_outputs, {"a": 9.0, "b": 5.0}, MonteCarlo()
)
dependence_in_networks = Comparison(
    dependence_ratio, dependence_of_outputs, {"a": 5.5}, FiniteSize(1, (8, 16, 32))
)
last_layer_by_descent = Comparison(
    tail_of_two_values, outputs_of_last_layer, {"q": LEVELS, "a": 2.0, "b": 1.5}, WIDTHS
)

# Nothing but the prior and the likelihood: evidence and posterior, with noise that has the scale.
IG = {"a": 2.5, "b": 1.4}
evidence_by_draws = Comparison(log_density_of_values, evidence_of_inverse_gamma, IG, MonteCarlo())
gamma_evidence_by_draws = Comparison(
    gamma_log_density_of_values, evidence_of_gamma, {"a": 1.7, "b": 0.4}, MonteCarlo()
)
gig_evidence_by_draws = Comparison(
    gig_log_density, evidence_of_gig, {"nu": -1.2, "alpha": 4.0, "beta": 0.6}, MonteCarlo()
)
half_cauchy_evidence_by_draws = Comparison(half_cauchy_log_density, evidence_of_half_cauchy, {}, MonteCarlo())
scale_by_draws = Comparison(posterior_mean_scale, posterior_scale, IG, MonteCarlo())
variance_by_draws = Comparison(variance_at_a_test_point, posterior_variance, IG, MonteCarlo())
odds_by_draws = Comparison(
    log_odds_of_scales, odds_of_scales, {"s_1": 0.4, "s_2": 1.5, "w_1": 0.7, "w_2": 0.3}, MonteCarlo()
)

# Trained ensembles: a scale and a start for each network, then gradient flow.
errors_by_training = Comparison(mean_error, mean_errors, {"a": 1.6, "b": 0.9}, MonteCarlo())
gamma_errors_by_training = Comparison(gamma_mean_error, gamma_errors, {"a": 1.6, "b": 0.9}, MonteCarlo())
losses_by_training = Comparison(loss_of_the_ensemble, mean_losses, {"a": 3.0, "b": 1.7}, MonteCarlo())
ends_by_training = Comparison(
    tail_of_two_values, values_at_the_end, {"q": LEVELS, "a": 2.0, "b": 1.5}, MonteCarlo()
)
