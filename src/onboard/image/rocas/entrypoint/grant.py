"""The start gate: no user code before the server's grant of this attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..back_off import persist
from ..mounts import Mounts
from ..run_api import RunApi
from .ending import Ending

# As long as the server waits for a claim. Later, another attempt has taken over.
START_SECONDS = 120.0


@dataclass(frozen=True)
class Grant:
    kind: str
    notebook: str
    params: dict[str, Any]
    timeout_seconds: float | None
    # The number of GPUs that the run asked for.
    gpus: int
    meta: dict[str, Any]
    mounts: Mounts

    @classmethod
    def parse(cls, content: dict[str, Any]) -> Grant:
        timeout = content.get("timeoutSeconds")
        return cls(
            kind=str(content["kind"]),
            notebook=str(content["notebook"]),
            params=dict(content.get("params") or {}),
            timeout_seconds=float(timeout) if timeout else None,
            gpus=int(content.get("gpus") or 0),
            meta=dict(content.get("meta") or {}),
            mounts=Mounts.parse(content),
        )


def claim(api: RunApi, ending: Ending) -> Grant:
    """
    Claims the attempt. Raises ApiRefused if it is not granted, ApiUnavailable if no answer comes by the start deadline.
    """
    return Grant.parse(persist(lambda: api.post("/claim", {}), stop=ending.begun, seconds=START_SECONDS))
