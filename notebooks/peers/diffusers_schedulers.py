# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Is this sampler right?
# A diffusion model of Gaussian data, or of a mixture of Gaussians, has an exact denoiser and exact trajectories.
# A sampler that is driven with them shows what it does itself: its order of convergence, where its errors are
# made, what its noise does to mean and variance. No network is in the way.
#
# A sampler is a function `sample(denoise, x_T, sigmas) -> x_0`.

# %%
import warnings

import numpy as np

from theory import validate

warnings.simplefilter("ignore", FutureWarning)  # of options that diffusers is about to rename
warnings.filterwarnings("ignore", message="IProgress not found")


def heun(denoise, x, sigmas):
    for now, then in zip(sigmas[:-1], sigmas[1:]):
        slope = (x - denoise(x, now)) / now
        euler = x + (then - now) * slope
        if then > 0:
            slope = (slope + (euler - denoise(euler, then)) / then) / 2
        x = x + (then - now) * slope
    return x


trial = validate.sampler(heun, claimed_order=2)
trial

# %% [markdown]
# A mistake that images would hardly show: the second slope is taken at the level of the first.


# %%
def forgetful(denoise, x, sigmas):
    for now, then in zip(sigmas[:-1], sigmas[1:]):
        slope = (x - denoise(x, now)) / now
        euler = x + (then - now) * slope
        if then > 0:
            slope = (slope + (euler - denoise(euler, now)) / now) / 2
        x = x + (then - now) * slope
    return x


validate.sampler(forgetful, claimed_order=2)

# %% [markdown]
# ## The schedulers of diffusers
# Every scheduler of the installed package, on its own grid, in its own parametrisation and precision (float32,
# or float64 where the row says so), without clipping. *Claimed* is what its documentation or source says. An
# order is measured on the Gaussian and on the mixture, and the lower one counts; where errors reach rounding
# before they show an order, none is given. Stochastic schedulers are judged by mean and variance. These are
# measurements in this setting, no judgement of pictures.

# %%
import io

from IPython.display import Image, Markdown

from derivations.gaussian_score.trial import diffusers_schedulers as survey
from theory.validate.survey import orders

rows = list(survey.rows())
print(survey.versions())

# %%
number = lambda x: "–" if x is None else f"{x:.2f}"  # noqa: E731
lines = ["| scheduler | claimed | measured | between | verdict | why |", "|---|---|---|---|---|---|"]
for r in rows:
    if r["judged"]:
        between = "–" if r["order_interval"] is None else " to ".join(map(number, r["order_interval"]))
        claimed = "–" if r["claimed_order"] is None else f"{r['claimed_order']:g}"
        why = " ".join(r["defects"]) or ("moments" if r["claimed_order"] is None else "")
        lines.append(f"| {r['name']} | {claimed} | {number(r['order'])} | {between} | {r['verdict']} | {why} |")
Markdown("\n".join(lines))

# %%
picture = io.BytesIO()
orders(rows, survey.title).savefig(picture, dpi=150)
Image(picture.getvalue(), width=800)

# %% [markdown]
# Not judged, with the reason:

# %%
Markdown("\n".join(f"- {r['name']}: {r['why_not']}" for r in rows if not r["judged"]))
