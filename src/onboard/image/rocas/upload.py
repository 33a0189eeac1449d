"""Files go to Rocas, and go on where they broke off."""

from __future__ import annotations

from pathlib import Path

from .back_off import persist
from .run_api import ApiUnavailable, RunApi


def upload(api: RunApi, url: str, file: Path, size: int) -> str:
    """
    Sends the file and gives the state of its version. After an outage it asks how many bytes are there, and sends the
    rest alone. Raises ApiRefused.
    """
    broke_off = False

    def send() -> str:
        nonlocal broke_off
        offset = api.offset(url) if broke_off else 0
        try:
            # All of it may be there although the answer was lost: no further bytes end the upload then.
            return api.patch_file(url, file, offset, size) if offset > 0 else api.put_file(url, file, size)
        except ApiUnavailable:
            broke_off = True
            raise

    return persist(send)
