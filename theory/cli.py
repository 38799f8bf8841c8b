"""The command line ``theory``. Its commands live in `theory.commands`; each imports what it needs when run.

Exit codes: 0 all holds, 1 something does not hold, 2 the command was not understood (an unknown name,
a value outside a domain, a folder that cannot be written to), 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from . import __version__

app = App(
    name="theory",
    help="Exactly solvable models: derived, checked, compiled, compared with simulations, drawn.",
    version=__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)
COMMANDS = (
    ("list", "listing:list_theories", "List the theories and what each holds."),
    ("show", "show:show", "Print a derivation with reasons and evidence."),
    ("check", "check:check", "Check every claim, and that its mutants are refused."),
    ("evaluate", "evaluate:evaluate", "Evaluate a closed form."),
    ("compare", "compare:compare", "Hold closed forms against simulations."),
    ("validate", "validate:validate", "Put other people's code on trial."),
    ("sweep", "sweep:sweep", "Run a closed form or comparison over a grid."),
    ("figures", "figures:figures", "Build the figures and their data."),
    ("latex", "export:latex", "Print a derivation as a LaTeX appendix."),
    ("cite", "export:cite", "Print the sources as BibTeX."),
    ("notebooks", "notebooks:notebooks", "Build and execute the notebooks."),
    ("new", "new:new", "Start a theory: a folder that already passes its checks."),
    ("reproduce", "reproduce:reproduce", "Do everything for every theory; write one report."),
)
for position, (command, home, summary) in enumerate(COMMANDS):
    app.command(f"theory.commands.{home}", name=command, help=summary, sort_key=position)


class UsageError(ValueError):
    """The command cannot be carried out as it was written; the message says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is returned, or passed on when started as a script."""
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    if arguments is None:
        sys.exit(code)
    return code


def run(arguments: list[str]) -> int:
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # a package of derivations beside the user
    # Matrices here are small: on a busy machine threads of BLAS would mostly wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        held = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _say(str(error) or type(error).__name__, 2)
    except KeyboardInterrupt:
        return _say("interrupted; what was finished is kept", 130)
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if _is_usage(error):
            return _say(str(error), 2)
        if _is_broken(error):
            return _say(str(error), 1)
        raise
    return 1 if held is False else 0


def _is_usage(error: Exception) -> bool:
    from .catalogue import UnknownTheory

    domain = getattr(sys.modules.get("theory.closed_form"), "DomainError", UsageError)
    return isinstance(error, UsageError | UnknownTheory | OSError | domain)


def _is_broken(error: Exception) -> bool:
    from .catalogue import BrokenTheory

    return isinstance(error, BrokenTheory)


def _say(message: str, code: int) -> int:
    print(f"theory: {' '.join(message.split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
