"""A root of its own for each test."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import Any

from rocas.metadata import write_metadata
from rocas.places import Places


class RootedTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.places = Places(Path(folder.name))
        self.places.exit_code.parent.mkdir(parents=True)

    def mount(self, kind: str, datasets: list[dict[str, Any]] = [], versions: list[dict[str, Any]] = []) -> None:
        write_metadata({"mounts": {"kind": kind, "datasets": datasets, "versions": versions}}, self.places)


def record(id: str, model: str, name: str, *files: str, role: str | None = None) -> dict[str, Any]:
    return {
        "id": id,
        "model": model,
        "name": name,
        "folder": f"{model}.{name}",
        "files": [{"name": file, "size": 1, "sha256": "0" * 64} for file in files],
        "role": role,
    }
