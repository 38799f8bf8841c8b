"""What arrays somebody's kernel or dual gets: of which library, and of which types."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

TYPES = ("float64", "float32")
LIBRARIES = ("numpy", "torch", "jax")


def given(array: np.ndarray, library: str):
    """A copy as an array of the library."""
    if library == "torch":
        import torch

        return torch.from_numpy(array.copy())
    if library == "jax":
        import jax.numpy as jnp

        return jnp.asarray(array)
    return array.copy()


def types(dtypes: Sequence[str] | None, library: str, subject=None) -> tuple[str, ...]:
    """The types of a trial: those asked for, by default all that there are.

    JAX has no float64 before ``jax_enable_x64``, and a PyTorch module whose parameters are float32 cannot be
    right to more digits. ValueError for what is no type, no library, or not there.
    """
    if library not in LIBRARIES:
        raise ValueError(f"library = {library!r}: one of {', '.join(LIBRARIES)}")
    if dtypes is None:
        return TYPES[1:] if _single(library) or _parameters(subject) == {"torch.float32"} else TYPES
    if not dtypes or isinstance(dtypes, str) or any(one not in TYPES for one in dtypes):
        raise ValueError(f"dtypes = {dtypes!r}: of {', '.join(TYPES)}, or None for all that there are")
    if "float64" in dtypes and _single(library):
        raise ValueError(
            f"dtypes = {dtypes!r}: JAX has only float32 before jax_enable_x64; say dtypes=('float32',)"
        )
    return tuple(dtypes)


def _single(library: str) -> bool:
    if library != "jax":
        return False
    import jax

    return not jax.config.jax_enable_x64


def _parameters(subject) -> set[str]:
    """The types of a PyTorch module's parameters; none of anything else."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(subject, torch.nn.Module):
        return set()
    return {str(one.dtype) for one in subject.parameters()}
