"""Runs a program in a session of its own, and ends all of it once standard input ends: when whoever started it is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _watch(group: int) -> None:
    while os.read(0, 4096):
        pass
    _end(group)


def main(words: list[str]) -> int:
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=_watch, args=(child.pid,), daemon=True).start()
    code = child.wait()
    # What it left behind in its group goes with it.
    _end(child.pid)
    return code if code >= 0 else 128 - code


os._exit(main(sys.argv[1:]))
