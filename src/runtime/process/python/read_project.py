"""Prints the dependencies of a pyproject.toml, and the versions that its lock file settled, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python 3.9 and 3.10 have none of their own; pip brings one.
    from pip._vendor import tomli as tomllib

LOCKS = ("pylock.toml", "uv.lock", "poetry.lock", "pdm.lock")


def _read(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path.name} cannot be read: {error}") from error


def _dependencies(project: dict) -> list[str]:
    table = project.get("project")
    if table is None:
        if "poetry" in project.get("tool", {}):
            raise SystemExit(
                "pyproject.toml names its dependencies in Poetry's own table: move them to [project], or add a "
                "requirements.txt (poetry export -f requirements.txt -o requirements.txt)"
            )
        return []
    if "dependencies" in table.get("dynamic", []):
        raise SystemExit("pyproject.toml leaves its dependencies to its build (dynamic): add a requirements.txt")
    return [str(each) for each in table.get("dependencies", [])]


def _locked_versions(lock: dict) -> list[str]:
    """Returns the settled versions. A package with several, for several machines, is left to the installer."""
    versions: dict[str, set[str]] = {}
    for package in lock.get("packages", lock.get("package", [])):
        if "name" in package and "version" in package and "editable" not in package.get("source", {}):
            versions.setdefault(package["name"], set()).add(package["version"])
    return sorted(f"{name}=={next(iter(found))}" for name, found in versions.items() if len(found) == 1)


def main(folder: Path) -> None:
    dependencies = _dependencies(_read(folder / "pyproject.toml"))
    lock = next((name for name in LOCKS if (folder / name).is_file()), None)
    locked_versions = _locked_versions(_read(folder / lock)) if lock else []
    print(json.dumps({"dependencies": dependencies, "lock": lock, "lockedVersions": locked_versions}))


main(Path(sys.argv[1]))
