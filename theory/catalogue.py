"""What there is: the theories of a package, found by walking its folders.

A theory is a sub-package; its claims, closed forms, comparisons, simulations and figures are the objects
bound to names in its modules. There is no registry: adding a folder or a file is all it takes.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import inspect
import pkgutil
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

NOT_RESULTS = ("setting", "architecture", "models", "simulation", "comparison", "figures", "data", "trial")
"""Modules of a theory that hold no result of it.

``architecture`` is what its networks are made of, ``models`` are classes that put its closed forms to use,
``trial`` holds other people's code against them.
"""

# Where the class of each kind lives. A class whose module was never imported has no instances.
_KINDS = {
    "claims": ("theory.derivation", "Claim"),
    "closed_forms": ("theory.closed_form", "ClosedForm"),
    "simulations": ("theory.simulation", "Simulation"),
    "comparisons": ("theory.comparison", "Comparison"),
    "figures": ("theory.figure", "Figure"),
}


class UnknownTheory(LookupError):
    """No theory (or no object of a theory) has this name; the message suggests the nearest."""

    def __str__(self) -> str:
        return str(self.args[0])


class BrokenTheory(ImportError):
    """A theory whose modules cannot be imported; the message names the module and the error."""


def theories(package: str = "derivations") -> list[Theory]:
    """Every theory of a package, alphabetically; a broken one is listed, with its `error`."""
    return [Theory(name, package) for name in names(package)]


def names(package: str = "derivations") -> list[str]:
    """The theories' names, without importing them. Raises `UnknownTheory` if there is no such package."""
    try:
        root = importlib.import_module(package)
    except ModuleNotFoundError as missing:
        if missing.name and package.split(".")[0] != missing.name.split(".")[0]:
            raise
        raise UnknownTheory(f"no package named {package!r}: run where it can be imported") from None
    folders = pkgutil.iter_modules(getattr(root, "__path__", ()))
    return sorted(entry.name for entry in folders if entry.ispkg and not entry.name.startswith("_"))


def find(name: str, package: str = "derivations") -> Theory:
    """The theory of this name. `UnknownTheory` suggests the nearest; hyphens may stand for underscores."""
    known = names(package)
    wanted = name.replace("-", "_")
    if wanted not in known:
        raise UnknownTheory(_no_such("theory", name, known, f"package {package!r}"))
    return Theory(wanted, package)


def select(found: dict, name: str | None, what: str, theory: Theory) -> dict:
    """The one object of this name, or all of them when ``name`` is None."""
    if name is None:
        return found
    if name not in found:
        raise UnknownTheory(_no_such(what, name, list(found), f"theory {theory.name!r}"))
    return {name: found[name]}


def _no_such(what: str, name: str, known: list[str], where: str) -> str:
    near = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.4)
    if near:
        return f"no {what} named {name!r} in {where}; did you mean {near[0]!r}?"
    return f"no {what} named {name!r} in {where}; there is {', '.join(known) or 'none'}"


