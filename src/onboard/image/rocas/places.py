"""Where things lie inside the container."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Every path the package uses, below one root, so that a test can have a root of its own."""

    root: Path = Path("/")

    @property
    def token(self) -> Path:
        return self.root / "rocas/secrets/token"

    @property
    def exit_code(self) -> Path:
        return self.root / "rocas/state/exit"

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
        """On the scratch volume: /tmp is a small tmpfs, which counts as memory."""
        return self.root / "scratch/tmp"


CONTAINER = Places()
