"""Selects the files of a folder that make up a version."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


class NotPublishable(Exception):
    """Something in the folder cannot become a file of a version; the message names it."""


@dataclass
class Publishable:
    """Sorted files by their names, which are paths below the folder; and the empty folders."""

    files: dict[str, Path] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)


def publishable(source: Path) -> Publishable:
    """
    Returns every file below the folder, with sub-folders and leading dots, or the one file that the source is. A link
    stands for its target. Raises NotPublishable for what is no file or folder, and for a link that is broken or leads
    into a folder that holds it.
    """
    found = Publishable()
    if source.is_dir():
        _walk(source, "", (source.resolve(),), found)
    else:
        found.files[_text(source.name)] = source
    return found


def _walk(folder: Path, prefix: str, within: tuple[Path, ...], found: Publishable) -> None:
    entries = sorted(folder.iterdir(), key=lambda each: each.name)
    if not entries and prefix:
        found.empty.append(prefix.rstrip("/"))
    for entry in entries:
        name = prefix + _text(entry.name)
        if entry.is_dir():
            inner = entry.resolve()
            if inner in within:
                raise NotPublishable(f"{name!r} is a link into a folder that holds it: remove it.")
            _walk(entry, f"{name}/", (*within, inner), found)
        elif entry.is_file():
            found.files[name] = entry
        elif entry.is_symlink():
            raise NotPublishable(f"{name!r} is a link that leads nowhere: remove it, or bring back what it leads to.")
        else:
            raise NotPublishable(f"{name!r} is neither a file nor a folder (a socket, a pipe, a device): remove it.")


def _text(name: str) -> str:
    """Decodes a name: on disk it is bytes, in Rocas text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise NotPublishable(f"The file name {name!r} is not in UTF-8: give it another one.") from None
    return name