@dataclass(frozen=True)
class Theory:
    """One folder of derivations: ``package`` is where it lives (``derivations``), ``name`` its folder."""

    name: str
    package: str = "derivations"

    @property
    def module_name(self) -> str:
        return f"{self.package}.{self.name}"

    @cached_property
    def error(self) -> str:
        """Why the theory cannot be imported, in one line; '' when it can."""
        try:
            self.modules  # noqa: B018
        except BrokenTheory as broken:
            return str(broken)
        return ""

    @cached_property
    def modules(self) -> dict[str, ModuleType]:
        """Every module of the folder by its short name, in reading order. Raises `BrokenTheory`."""
        root = self._import(self.module_name)
        prefix = f"{self.module_name}."
        found = [e.name.removeprefix(prefix) for e in pkgutil.walk_packages(root.__path__, prefix)]
        shown = [name for name in found if not name.rpartition(".")[2].startswith("_")]
        return {name: self._import(prefix + name) for name in self._in_reading_order(shown, root)}

    @staticmethod
    def _in_reading_order(found: list[str], root: ModuleType) -> list[str]:
        told = ["setting", *getattr(root, "RESULTS", ())]
        last = NOT_RESULTS[1:]

        def place(name: str):
            first = name.partition(".")[0]
            if name in told:
                return 0, told.index(name), name
            return (2, last.index(first), name) if first in last else (1, 0, name)

        return sorted(found, key=place)

    def _import(self, module: str) -> ModuleType:
        try:
            return importlib.import_module(module)
        except Exception as error:
            told = str(error).splitlines()
            summary = f"{type(error).__name__}: {told[0]}" if told else type(error).__name__
            raise BrokenTheory(f"{module} cannot be imported: {summary}") from error

    @property
    def root(self) -> ModuleType:
        return self._import(self.module_name)

    @property
    def folder(self) -> Path:
        """The folder of the source files, without importing them."""
        package = importlib.import_module(self.package)
        return Path(next(iter(package.__path__))) / self.name

    def built_on(self, *, results: bool = False) -> tuple[str, ...]:
        """The theories whose modules this one imports, at any remove, read off the sources.

        ``results``: only what modules with results import (and `setting`), where a claim may rest on others.
        """
        found, todo = set(), {self.name}
        while todo:
            found |= todo
            todo = {x for name in todo for x in _imported(Theory(name, self.package), results)} - found
        return tuple(sorted(found - {self.name}))

    @property
    def title(self) -> str:
        """The first line of the folder's docstring, without its full stop."""
        return (inspect.getdoc(self.root) or self.name).splitlines()[0].rstrip(".")

    @property
    def summary(self) -> str:
        """The docstring after its first line."""
        return "\n".join((inspect.getdoc(self.root) or "").splitlines()[1:]).strip()

    @property
    def references(self) -> str:
        """The theory's sources, in BibTeX."""
        return inspect.cleandoc(getattr(self.root, "REFERENCES", "")).strip()

    @property
    def results(self) -> tuple[str, ...]:
        """Modules in reading order: `setting` first, then as ``RESULTS`` says, else alphabetically."""
        others = NOT_RESULTS[1:]
        return tuple(name for name in self.modules if name.partition(".")[0] not in others)

    @cached_property
    def claims(self) -> dict:
        return self._objects("claims")

    @cached_property
    def closed_forms(self) -> dict:
        return self._objects("closed_forms")

    @cached_property
    def simulations(self) -> dict:
        return self._objects("simulations")

    @cached_property
    def comparisons(self) -> dict:
        return self._objects("comparisons")

    @cached_property
    def figures(self) -> dict:
        return self._objects("figures")

    def _objects(self, kind: str) -> dict:
        """Objects of a kind by name; a name that two modules use is preceded by its module's."""
        modules, (home, class_name) = self.modules, _KINDS[kind]
        cls = getattr(sys.modules.get(home), class_name, None)
        if cls is None:
            return {}
        found = [
            (short, name, value)
            for short, module in modules.items()
            for name, value in vars(module).items()
            if isinstance(value, cls) and value.module == module.__name__ and value.name == name
        ]
        used = [name for _, name, _ in found]
        return {name if used.count(name) == 1 else f"{short}.{name}": value for short, name, value in found}


def _imported(theory: Theory, results: bool) -> frozenset[str]:
    """The theories that modules of this one name in their imports; files that are no Python name none."""
    found = set()
    for path in theory.folder.rglob("*.py"):
        first = path.relative_to(theory.folder).parts[0].removesuffix(".py")
        if results and first in NOT_RESULTS[1:]:
            continue
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                # a relative import climbs out of the theory, or stays in it
                within = path.parent.relative_to(theory.folder.parent).parts
                above = [theory.package, *within][: len(within) + 2 - node.level] if node.level else []
                home = ".".join([*above, *filter(None, [node.module])])
                named = [f"{home}.{alias.name}" for alias in node.names]
            else:
                continue
            found.update(name.split(".")[theory.package.count(".") + 1]
                         for name in named if name.startswith(f"{theory.package}."))  # fmt: skip
    return frozenset(x for x in found if x != theory.name and (theory.folder.parent / x).is_dir())
