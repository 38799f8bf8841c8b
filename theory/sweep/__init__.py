"""A closed form or a comparison over a grid of parameters and seeds, on many processes or machines.

    from theory.sweep import sweep
    axes = {"t": np.linspace(0, 9, 1000), "s": [1, 2], "u0": 0.1, "tau": 1}
    done = sweep("deep_linear", "mode_strength", axes, to="strengths")
    done.table()  # a pyarrow Table with a row for every cell

What is finished is on disk at once, in Parquet; after any interruption the same call goes on from there.
"""

from .grid import Grid
from .run import Swept, sweep

__all__ = ["Grid", "Swept", "sweep"]
