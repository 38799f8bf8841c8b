"""The array library a simulation runs on: NumPy, JAX or PyTorch, on the CPU or a CUDA GPU.

A simulation is written once, against the array API standard, and receives a `Namespace` as ``xp``.
Random numbers never come from the library: they are drawn by NumPy on the CPU (`generator`) and
moved over, so that every library on every device starts from the same draws.
"""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from weakref import WeakValueDictionary

import numpy as np

_LIBRARY = {
    "numpy": ("numpy", "array_api_compat.numpy"),
    "jax": ("jax", "jax.numpy"),
    "torch": ("torch", "array_api_compat.torch"),
}
BACKENDS = tuple(_LIBRARY)
_SPECIAL = {"numpy": "scipy.special", "jax": "jax.scipy.special", "torch": "torch.special"}
_CREATES_FLOATS = ("empty", "eye", "full", "linspace", "ones", "zeros")


class BackendUnavailable(RuntimeError):
    """The array library or the device asked for is not on this machine."""


class Namespace:
    """An array-API namespace that remembers its device and its floating-point type.

    ``xp.zeros``, ``ones``, ``full``, ``empty``, ``eye``, ``linspace`` and ``asarray`` create on the
    device, floating-point values in float64 unless ``dtype`` says otherwise; everything else
    (``xp.sum``, ``xp.linalg.svd``, ``xp.matmul``, ...) is the library's own. Use it as a context,
    ``with namespace("jax") as xp:``: JAX knows float64 only inside, so that the precision of the
    user's own JAX code stays what it was, and PyTorch records no graph.

    Raises `BackendUnavailable` for a library or device this machine lacks, ValueError for a
    name that is none of `BACKENDS`.
    """

    def __init__(self, name: str = "numpy", device: str | None = None, dtype: str = "float64"):
        if name not in _LIBRARY:
            raise ValueError(f"unknown backend {name!r}: choose one of {', '.join(BACKENDS)}")
        package, module = _LIBRARY[name]
        self.name, self.device, self.dtype = name, device or "cpu", dtype
        try:
            self._package, self._library = import_module(package), import_module(module)
        except ImportError as missing:
            raise BackendUnavailable(
                f"backend {name!r} needs a package that is not installed ({missing.name}): "
                f"pip install theory-workbench[{name}]"
            ) from missing
        self._place = self._find_device()
        self._open: list[ExitStack] = []
        self._received: WeakValueDictionary[int, object] = WeakValueDictionary()

    def _find_device(self):
        kind, _, number = self.device.partition(":")
        if kind not in ("cpu", "cuda") or not (number or "0").isdigit():
            raise ValueError(f"unknown device {self.device!r}: choose cpu, cuda or cuda:NUMBER")
        if kind == "cpu":
            return self._package.devices("cpu")[0] if self.name == "jax" else "cpu"
        graphics = self._graphics()
        if int(number or 0) >= len(graphics):
            there = ["cpu", *(f"cuda:{k}" for k in range(len(graphics)))]
            others = "" if self.name != "numpy" else "; backends jax and torch compute on cuda"
            raise BackendUnavailable(
                f"device = {self.device!r}: backend {self.name!r} finds no device {self.device!r} on this "
                f"machine (available: {', '.join(there)}{others})"
            )
        return graphics[int(number or 0)]

    def _graphics(self) -> list:
        """The CUDA devices that the library finds, as it calls them."""
        if self.name == "jax":
            try:
                return self._package.devices("cuda")
            except RuntimeError:  # a JAX without CUDA
                return []
        count = self._package.cuda.device_count() if self.name == "torch" else 0
        return [f"cuda:{k}" for k in range(count)]

    def __repr__(self) -> str:
        return f"{self.name} ({self.dtype}) on {self.device}"

    @property
    def special(self):
        """The library's special functions (``erf``, ``ndtr``, ...); the array API standard has none."""
        return import_module(_SPECIAL[self.name])

    def __getattr__(self, attribute: str):
        if attribute.startswith("__") or attribute in ("_library", "_package"):
            raise AttributeError(attribute)  # an object half made, or being copied
        found = getattr(self._library, attribute)
        if attribute in _CREATES_FLOATS:
            found = self._placed(found)
        setattr(self, attribute, found)  # looked up once: small arrays would notice
        return found

    def _placed(self, function):
        """A function that creates arrays, on the device and in floating point."""

        def create(*args, dtype=None, **options):
            return function(*args, dtype=dtype or self._float(), device=self._place, **options)

        return create

    def __enter__(self) -> Namespace:
        stack = ExitStack()
        if self.name == "jax":
            stack.enter_context(self._package.enable_x64(True))
            stack.enter_context(self._package.default_device(self._place))
        if self.name == "torch":
            stack.enter_context(self._package.no_grad())
        self._open.append(stack)
        return self

    def __exit__(self, *error) -> None:
        self._open.pop().close()

    def asarray(self, values, dtype=None):
        """An array on the device: floating-point values in the namespace's type, others as they are.

        NumPy copies nothing that has the type already.
        """
        array = self.to_numpy(values)
        if dtype is None and np.issubdtype(array.dtype, np.floating):
            dtype = self._float()
        if self.name != "numpy":  # PyTorch would share memory with (and warn about) read-only NumPy arrays
            array = array.copy()
        moved = self._library.asarray(array, dtype=dtype, device=self._place)
        self._received[id(moved)] = moved
        return moved

    def computed(self, array) -> bool:
        """Whether the library made this array; False for one that came from NumPy as it is."""
        if self.name == "numpy":
            return True
        return not isinstance(array, np.ndarray) and self._received.get(id(array)) is not array

    def to_numpy(self, array) -> np.ndarray:
        """The array's values as a NumPy array on the CPU."""
        if self.name == "torch" and isinstance(array, self._package.Tensor):
            return array.detach().cpu().numpy()
        return np.asarray(array)

    def _float(self):
        return getattr(self._library, self.dtype)


def namespace(name: str = "numpy", device: str | None = None, dtype: str = "float64") -> Namespace:
    """The array namespace of that name ("numpy", "jax", "torch"), on "cpu" (default) or "cuda"."""
    return Namespace(name, device, dtype)


def generator(seed) -> np.random.Generator:
    """The source of a simulation's random draws: Philox, on the CPU, from a seed or SeedSequence."""
    return np.random.Generator(np.random.Philox(seed))
