"""
Runs a program in a session of its own. All that it started ends with it, whatever group or session that has made, and
once standard input ends: when whoever started it is gone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from limits import adopt_orphans, kill
from processes import descendants


def _end_all(group: int) -> None:
    """What starts others while it is killed is killed again."""
    while left := [each for each in descendants(os.getpid(), group) if not each.is_zombie]:
        for each in left:
            kill(each.pid)
        time.sleep(0.01)


def _watch(group: int) -> None:
    while os.read(0, 4096):
        pass
    _end_all(group)


def main(words: list[str]) -> int:
    adopt_orphans()
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True).pid
    threading.Thread(target=_watch, args=(child,), daemon=True).start()
    # Those that it has left to this process are reaped as well.
    while (ended := os.wait())[0] != child:
        pass
    _end_all(child)
    status = ended[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


os._exit(main(sys.argv[1:]))
