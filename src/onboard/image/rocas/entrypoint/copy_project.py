"""Copies the project out of the read-only image. It runs in the copy, on the scratch volume."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


class BadProject(Exception):
    """The image's project cannot be run; the message says why."""


def copy_project(source: Path, work: Path) -> None:
    """Copies the image's WORKDIR. Links stay links, and virtual environments become links. Raises BadProject."""
    if source == Path("/"):
        raise BadProject("The image has no project: its Dockerfile needs a WORKDIR and a COPY into it.")
    if source.resolve() == work.resolve():
        return
    try:
        shutil.copytree(source, work, symlinks=True, dirs_exist_ok=True, ignore=_not_copied)
        _link_environments(source, work)
    except (OSError, shutil.Error) as error:
        raise BadProject(f"The project in {source} cannot be copied: {error}") from error
    # Files of a read-only checkout become writable for the notebook.
    for folder, _, files in os.walk(work):
        for path in (folder, *(os.path.join(folder, file) for file in files)):
            if not os.path.islink(path):
                os.chmod(path, os.stat(path).st_mode | stat.S_IRUSR | stat.S_IWUSR)


def _not_copied(folder: str, names: list[str]) -> set[str]:
    """
    Returns the entries to leave out: reading a pipe never ends, and a virtual environment is large and knows its place
    by name.
    """
    return {name for name in names if not _is_copied(os.path.join(folder, name))}


def _is_copied(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode) or (stat.S_ISDIR(mode) and not _is_environment(path))


def _is_environment(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "pyvenv.cfg"))


def _link_environments(source: Path, work: Path) -> None:
    for folder, folders, _ in os.walk(source):
        for name in [each for each in folders if _is_environment(os.path.join(folder, each))]:
            folders.remove(name)
            there = Path(folder, name)
            link = work / there.relative_to(source)
            if not there.is_symlink() and not link.exists():
                link.symlink_to(there)
