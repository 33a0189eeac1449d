"""Paths inside a container, or in the folder of a local run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Optional


@dataclass(frozen=True)
class Places:
    """The package's paths below one root. Tests, and runs without a container, have a root of their own."""

    root: Path = Path("/")
    # The folder of work, data, model and nha, if it is another one.
    folders: Optional[Path] = None

    @property
    def is_whole(self) -> bool:
        """True in a container: the visible system is the run's own."""
        return self.root == Path("/")

    @property
    def _folders(self) -> Path:
        return self.folders or self.root

    @property
    def token(self) -> Path:
        return self.root / "rocas/secrets/token"

    @property
    def variables(self) -> Path:
        return self.root / "rocas/secrets/env"

    @property
    def exit_code(self) -> Path:
        return self.state / "exit"

    @property
    def state(self) -> Path:
        return self.root / "rocas/state"

    @property
    def work(self) -> Path:
        return self._folders / "work"

    @property
    def datasets(self) -> Path:
        return self._folders / "data"

    @property
    def versions(self) -> Path:
        return self._folders / "model"

    @property
    def to_publish(self) -> Path:
        """The folder of a training's new version; no record's id and no `<model>.<name>` has this name."""
        return self._folders / "model/_new"

    @property
    def meta(self) -> Path:
        return self._folders / "nha/meta"

    @property
    def temporary(self) -> Path:
        """A folder on the scratch volume: a container's /tmp is a small tmpfs, which counts as memory."""
        return self.root / "scratch/tmp"


def _of_this_run() -> Places:
    # The root is set for runs that are local processes, the folders in images that lack our links.
    folders = os.environ.get("ROCAS_FOLDERS")
    return Places(Path(os.environ.get("ROCAS_ROOT", "/")), Path(folders) if folders else None)


CONTAINER = _of_this_run()
