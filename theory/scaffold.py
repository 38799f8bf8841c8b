"""A new theory: a folder with a small result that already passes its checks."""

from __future__ import annotations

import importlib
import keyword
import os
import re
import shutil
from pathlib import Path


class BadName(ValueError):
    """A name that no theory can have, or one that is taken; the message says what to do."""


def scaffold(name: str, package: str = "derivations") -> Path:
    """Write the folder of a new theory and return it.

    It goes into ``package``; a package that does not exist is made in the current folder. The folder
    appears whole or not at all. `BadName` for a name that is no lower-case identifier or is taken.
    """
    for word, what in ((name, "theory"), (package, "package")):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", word) or keyword.iskeyword(word):
            raise BadName(f"{word!r} cannot name a {what}: use a lower-case identifier such as spin_glass")
    home = _home(package)
    folder = home / name
    if folder.exists():
        raise BadName(f"{folder} exists already: choose another name, or remove it first")
    home.mkdir(exist_ok=True)
    if not (home / "__init__.py").exists():
        (home / "__init__.py").write_text(f'"""Theories of {package}, one folder each."""\n')
    part = home / f".{name}.{os.getpid()}.part"
    try:
        part.mkdir()
        title = name.replace("_", " ").capitalize()
        for file, text in _FILES.items():
            (part / file).write_text(text.lstrip().replace("TITLE", title).replace("NAME", name), "utf-8")
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    importlib.invalidate_caches()
    return folder


def _home(package: str) -> Path:
    """The folder of a package, which may not exist yet."""
    try:
        return Path(next(iter(importlib.import_module(package).__path__)))
    except ModuleNotFoundError:
        return Path.cwd() / package


_FILES = {
    "__init__.py": '''
"""TITLE.

One paragraph: what is solved, under which assumptions, and what follows. The example is one weight
that decays by gradient flow; replace it.

Main result: `weight`. See also: `derivations.deep_linear`.
"""

from .decay import weight

REFERENCES = """
@article{NAME,
  author = {A. Author},
  title = {The source of the result},
  year = {2026}
}
"""

__all__ = ["weight"]
''',
    "setting.py": """
# %% [markdown]
# # Setting
# One weight $w$ on the loss $\\frac{1}{2} k w^2$, by gradient flow.

# %%
from sympy import Derivative, Function

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Given

t = Parameter("t", "training time", NONNEGATIVE, unit="steps when tau = 1/learning rate")
w0 = Parameter("w0", "initial weight", POSITIVE, latex="w_0")
k = Parameter("k", "curvature of the loss", POSITIVE)
tau = Parameter("tau", "time constant, the inverse learning rate", POSITIVE, latex=r"\\tau")

w = Function("w")

flow = Claim(tau * Derivative(w(t), t), -k * w(t), Given("gradient flow on the quadratic loss"))
""",
    "decay.py": """
# %% [markdown]
# # The weight decays exponentially

# %%
from sympy import exp

from theory import Claim, ExplicitForm
from theory.rules import Solves

from .setting import flow, k, t, tau, w, w0

decay = Claim(w(t), w0 * exp(-k * t / tau), Solves(flow, conditions=[(w(0), w0)]))

# %%
weight = ExplicitForm(decay, (t, w0, k, tau))
""",
    "simulation.py": '''
# %% [markdown]
# # Gradient descent on the loss itself

# %%
from theory.simulation import Measurement, Simulation, descend


def train(*, step, xp, rng, progress=None, times=(0.5, 1.0, 2.0), w0=1.0, tau=1.0):
    """Gradient descent of independent weights, one for each curvature, at learning rate 1/tau."""
    curvature = xp.asarray([0.5, 1.0, 2.0])
    start = w0 * (curvature / curvature)
    run = descend(
        (start,),
        lambda weights: (curvature * weights[0] / tau,),
        step=step,
        record_at=times,
        observe=lambda weights: weights[0],
        progress=progress,
    )
    return Measurement(run.observations, {"t": run.times[:, None], "k": curvature}, run.steps)


descent = Simulation(train)
''',
    "comparison.py": """
# %% [markdown]
# # Gradient descent against the closed form

# %%
from theory import Comparison, Discretisation

from .decay import weight
from .simulation import descent

descent_follows_decay = Comparison(
    weight,
    descent,
    at={"w0": 1.5, "tau": 2.0},
    tolerance=Discretisation(order=1, steps=(1 / 16, 1 / 32, 1 / 64, 1 / 128)),
)
""",
    "figures.py": '''
# %% [markdown]
# # Figures

# %%
import numpy as np

from theory.figure import figure

from .decay import weight


@figure(columns=1, shows=(weight,))
def decaying_weight(axes):
    """A weight decays the faster the more curved the loss is."""
    time = np.linspace(0, 5, 101)
    for curvature in (0.5, 1.0, 2.0):
        axes.plot(time, weight(t=time, w0=1.0, k=curvature, tau=1.0), label=f"$k$ = {curvature:g}")
    axes.set(xlabel=r"time $t/\\tau$", ylabel="weight $w$")
    axes.legend()
''',
}
