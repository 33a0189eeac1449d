"""The check of GPUs, by the documented output of nvidia-smi: no card is here."""

from __future__ import annotations

import os
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from rocas.entrypoint.gpus import MissingGpus, check_gpus

TWO = (
    "GPU 0: NVIDIA H200 (UUID: GPU-5c1b6d0e-0d8e-4a9e-9d40-6f4d1a7e0001)",
    "GPU 1: NVIDIA H200 (UUID: GPU-8f2f7c1a-3b1d-4c55-8a8e-6f4d1a7e0002)",
)
PARTED = (
    TWO[0],
    "  MIG 1g.18gb     Device  0: (UUID: MIG-1a2b)",
    "  MIG 1g.18gb     Device  1: (UUID: MIG-3c4d)",
)


class CheckGpus(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.path = Path(self._folder.name)

    def check(self, wanted: int, lines: tuple[str, ...] | None, chosen: str | None = None) -> None:
        if lines is not None:
            program = self.path / "nvidia-smi"
            program.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines))
            program.chmod(0o755)
        environment = {} if chosen is None else {"CUDA_VISIBLE_DEVICES": chosen}
        with patch.dict(os.environ, {"PATH": str(self.path)}):
            check_gpus(wanted, environment, self.path)

    def test_as_many_as_asked_for_are_right(self) -> None:
        self.check(2, TWO)
        self.check(1, TWO, "1")
        self.check(1, TWO, "GPU-8f2f")
        self.check(2, PARTED)

    def test_a_choice_ends_at_the_first_card_that_is_not_there(self) -> None:
        for chosen, seen in (("0,7", 1), ("7,0", 0), ("", 0), ("all", 0), ("none", 0), ("GPU-unknown", 0), ("0,0", 1)):
            with self.subTest(chosen), self.assertRaisesRegex(MissingGpus, f"asked for 2 GPUs and sees {seen}: .*{chosen}"):
                self.check(2, TWO, chosen)

    def test_no_card_is_told(self) -> None:
        with self.assertRaisesRegex(MissingGpus, "asked for 1 GPUs and sees 0: nvidia-smi lists 0"):
            self.check(1, ())

    def test_without_nvidia_smi_the_device_files_count(self) -> None:
        with self.assertRaisesRegex(MissingGpus, "nvidia-smi is not there, and /dev has 0"):
            self.check(1, None)
        for name in ("nvidia0", "nvidiactl", "nvidia-uvm"):
            (self.path / name).touch()
        self.check(1, None)
