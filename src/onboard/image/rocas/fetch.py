"""Fetches datasets and versions from Rocas, and verifies their checksums."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from urllib.parse import quote

from .back_off import persist
from .file_name import plain_name, relative_path
from .mounts import Mount, MountedFile
from .run_api import ApiUnavailable, RunApi

PIECE_BYTES = 1024 * 1024
CHECKSUM_ROUNDS = 3


class BadContent(Exception):
    """The content repeatedly differs from the record's checksum."""


def fetch_mount(
    api: RunApi, mount: Mount, base: Path, stop: threading.Event | None = None, seconds: float | None = None
) -> Path:
    """
    Fetches the record's missing files into <base>/<id>, sub-folders included. Links <model>.<name> to that folder.
    Raises BadContent, ApiRefused if the record is gone, and what `persist` raises for `stop` and `seconds`.
    """
    folder = base / plain_name(mount.id)
    folder.mkdir(parents=True, exist_ok=True)
    for file in mount.files:
        target = folder / relative_path(file.name)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            _fetch_file(api, mount, file, base, target, stop, seconds)
    if mount.folder is not None:
        _link(base / plain_name(mount.folder), mount.id)
    return folder


def _fetch_file(
    api: RunApi,
    mount: Mount,
    file: MountedFile,
    base: Path,
    target: Path,
    stop: threading.Event | None,
    seconds: float | None,
) -> None:
    path = f"/records/{quote(mount.id, safe='')}/files/{quote(file.name, safe='')}"
    # It lies beside the record's folder, in which any name may be that of another file.
    part = base / f".{plain_name(mount.id)}.part"
    for _ in range(CHECKSUM_ROUNDS):
        if persist(lambda: _download(api, path, part, file, stop), stop=stop, seconds=seconds) == file.sha256:
            part.chmod(0o444)
            part.rename(target)
            return
    raise BadContent(f"{file.name} of {mount.title} does not have the checksum that its record names.")


def _download(api: RunApi, path: str, part: Path, file: MountedFile, stop: threading.Event | None) -> str:
    """Downloads and returns the checksum. A connection that ended early is an outage: the file is fetched anew."""
    checksum, size = hashlib.sha256(), 0
    part.unlink(missing_ok=True)
    with api.open(path) as reply, part.open("wb") as kept:
        while piece := reply.read(PIECE_BYTES):
            size += len(piece)
            if size > file.size:
                raise BadContent(f"{file.name} is longer than its record says.")
            checksum.update(piece)
            kept.write(piece)
            if stop is not None and stop.is_set():
                raise ApiUnavailable("Stopped.")
    if size < file.size:
        raise ApiUnavailable(f"{file.name} came in part.")
    return checksum.hexdigest()


def _link(link: Path, id: str) -> None:
    # Two records of one name, a superseded one and the current, share the link of the first.
    if not link.is_symlink() and not link.exists():
        link.symlink_to(id)
