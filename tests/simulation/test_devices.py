"""Comparisons give the same verdict on every array library, and at the scale that is meant for a GPU."""

import pytest

from theory.catalogue import find, names
from theory.growth import rungs
from theory.simulation import generator, namespace

LIBRARIES = ("jax", "torch")

QUICK = {
    "deep_kernel_machines": "determinant_at_width",
    "deep_linear": "spectrum_of_a_tree",
    "feature_learning_limits": "tangent_steps",
    "finite_deep_linear_bayes": "outputs_by_weights",
    "gaussian_score": "variance_of_reverse_sde",
    "high_dim_generalization": "squares_of_data",
    "kinetic_optimal_paths": "cond_ot_by_quadrature",
    "nngp_ntk": "one_layer_covariance",
    "rg_flow": "two_linear_neurons",
    "scale_mixture_nngp": "scale_by_draws",
    "score_sde": "euler_maruyama",
    "stochastic_interpolants": "mean_by_steps",
    "wide_deep_optimal": "diagonal_by_layers",
}
"""One of each theory; the others below are one of each further module of simulations."""

SLOW = {
    "deep_kernel_machines": ("kurtosis_at_width",),
    "deep_linear": ("shallow_training", "rate_allowed_by_curvature", "isometry_of_a_product"),
    "feature_learning_limits": ("coordinate_check", "learning_rate_transfer", "mean_field_limit"),
    "finite_deep_linear_bayes": ("scale_by_chains", "own_filters"),
    "gaussian_score": (
        "score_by_regression",
        "estimate_on_circle",
        "evaluations_of_heun",
        "bias_learning",
        "variance_by_sampling",
        "far_field_of_two_laws",
    ),
    "high_dim_generalization": ("modes_on_digits", "three_layers"),
    "kinetic_optimal_paths": ("cond_ot_by_draws",),
    "nngp_ntk": ("sign_pairs", "moments_of_ensemble", "tails_of_nngp"),
    "rg_flow": ("variance_of_logarithm", "gamma_information"),
    "scale_mixture_nngp": ("variance_of_networks", "errors_by_training"),
    "score_sde": ("kernel_of_vp", "heun_certificate"),
    "stochastic_interpolants": ("mixture_by_draws", "bridge_by_draws"),
    "wide_deep_optimal": ("shares_of_a_vote", "one_hidden_layer"),
}
FEW_NUMBERS = {
    "deep_linear": {"steps_to_learn"},
    "gaussian_score": {
        *("calls", "emerging", "estimate", "mean_in_window", "off_the_plane", "perturbed", "trajectory")
    },
    "kinetic_optimal_paths": {"minimised"},
    "score_sde": {"kernel", "likelihood", "score_matching"},
    "stochastic_interpolants": {
        *("divergence_of_step", "euler_maruyama", "merged", "midpoint_flow", "time_in_steps")
    },
    "wide_deep_optimal": {
        *("deep", "diagonal", "distances", "kriged", "local_slope", "logarithms", "ridgeless", "settled"),
        "tangent_at_depth",
    },
}
"""Simulations of a few numbers, or of many digits, that NumPy, SciPy or mpmath compute for every library."""

TOO_LONG = {"deep_linear": ("edge_of_chaos",)}
"""Modules of simulations that take minutes on any library."""

LARGE = {
    "nngp_ntk": "one_layer_covariance",
    "score_sde": "euler_maruyama",
    "stochastic_interpolants": "modes_by_bisection",
}
"""Comparisons that a CPU does at the scale "gpu" too."""

EACH = [
    *[pytest.param(theory, name, id=f"{theory}-{name}") for theory, name in QUICK.items()],
    *[
        pytest.param(theory, name, id=f"{theory}-{name}", marks=pytest.mark.slow)
        for theory, several in SLOW.items()
        for name in several
    ],
]


@pytest.mark.parametrize("backend", LIBRARIES)
@pytest.mark.parametrize(("theory", "name"), EACH)
def test_the_verdict_is_that_of_numpy(theory, name, backend):
    """Of the prediction, and of one that is half as large again."""
    pytest.importorskip(backend)
    comparison = find(theory).comparisons[name]

    def larger(**arguments):
        found = comparison.prediction(**arguments)
        return tuple(1.5 * x for x in found) if isinstance(found, tuple) else 1.5 * found

    expected = comparison.run(seed=1)
    found = comparison.run(seed=1, backend=backend, device="cpu")
    assert (found.backend, found.device, found.seed) == (backend, "cpu", 1)
    assert found.holds and expected.holds and found.components == expected.components
    assert not comparison.verdict_of(larger).holds


def module_of(comparison) -> str:
    """Where the simulation's function lives."""
    run = comparison.simulation.run
    return getattr(run, "func", run).__module__.rpartition(".")[2]


def test_every_module_of_simulations_is_run_on_every_library():
    for theory in names():
        comparisons = find(theory).comparisons
        run = {module_of(comparisons[name]) for name in (QUICK[theory], *SLOW.get(theory, ()))}
        assert {module_of(c) for c in comparisons.values()} == run | set(TOO_LONG.get(theory, ())), theory


def small(comparison) -> dict:
    """Settings at which a simulation is quick."""
    simulation, tolerance = comparison.simulation, comparison.tolerance
    settings = simulation.accepted(comparison.at) | simulation.settings("laptop")
    if tolerance.ladder:
        settings[tolerance.varies] = rungs(comparison, settings)[1][0]
    most = {"replicates": 4} | dict.fromkeys(("samples", "draws", "networks", "chains", "trajectories"), 64)
    return settings | {name: min(settings[name], top) for name, top in most.items() if name in settings}


@pytest.mark.slow
@pytest.mark.parametrize("theory", names())
def test_simulations_compute_on_the_library_asked_for(theory):
    """All but those of a few numbers, so that a GPU has the work."""
    pytest.importorskip("torch")
    elsewhere = set()
    for comparison in find(theory).comparisons.values():
        run = comparison.simulation.run
        found = comparison.simulation.measure(
            xp=namespace("torch"), rng=generator(0), progress=None, **small(comparison)
        )
        if found.by != "torch":
            elsewhere.add(getattr(run, "func", run).__name__)
    assert elsewhere == FEW_NUMBERS.get(theory, set())


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["numpy", *LIBRARIES])
@pytest.mark.parametrize(("theory", "name"), LARGE.items())
def test_the_scale_of_a_gpu_runs_on_a_cpu(theory, name, backend):
    pytest.importorskip(backend)
    verdict = find(theory).comparisons[name].run(seed=1, backend=backend, scale="gpu")
    assert verdict.holds and verdict.scale == "gpu" and verdict.device == "cpu"
