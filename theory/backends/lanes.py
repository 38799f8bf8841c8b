"""Numbers inside a compiled loop, written so that LLVM does the same to four or eight of them at once.

A function of `Lane` objects becomes one that numba's loops may call: no branch, no call and no
conversion between whole and floating numbers is left in it, all of which would keep LLVM from
vectorising. Nothing is reassociated: no fast math.
"""

from __future__ import annotations

import inspect
import platform
from collections.abc import Callable
from types import FunctionType

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

DOUBLE, INTEGER = ir.DoubleType(), ir.IntType(64)
_WIDEST = 64
"""Bytes of a vector of eight float64."""


def _has_fused_products() -> bool:
    return platform.machine() in ("aarch64", "arm64") or bool(binding.get_host_cpu_features().get("fma"))


FUSED_PRODUCTS = _has_fused_products()
"""Elsewhere a*b + c is rounded twice, as a fused product would be a slow call there."""


class Lane:
    """A float64, an int64 or a truth value in LLVM's code."""

    __slots__ = ("builder", "ir")

    def __init__(self, builder, value):
        self.builder, self.ir = builder, value

    def _like(self, other):
        """The other operand; a Python number becomes a constant of this one's type."""
        return other.ir if isinstance(other, Lane) else ir.Constant(self.ir.type, other)

    def _new(self, value) -> Lane:
        return Lane(self.builder, value)

    def __add__(self, other):
        add = self.builder.fadd if self.ir.type == DOUBLE else self.builder.add
        return self._new(add(self.ir, self._like(other)))

    __radd__ = __add__

    def __sub__(self, other):
        subtract = self.builder.fsub if self.ir.type == DOUBLE else self.builder.sub
        return self._new(subtract(self.ir, self._like(other)))

    def __rsub__(self, other):
        return self._new(self.builder.fsub(self._like(other), self.ir))

    def __mul__(self, other):
        multiply = self.builder.fmul if self.ir.type == DOUBLE else self.builder.mul
        return self._new(multiply(self.ir, self._like(other)))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self._new(self.builder.fdiv(self.ir, self._like(other)))

    def __rtruediv__(self, other):
        return self._new(self.builder.fdiv(self._like(other), self.ir))

    def __neg__(self):
        return self._new(self.builder.fneg(self.ir))

    def _compared(self, sign: str, other):
        """False where one side is NaN, except for ``!=``."""
        if self.ir.type == INTEGER:
            return self._new(self.builder.icmp_signed(sign, self.ir, self._like(other)))
        compare = self.builder.fcmp_unordered if sign == "!=" else self.builder.fcmp_ordered
        return self._new(compare(sign, self.ir, self._like(other)))

    def __lt__(self, other):
        return self._compared("<", other)

    def __le__(self, other):
        return self._compared("<=", other)

    def __gt__(self, other):
        return self._compared(">", other)

    def __ge__(self, other):
        return self._compared(">=", other)

    def equals(self, other):
        return self._compared("==", other)

    def is_nan(self):
        return self._compared("!=", self)

    def __and__(self, other):
        return self._new(self.builder.and_(self.ir, self._like(other)))

    def __or__(self, other):
        return self._new(self.builder.or_(self.ir, self._like(other)))

    def __xor__(self, other):
        return self._new(self.builder.xor(self.ir, self._like(other)))

    def __lshift__(self, bits: int):
        return self._new(self.builder.shl(self.ir, self._like(bits)))

    def __rshift__(self, bits: int):
        """Zeros come in at the top, whatever the sign."""
        return self._new(self.builder.lshr(self.ir, self._like(bits)))

    def bits(self):
        """The float64's bits as an int64."""
        return self._new(self.builder.bitcast(self.ir, INTEGER))

    def number(self):
        """The float64 with these bits."""
        return self._new(self.builder.bitcast(self.ir, DOUBLE))

    def all_bits(self):
        """Of a truth value: -1 or 0 as an int64."""
        return self._new(self.builder.sext(self.ir, INTEGER))

    def _call(self, name: str, *others):
        operands = [self.ir, *map(self._like, others)]
        kind = ir.FunctionType(DOUBLE, [DOUBLE] * len(operands))
        function = self.builder.module.globals.get(name) or ir.Function(self.builder.module, kind, name)
        return self._new(self.builder.call(function, operands))

    def sqrt(self):
        return self._call("llvm.sqrt.f64")

    def __abs__(self):
        return self._call("llvm.fabs.f64")

    def rounded(self):
        """To the nearest whole number, ties to even."""
        return self._call("llvm.rint.f64")

    def signed_as(self, other):
        """This size with the other's sign."""
        return self._call("llvm.copysign.f64", other)

    def times(self, factor, more):
        """``self*factor + more``, rounded once where the processor can."""
        return self._call("llvm.fma.f64", factor, more) if FUSED_PRODUCTS else self * factor + more

    def where(self, yes, no):
        """Of this truth value: one of two numbers, at least one of which is a `Lane`."""
        known = yes if isinstance(yes, Lane) else no
        return self._new(self.builder.select(self.ir, known._like(yes), known._like(no)))


