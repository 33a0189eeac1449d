"""An extension of IPython: tells the notebook's process the project's place and how to end a run."""

from __future__ import annotations

import faulthandler
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

from IPython.core.autocall import ExitAutocall

from .any_text import send_any_text
from .descriptors import capture_descriptors
from .ended import ENDED
from .no_input import refuse_input

PROJECT = "ROCAS_PROJECT"


def load_ipython_extension(shell: Any) -> None:
    _make_project_importable(os.environ.get(PROJECT, ""))
    capture_descriptors()
    # After a crash in compiled code, the log names the line of Python that led to it. This descriptor leads to the
    # runner.
    faulthandler.enable(sys.stderr, all_threads=False)
    refuse_input(shell)
    send_any_text(shell)
    leave = Leave(shell)
    shell.push({"exit": leave, "quit": leave}, interactive=False)
    shell.ask_exit = leave
    shell.showtraceback = _silent_at_success(shell.showtraceback)
    shell.events.register("post_run_cell", lambda result: _report_end(shell, result))
    # A reader of a log cannot follow it.
    warnings.filterwarnings("ignore", message="To exit: use 'exit'")


class Leave(ExitAutocall):
    """`exit`, `exit()` and `quit(3)` end the run at once."""

    def __call__(self, code: Any = None, keep_kernel: Any = None) -> None:
        raise SystemExit(code)


def _make_project_importable(project: str) -> None:
    """Adds the project to the path, between the notebook's folder and Debian's packages."""
    if project and project != os.getcwd() and project not in sys.path:
        sys.path.insert(sys.path.index("") + 1 if "" in sys.path else 0, project)


def _report_end(shell: Any, result: Any) -> None:
    """Reports the end in the reply to the cell, which carries instructions for front ends."""
    error = getattr(result, "error_in_exec", None)
    if isinstance(error, SystemExit):
        code, text = exit_of(error.code)
        shell.payload_manager.write_payload({"source": ENDED, "code": code, "text": text})


def _silent_at_success(show: Callable[..., None]) -> Callable[..., None]:
    """Hides the error of a notebook that ended itself well."""

    def shown(*arguments: Any, **options: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, SystemExit) or exit_of(error.code)[0] != 0:
            show(*arguments, **options)

    return shown


def exit_of(given: Any) -> tuple[int, str]:
    """Returns Python's exit code for the error, and its last message."""
    if given is None:
        return 0, ""
    if isinstance(given, int):
        return int(given) & 0xFF, ""
    return 1, str(given)
