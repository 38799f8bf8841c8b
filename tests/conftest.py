"""What the tests share: packages that may be missing, and a package of example theories."""

import importlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

# Before NumPy is imported: on a busy machine threads of BLAS would mostly wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

PEERS = ("torch",)


def pytest_collection_modifyitems(items):
    """A test with a peer package's name in its id needs that package, as if it were marked so."""
    for item in items:
        needed = {name for mark in item.iter_markers("peers") for name in mark.args}
        needed |= {name for name in PEERS if name in item.name}
        if needed and not item.get_closest_marker("peers"):
            item.add_marker(pytest.mark.peers(*needed))
        missing = sorted(name for name in needed if not find_spec(name))
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing)}: make test-peers"))


BROKEN = '"""A theory that cannot be imported."""\n\nraise RuntimeError("out of order")\n'


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """A package with two theories, as `theory new` writes one: `relaxation` stands, `broken` fails to import.

    Returns the package's name; it can be imported, here and from a process started in its parent folder.
    """
    from theory.scaffold import scaffold

    home = tmp_path_factory.mktemp("examples")
    package = "example_theories"
    sys.path.insert(0, str(home))
    (home / package).mkdir()
    (home / package / "__init__.py").write_text('"""Examples."""\n')
    (home / package / "broken").mkdir()
    (home / package / "broken" / "__init__.py").write_text(BROKEN)
    importlib.invalidate_caches()
    scaffold("relaxation", package)
    yield package
    sys.path.remove(str(home))


@pytest.fixture
def beside_examples(examples, monkeypatch):
    """The same, with its parent folder as the current one."""
    monkeypatch.chdir(Path(sys.modules[examples].__path__[0]).parent)
    return examples
