"""
Watches over a supervisor. If that is killed, what it carried is killed as well, whatever it has made of its group, its
session and its environment. If the keeper is killed, the supervisor goes on.
"""

from __future__ import annotations

import os
import time

from limits import adopt_orphans, kill
from processes import descendants


def go_on_watched() -> int:
    """Forks: the child goes on in a session of its own, and is given the number of its keeper, which never returns."""
    keeper = os.getpid()
    adopt_orphans()
    supervisor = os.fork()
    if supervisor == 0:
        os.setsid()
        return keeper
    # What a killed supervisor has left comes to this process, and is reaped as well.
    while os.wait()[0] != supervisor:
        pass
    while left := [each for each in descendants(keeper, supervisor) if not each.is_zombie]:
        for each in left:
            kill(each.pid)
        time.sleep(0.01)
    os._exit(0)
