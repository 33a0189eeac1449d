"""Checks that the run sees the GPUs that it asked for. CUDA itself says nothing: the notebook would run on the processor."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

LIST_SECONDS = 60
_CARD = re.compile(r"GPU (\d+): .*\(UUID: (GPU-[^)]+)\)")
_MIG = re.compile(r"\s+MIG .*\(UUID: (MIG-[^)]+)\)")
_DEVICE = re.compile(r"nvidia\d+$")


class MissingGpus(Exception):
    """The run sees fewer or more GPUs than it asked for; the message says how many."""


class Card(NamedTuple):
    index: str
    uuid: str


def check_gpus(wanted: int, environment: Mapping[str, str] = os.environ, devices: Path = Path("/dev")) -> None:
    """Raises MissingGpus unless the run sees exactly so many."""
    cards = _listed_cards()
    seen = _seen(cards, environment.get("CUDA_VISIBLE_DEVICES")) if cards is not None else _device_files(devices)
    if seen != wanted:
        chosen = environment.get("CUDA_VISIBLE_DEVICES")
        told = "" if chosen is None else f", with CUDA_VISIBLE_DEVICES={chosen!r}"
        have = "nvidia-smi is not there, and /dev has" if cards is None else "nvidia-smi lists"
        count = _device_files(devices) if cards is None else len(cards)
        raise MissingGpus(f"The run asked for {wanted} GPUs and sees {seen}: {have} {count}{told}.")


def _seen(cards: list[Card], chosen: str | None) -> int:
    """Returns the number of cards that CUDA shows: its list ends at the first entry that is not there."""
    if chosen is None:
        return len(cards)
    found: list[Card] = []
    for entry in (each.strip() for each in chosen.split(",")):
        card = next((each for each in cards if entry and (entry == each.index or each.uuid.startswith(entry))), None)
        if card is None or card in found:
            break
        found.append(card)
    return len(found)


def _listed_cards() -> list[Card] | None:
    """Returns the cards, or their parts if they are parted; None without nvidia-smi."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=LIST_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return []
    if done.returncode != 0:
        return []
    lines = done.stdout.splitlines()
    parts = [Card("", found[1]) for found in map(_MIG.match, lines) if found]
    return parts or [Card(found[1], found[2]) for found in map(_CARD.match, lines) if found]


def _device_files(devices: Path) -> int:
    return sum(1 for each in devices.iterdir() if _DEVICE.match(each.name)) if devices.is_dir() else 0
