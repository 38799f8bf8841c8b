"""The error constant of a sampler, held against those that are known in closed form."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp

from derivations.score_sde.local_error import h, kappa
from derivations.score_sde.samplers import (
    adams2_error_constant,
    ddim_error_constant,
    ddim_local,
    heun_error_constant,
    multistep_error_constant,
)
from theory.validate.trial import Finding


@cache
def _first_step():
    return sp.lambdify(kappa, sp.expand(ddim_local.rhs / h**2))


def _after_a_first_step_of_euler(constant):
    """A method of two nodes has only one at the start: that step's error is of the order of the whole."""
    return lambda kappa_0, kappa_T: constant(kappa_0, kappa_T) + _first_step()(kappa_T)


METHODS = {
    "euler": ("Euler's method in sigma (DDIM)", 1, ddim_error_constant),
    "heun": ("Heun's method in sigma (EDM)", 2, heun_error_constant),
    "dpm++2m": ("DPM-Solver++(2M)", 2, _after_a_first_step_of_euler(multistep_error_constant)),
    "adams2": (
        "the exponential Adams method of two nodes",
        2,
        _after_a_first_step_of_euler(adams2_error_constant),
    ),
}
STEPS = (256, 512)


def error_constants(guarded, problem, drive, order, method: str | None) -> list[Finding]:
    """Which known method has the error constants e of this one: error = e h^p, for steps h in log sigma.

    Extrapolated to h = 0; alike are those that differ by no more than the last correction, over the modes.
    """
    found, p = [], round(order.value)
    for count in STEPS:
        run = drive(guarded, problem, problem.even_grid(count), f"with {count} steps even in log sigma")
        gone = run.relative(problem)
        if np.any(gone <= -1):
            return []
        step = np.log(problem.sigma_max / problem.sigma_min) / count
        found.append(np.log1p(gone) / step**p)
    measured = 2 * found[1] - found[0]  # the next term falls like the step
    bound = float(np.linalg.norm(measured - found[1]) / np.linalg.norm(measured))
    shares = [level**2 / (problem.lam + level**2) for level in (problem.sigma_min, problem.sigma_max)]
    apart = {}
    for name, (_, its_order, constant) in METHODS.items():
        if its_order == p:
            aim = constant(*shares)
            apart[name] = float(np.linalg.norm(measured - aim) / np.linalg.norm(aim))
    evidence = {"constants": measured, "order": p, "apart": apart, "bound": bound}
    if method is not None:
        return _against(method, p, apart, bound, evidence)
    like = min(apart, key=apart.get, default=None)
    if like is None or apart[like] > bound:
        return []
    said = (
        f"on steps even in log sigma its error constants are those of {METHODS[like][0]}: {apart[like]:.1g} "
        f"apart, relative, over the modes"
    )
    return [Finding("error constant", said, {"method": like, **evidence}, defect=False)]


def _against(method, p, apart, bound, evidence) -> list[Finding]:
    name, order, _ = METHODS[method]
    if order != p:
        said = f"it is of order {p}, and {name} of order {order}"
        return [Finding("error constant", said, evidence)]
    said = (
        f"on steps even in log sigma its error constants are {apart[method]:.2g} apart, relative, from those "
        f"of {name}; {bound:.2g} is the bound, the last correction of their extrapolation"
    )
    return [Finding("error constant", said, evidence, defect=not apart[method] <= bound)]