def polynomial(x: Lane, coefficients) -> Lane:
    """By Horner's rule, the constant coefficient first."""
    *rest, last = coefficients
    value = x._new(ir.Constant(DOUBLE, last))
    for c in reversed(rest):
        value = value.times(x, c)
    return value


def align_stack(builder) -> None:
    """Numbers of whole vectors that do not fit into registers lie on the stack of the function that is being
    written: at a multiple of their size, or each would be read from two lines of the cache."""
    attributes = builder.function.attributes
    attributes.alignstack = _WIDEST
    attributes.add("noinline")  # what it is inlined into would not be aligned


def in_loops(function: Callable) -> Callable:
    """A function of `Lane` objects as one that compiled loops call.

    Arguments and result are float64, unless annotated ``bool`` or ``int``.
    """
    kind = {bool: types.boolean, "bool": types.boolean, int: types.int64, "int": types.int64}
    parameters = inspect.signature(function).parameters.values()
    kinds = [kind.get(p.annotation, types.float64) for p in parameters]
    signature = kind.get(function.__annotations__.get("return"), types.float64)(*kinds)

    def generate(context, builder, _, values):
        align_stack(builder)
        return function(*[Lane(builder, value) for value in values]).ir

    def typed(typing, *_):
        return signature, generate

    wrapped = {
        1: lambda typing, x: typed(typing),
        2: lambda typing, x, y: typed(typing),
        3: lambda typing, x, y, z: typed(typing),
    }[len(kinds)]
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(wrapped, name, getattr(function, name))
    found = intrinsic(wrapped)
    found.on_lanes = function
    return found


class Cells:
    """The float64 of a contiguous array in LLVM's code, read and set by an index or at a fixed offset."""

    def __init__(self, builder, pointer):
        self.builder, self.pointer = builder, pointer

    def _place(self, index):
        if not isinstance(index, Lane):
            index = Lane(self.builder, ir.Constant(INTEGER, index))
        return self.builder.gep(self.pointer, [index.ir], inbounds=True)

    def __getitem__(self, index) -> Lane:
        return Lane(self.builder, self.builder.load(self._place(index)))

    def __setitem__(self, index, value):
        value = value.ir if isinstance(value, Lane) else ir.Constant(DOUBLE, value)
        self.builder.store(value, self._place(index))

    def after(self, offset: int) -> Cells:
        """The cells from an offset on."""
        return Cells(self.builder, self._place(offset))


def written_out(function: Callable) -> Callable:
    """A function whose statements are run once, on `Lane` objects and `Cells`, and so written in LLVM's code:
    numba has no types to find, which is most of what it costs to compile a loop.

    Its arguments are float64, int64 and contiguous arrays of float64; ``for i in over(stop, step)`` is a
    loop. It returns nothing; what calls it sees 0.
    """

    def generate(context, builder, signature, values):
        def over(stop, step: int = 1):
            stop = stop.ir if isinstance(stop, Lane) else ir.Constant(INTEGER, stop)
            ends = ir.Constant(INTEGER, 0), stop, ir.Constant(INTEGER, step)
            with cgutils.for_range_slice(builder, *ends, INTEGER) as (index, _):
                yield Lane(builder, index)

        align_stack(builder)
        given = [
            Cells(builder, context.make_array(kind)(context, builder, value).data)
            if isinstance(kind, types.Array)
            else Lane(builder, value)
            for kind, value in zip(signature.args, values, strict=True)
        ]
        known = {n: getattr(v, "on_lanes", v) for n, v in function.__globals__.items()} | {"over": over}
        FunctionType(function.__code__, known)(*given)
        return ir.Constant(INTEGER, 0)

    names = ", ".join(inspect.signature(function).parameters)
    typed = eval(
        f"lambda typing, {names}: answer({names})", {"answer": lambda *k: (types.int64(*k), generate)}
    )
    typed.__name__ = typed.__qualname__ = function.__name__
    return intrinsic(typed)
