"""Finds the Python that the notebook runs in: the one that the image's author would get."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..kernel import __file__ as KERNEL

KERNEL_NAME = "rocas"
CHECK_SECONDS = 60
# ipykernel's warnings, as of no encryption on the loopback, are for those who offer it to others.
QUIET = ("--log-level=ERROR",)


class BadPython(Exception):
    """The image's Python cannot run a notebook; the message says why."""


def install_kernel(data: Path) -> None:
    """Describes the kernel to Jupyter, whose data folder this is. Raises BadPython."""
    python = image_python()
    launcher = str(Path(KERNEL).parent / "__main__.py")
    if python != sys.executable:
        _check(python, launcher)
    folder = data / "kernels" / KERNEL_NAME
    folder.mkdir(parents=True, exist_ok=True)
    spec = {"argv": [python, launcher, "-f", "{connection_file}", *QUIET], "language": "python", "display_name": "Rocas"}
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def image_python() -> str:
    """Returns the Python of the virtual environment, else the first on the PATH, else the entrypoint's own."""
    environment = os.environ.get("VIRTUAL_ENV")
    inside = os.path.join(environment, "bin", "python") if environment else None
    found = inside if inside and os.access(inside, os.X_OK) else shutil.which("python3") or sys.executable
    prefix = Path(found).parent.parent
    is_other = (prefix / "pyvenv.cfg").exists() and not prefix.samefile(sys.prefix)
    is_own = os.path.realpath(found) == os.path.realpath(sys.executable) and not is_other
    return sys.executable if is_own else found


def _check(python: str, launcher: str) -> None:
    try:
        done = subprocess.run([python, launcher, "--check"], capture_output=True, text=True, timeout=CHECK_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise BadPython(f"The image's Python {python} cannot be started: {error}") from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"it ended with exit code {done.returncode}"]
        advice = "" if lines[-1].startswith("it is ") else (
            f" Let the Dockerfile install ipykernel in it: RUN {python} -m pip install ipykernel"
        )
        raise BadPython(
            f"The image's Python {python}, first on the PATH or named by VIRTUAL_ENV, cannot run a notebook: {lines[-1]}.{advice}"
        )
