"""Refuses a notebook's questions at once: in a run no user types."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import ipykernel.zmqshell
from IPython.core.error import StdinNotImplementedError


def refuse_input(shell: Any) -> None:
    shell.kernel.raw_input = shell.kernel.getpass = _refuse
    shell.debugger = _no_debugger
    # `!command` has a terminal, at which a question would wait for ever. Here, the names in {} are filled in already.
    system = ipykernel.zmqshell.system
    ipykernel.zmqshell.system = lambda command: system(f"exec </dev/null; {command}")


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise StdinNotImplementedError(
        "nobody answers input() in a run: give the value as a parameter, or let the notebook read it from a file"
    )


def _no_debugger(force: bool = False) -> None:
    """Makes `%debug` go on, and keeps errors errors after `%pdb on`."""
    print("There is no debugger: nobody answers it in a run.", file=sys.stderr)
