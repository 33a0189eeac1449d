"""Uploads files to Rocas, and resumes broken uploads."""

from __future__ import annotations

from pathlib import Path

from .back_off import persist
from .run_api import ApiUnavailable, RunApi


def upload(api: RunApi, url: str, file: Path, size: int) -> str:
    """
    Sends the file and returns its version's state. After an outage it asks how many bytes arrived, and sends the rest
    alone. Raises ApiRefused.
    """
    broke_off = False

    def send() -> str:
        nonlocal broke_off
        offset = api.offset(url) if broke_off else 0
        try:
            # All of it may have arrived although the answer was lost. Then sending no bytes ends the upload.
            return api.patch_file(url, file, offset, size) if offset > 0 else api.put_file(url, file, size)
        except ApiUnavailable:
            broke_off = True
            raise

    return persist(send)
