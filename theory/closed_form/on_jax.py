"""A closed form on JAX arrays: jit-able, vmap-able, differentiable.

Arguments that are not traced are checked; where they are, points outside the domain give NaN.
Half precision, and single precision where 64 bits are enabled, is computed in more digits.
"""

from __future__ import annotations

import sys

import numpy as np

from .branch import compiled
from .domain import as_numbers, check_arguments, check_relation, check_shapes, refusal
from .everywhere import everywhere, possible_branches, valid


def evaluate(form, values: list):
    import jax
    import jax.numpy as jnp

    values = [
        v if isinstance(v, jax.Array) else as_numbers(v, x, form)
        for v, x in zip(values, form.arguments, strict=True)
    ]
    for v, x in zip(values, form.arguments, strict=True):
        if isinstance(v, jax.Array) and not (
            jnp.issubdtype(v.dtype, jnp.floating) or jnp.issubdtype(v.dtype, jnp.integer)
        ):
            raise refusal(form, x, f"an array of {v.dtype}", "it must be real numbers")
    shape = check_shapes(values, form)
    traced = [isinstance(v, jax.core.Tracer) for v in values]
    known = [(x, v) for x, v, hidden in zip(form.arguments, values, traced, strict=True) if not hidden]
    check_arguments([v for _, v in known], [x for x, _ in known], form, _least_and_most, _whole)

    dtype = jnp.result_type(
        *([v for v in values if jnp.issubdtype(jnp.result_type(v), jnp.floating)] or [float])
    )
    working = jnp.float64 if jax.config.jax_enable_x64 else jnp.float32
    arrays = [jnp.asarray(v, dtype=working) for v in values]
    _check_relations(form, dict(known), arrays)

    scalars = {x: float(v) for x, v in known if not isinstance(v, jax.Array) and np.ndim(v) == 0}
    results = _jitted(form, possible_branches(form, scalars))(arrays, any(traced))
    results = tuple(jnp.broadcast_to(r, shape).astype(dtype) for r in results)
    return results[0] if form.outputs == 1 else results


def _jitted(form, live: tuple):
    """The branches ``live`` under JAX's compiler, which fuses them; built once per form."""
    import jax
    import jax.numpy as jnp

    def compute(arrays, traced):
        results = everywhere(form, live, arrays, "jax", jnp.where, jax.lax.stop_gradient)
        if traced:
            fine = valid(form, arrays, "jax", jnp.round)
            results = tuple(jnp.where(fine, r, jnp.nan) for r in results)
        return results

    if live not in form.jitted:
        form.jitted[live] = jax.jit(compute, static_argnums=1)
    return form.jitted[live]


def _check_relations(form, known: dict, arrays: list) -> None:
    """The relations whose arguments can all be seen."""
    for relation in form.relations:
        if not relation.free_symbols <= set(known):
            continue
        fine = np.asarray(_concrete(relation, form.arguments, known, arrays))
        if not fine.all():
            at = np.unravel_index(int(np.argmin(fine)), fine.shape)
            point = {
                x: float(np.broadcast_to(np.asarray(v), fine.shape)[at])
                for x, v in known.items()
                if x in relation.free_symbols
            }
            check_relation(relation, point, form)


def _concrete(relation, arguments, known: dict, arrays: list):
    """The relation at values that can be seen, also while other arguments are traced."""
    import jax

    with jax.ensure_compile_time_eval():
        values = [
            jax.numpy.asarray(known[x], dtype=a.dtype) if x in known else 0.0
            for x, a in zip(arguments, arrays, strict=True)
        ]
        return compiled((relation,), arguments, "jax")(*values)[0]


def _least_and_most(value):
    if "jax" in sys.modules and isinstance(value, sys.modules["jax"].Array):
        import jax

        with jax.ensure_compile_time_eval():
            return np.asarray(value.min()), np.asarray(value.max())
    return np.min(value), np.max(value)


def _whole(value) -> bool:
    value = np.asarray(value)
    return bool((value == np.rint(value)).all())
