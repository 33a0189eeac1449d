"""Names that become part of a path."""

from __future__ import annotations

from pathlib import PurePosixPath


def plain_name(name: str) -> str:
    """Returns the name if it stays within its folder. Raises ValueError otherwise."""
    if not name or name in (".", "..") or "/" in name or "\0" in name or len(name.encode()) > 255:
        raise ValueError(f"{name!r} is no file name.")
    return name


def relative_path(name: str) -> PurePosixPath:
    """Returns a file's path below its folder: `variables/variables.index`. Raises ValueError if it leads elsewhere."""
    return PurePosixPath(*(plain_name(part) for part in name.split("/")))
