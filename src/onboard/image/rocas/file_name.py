"""Names that become part of a path."""

from __future__ import annotations

from pathlib import PurePosixPath


def plain_name(name: str) -> str:
    """The name itself, where it stays within the folder it is put in. Raises ValueError where it does not."""
    if not name or name in (".", "..") or "/" in name or "\0" in name or len(name.encode()) > 255:
        raise ValueError(f"{name!r} is no file name.")
    return name


def relative_path(name: str) -> PurePosixPath:
    """The path of a file below the folder it is put in: `variables/variables.index`. Raises ValueError where it leads elsewhere."""
    return PurePosixPath(*(plain_name(part) for part in name.split("/")))
