"""
Watches over a supervisor. If that is killed, what it carried is killed as well, whatever it has made of its group, its
session and its environment. If the keeper is killed, the supervisor goes on.
"""

from __future__ import annotations

import os

from limits import adopt_orphans, kill_below


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
    kill_below(keeper, supervisor)
    os._exit(0)
