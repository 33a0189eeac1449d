"""The project lies in the image, which is read-only; it runs in a copy on the scratch volume."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


class BadProject(Exception):
    """The image's project cannot be run; the message says why."""


def copy_project(source: Path, work: Path) -> None:
    """Copies the image's WORKDIR with its links as links. Raises BadProject."""
    if source == Path("/"):
        raise BadProject("The image has no project: its Dockerfile needs a WORKDIR and a COPY into it.")
    if source.resolve() == work.resolve():
        return
    try:
        shutil.copytree(source, work, symlinks=True, dirs_exist_ok=True, ignore=_special_files)
    except (OSError, shutil.Error) as error:
        raise BadProject(f"The project in {source} cannot be copied: {error}") from error
    # Files of a read-only checkout stay writable for the notebook that works beside them.
    for folder, _, files in os.walk(work):
        for path in (folder, *(os.path.join(folder, file) for file in files)):
            if not os.path.islink(path):
                os.chmod(path, os.stat(path).st_mode | stat.S_IRUSR | stat.S_IWUSR)


def _special_files(folder: str, names: list[str]) -> set[str]:
    """A pipe in the project would hold the copy for ever."""
    return {name for name in names if not _copied(os.lstat(os.path.join(folder, name)).st_mode)}


def _copied(mode: int) -> bool:
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)
