"""Closed forms of score-based diffusion held against integrated equations, chains and samplers."""

from __future__ import annotations

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import Discretisation, MonteCarlo

from .ancestral import ddpm_variance
from .annealed import smld_next_variance, smld_noise
from .flow import probability_flow
from .kernels import sub_vp_sigma2, ve_sigma2, vp_alpha, vp_sigma2
from .langevin import langevin_variance
from .likelihood import divergence_integral, mode_log_likelihood, prior_log_likelihood
from .local_error import accumulation
from .predictor_corrector import pc2_error_constant, pc3_error_constant
from .prior import gaussian_kl
from .reverse_sde import reverse_noise, reverse_step
from .samplers import (
    adams2_error_constant,
    adams3_error_constant,
    ddim_error_constant,
    heun_error_constant,
    multistep_error_constant,
)
from .simulation.chains import ddpm_chain, forward_regression, langevin_chain, reverse_variance, smld_chain
from .simulation.flow import likelihood_code, noised_point, score_matching_loss
from .simulation.process import BETA, SIGMA
from .simulation.samplers import (
    adams2_run,
    adams3_run,
    ddim_run,
    heun_run,
    multistep_run,
    pc2_run,
    pc3_run,
)


def kernel(process: str, t):
    """Signal level and noise variance of a process of the simulations, by name."""
    if process == "VE":
        return np.ones_like(t), ve_sigma2(t, *SIGMA)
    return vp_alpha(t, *BETA), (vp_sigma2 if process == "VP" else sub_vp_sigma2)(t, *BETA)


def flow_and_likelihood(process, prior2, t, x_s, lam, mu):
    """What likelihood code finds at the times t: modes, integrated divergence, log-likelihoods."""
    alpha, sigma2 = (level[:, None] for level in kernel(process, t))
    modes = probability_flow(x_s, lam, mu, alpha, sigma2, 1.0, 0.0)
    gathered = divergence_integral(lam, alpha, sigma2, 1.0, 0.0).sum(-1)
    value = mode_log_likelihood(x_s, lam, mu).sum()
    by_prior = prior_log_likelihood(x_s, lam, mu, alpha, sigma2, 1.0, 0.0, prior2).sum(-1)
    return np.column_stack([modes, gathered, np.full_like(gathered, value), by_prior])


def decline_of_divergence(process, t, v, v_q, delta):
    """By how much the divergence of two Gaussians has fallen at the times t."""
    alpha, sigma2 = kernel(process, t)
    noisy = (alpha**2 * level + sigma2 for level in (v, v_q))
    return gaussian_kl(v, v_q, delta) - gaussian_kl(*noisy, alpha * delta)


def mode_on_its_path(process, t, lam):
    """The variance of a noised mode at the times t."""
    alpha, sigma2 = kernel(process, t)
    return alpha**2 * np.asarray(lam) + sigma2


def smld_variance(lam, sigmas):
    """The variance SMLD's ancestral sampler generates, step by step."""
    lam, squares = np.asarray(lam), np.asarray(sigmas) ** 2
    variance = lam + squares[-1]
    for here, below in zip(squares[:0:-1], squares[-2::-1], strict=True):
        variance = smld_next_variance(variance, smld_noise(here, below), here, below, lam)
    return variance


def reverse_law(lam, alpha, sigma2, alpha_next, sigma2_next, **_):
    """Slope and variance of the reverse step between two levels."""
    levels = (lam, alpha, sigma2, alpha_next, sigma2_next)
    return reverse_step(*levels), reverse_noise(*levels)


# Equations of motion, by methods of order 5 and 3; the noise of VE grows fast.
FIFTH = Discretisation(5, (1 / 32, 1 / 64, 1 / 128))
THIRD = Discretisation(3, (1 / 64, 1 / 128, 1 / 256, 1 / 512))
THIRD_FOR_VE = Discretisation(3, (1 / 128, 1 / 256, 1 / 512, 1 / 1024))
kernel_of_ve = Comparison(kernel, noised_point, {"process": "VE"}, FIFTH)
kernel_of_vp = Comparison(kernel, noised_point, {"process": "VP"}, FIFTH)
kernel_of_sub_vp = Comparison(kernel, noised_point, {"process": "sub-VP"}, FIFTH)
likelihood_of_ve = Comparison(
    flow_and_likelihood, likelihood_code, {"process": "VE", "prior2": 2.5}, THIRD_FOR_VE
)
likelihood_of_vp = Comparison(flow_and_likelihood, likelihood_code, {"process": "VP", "prior2": 2.5}, THIRD)
likelihood_of_sub_vp = Comparison(
    flow_and_likelihood, likelihood_code, {"process": "sub-VP", "prior2": 2.5}, THIRD
)
score_matching_of_two_gaussians = Comparison(
    decline_of_divergence, score_matching_loss, {"process": "VP", "v": 0.7, "v_q": 1.6, "delta": 0.5}, THIRD
)

# Chains.
LAM = (0.05, 0.3, 1.0, 4.0)
BETAS = tuple((0.1 + 19.9 * i / 20) / 20 * 0.9 for i in range(1, 21))
ddpm_with_beta = Comparison(
    ddpm_variance, ddpm_chain, {"lam": LAM, "betas": BETAS, "noise": "beta"}, MonteCarlo()
)
ddpm_with_beta_tilde = Comparison(
    ddpm_variance, ddpm_chain, {"lam": LAM, "betas": BETAS, "noise": "beta_tilde"}, MonteCarlo()
)
smld_with_its_noise = Comparison(
    smld_variance, smld_chain, {"lam": LAM, "sigmas": tuple(np.geomspace(0.1, 10, 12))}, MonteCarlo()
)
langevin_corrector = Comparison(
    langevin_variance, langevin_chain, {"v": 0.8, "epsilon": (0.05, 0.5, 1.0, 1.4), "V0": 2.0, "n": 12},
    MonteCarlo(),
)  # fmt: skip
reverse_steps = Comparison(
    reverse_law, forward_regression, {"lam": 0.6, "betas": BETAS[:10], "clean": 4}, MonteCarlo()
)
euler_maruyama = Comparison(
    mode_on_its_path, reverse_variance, {"process": "VP", "lam": LAM},
    Discretisation(1, (1 / 160, 1 / 320, 1 / 640, 1 / 1280)),
)  # fmt: skip


# Samplers: the error in units of h^p tends to its constant, at first order. Of DDIM the h^2 term
# vanishes, and its constant is reached at second order.
LADDER = (1 / 16, 1 / 32, 1 / 64, 1 / 128)
TO_FIRST, TO_SECOND = Discretisation(1, LADDER), Discretisation(2, LADDER)
COVERS = {"covers": (accumulation,)}
ddim_certificate = Comparison(ddim_error_constant, ddim_run, {}, TO_SECOND, **COVERS)
heun_certificate = Comparison(heun_error_constant, heun_run, {}, TO_FIRST, **COVERS)
multistep_certificate = Comparison(multistep_error_constant, multistep_run, {}, TO_FIRST, **COVERS)
adams2_certificate = Comparison(adams2_error_constant, adams2_run, {}, TO_FIRST, **COVERS)
adams3_certificate = Comparison(adams3_error_constant, adams3_run, {}, TO_FIRST, **COVERS)
pc2_certificate = Comparison(pc2_error_constant, pc2_run, {}, TO_FIRST, **COVERS)
pc3_certificate = Comparison(pc3_error_constant, pc3_run, {}, TO_FIRST, **COVERS)
