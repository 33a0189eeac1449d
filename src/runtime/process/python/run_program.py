"""
Runs a program in its own session. All its processes end with it, whatever their group or session. They end also when
standard input ends, because the process that started this one is gone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from limits import adopt_orphans, kill_below


def _watch(group: int) -> None:
    while os.read(0, 4096):
        pass
    kill_below(os.getpid(), group)


def main(words: list[str]) -> int:
    adopt_orphans()
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True).pid
    threading.Thread(target=_watch, args=(child,), daemon=True).start()
    # Its orphans come to this process, and are reaped as well.
    while (ended := os.wait())[0] != child:
        pass
    kill_below(os.getpid(), child)
    status = ended[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


os._exit(main(sys.argv[1:]))
