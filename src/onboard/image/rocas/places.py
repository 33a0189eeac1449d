"""Where things lie: inside a container, or below the folder of a run that has none."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Every path the package uses, below one root, so that a test, and a run without a container, can have its own."""

    root: Path = Path("/")

    @property
    def is_whole(self) -> bool:
        """Whether the system that is seen is the run's own: a container."""
        return self.root == Path("/")

    @property
    def token(self) -> Path:
        return self.root / "rocas/secrets/token"

    @property
    def exit_code(self) -> Path:
        return self.state / "exit"

    @property
    def state(self) -> Path:
        return self.root / "rocas/state"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def datasets(self) -> Path:
        return self.root / "data"

    @property
    def versions(self) -> Path:
        return self.root / "model"

    @property
    def to_publish(self) -> Path:
        """A training writes a version's files here; no record's id and no `<model>.<name>` can be called so."""
        return self.root / "model/_new"

    @property
    def meta(self) -> Path:
        return self.root / "nha/meta"

    @property
    def temporary(self) -> Path:
        """On the scratch volume: a container's /tmp is a small tmpfs, which counts as memory."""
        return self.root / "scratch/tmp"


# The variable is set for runs that are local processes.
CONTAINER = Places(Path(os.environ.get("ROCAS_ROOT", "/")))
