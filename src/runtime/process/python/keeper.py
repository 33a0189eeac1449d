"""
Watches over a supervisor. If the supervisor is killed, the keeper kills its processes, whatever their group, session or
environment. If the keeper is killed, the supervisor goes on.
"""

from __future__ import annotations

import os

from limits import adopt_orphans, kill_below


def fork_under_keeper() -> int:
    """Forks. The child goes on in its own session and gets the keeper's number; the keeper never returns."""
    keeper = os.getpid()
    adopt_orphans()
    supervisor = os.fork()
    if supervisor == 0:
        os.setsid()
        return keeper
    # Orphans of a killed supervisor come here, and are reaped as well.
    while os.wait()[0] != supervisor:
        pass
    kill_below(keeper, supervisor)
    os._exit(0)
