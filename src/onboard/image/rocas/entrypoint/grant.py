"""The start gate: no user code runs before the server has granted this very attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..back_off import persist
from ..mounts import Mounts
from ..run_api import RunApi
from .ending import Ending

# The server waits as long for a claim; after that, another attempt has taken over.
START_SECONDS = 120.0


@dataclass(frozen=True)
class Grant:
    kind: str
    notebook: str
    params: dict[str, Any]
    timeout_seconds: float | None
    meta: dict[str, Any]
    mounts: Mounts

    @classmethod
    def parse(cls, told: dict[str, Any]) -> Grant:
        timeout = told.get("timeoutSeconds")
        return cls(
            kind=str(told["kind"]),
            notebook=str(told["notebook"]),
            params=dict(told.get("params") or {}),
            timeout_seconds=float(timeout) if timeout else None,
            meta=dict(told.get("meta") or {}),
            mounts=Mounts.parse(told),
        )


def claim(api: RunApi, ending: Ending) -> Grant:
    """
    Claims the attempt. Raises ApiRefused if it is not granted, ApiUnavailable if no answer comes by the start deadline.
    """
    return Grant.parse(persist(lambda: api.post("/claim", {}), stop=ending.begun, seconds=START_SECONDS))
