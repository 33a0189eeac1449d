"""`data_path` and `model_path`: the places of a notebook's files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Union

from .file_name import plain_name, relative_path
from .metadata import load_metadata
from .mounts import Mounts, pick
from .places import CONTAINER, Places

UNNAMED_MODEL = "_"

# This form suits Python 3.9, too, which an image may bring.
FileName = Union[str, "os.PathLike[str]"]


def data_path(
    file: FileName | None = None, model: str | None = None, dataset: str | None = None, *, places: Places = CONTAINER
) -> str:
    """
    Returns the path of a file (`train/a.csv`) or sub-folder (`train`) of a mounted dataset. Without a name, it is the
    dataset's folder.

    `data_path("measures.csv")` looks through every mounted dataset. If several have the file, name one:
    `data_path("measures.csv", model="iris-clf", dataset="iris")`. Raises NotMounted, naming the choices.
    """
    name = _without_end(file)
    mount = pick(Mounts.load(places).datasets, "dataset", model=model, name=dataset, file=name)
    return _within(places.datasets / mount.id, name)


def model_path(
    file: FileName | None = None, model: str | None = None, version: str | None = None, *, places: Places = CONTAINER
) -> str:
    """
    In a deployment: returns the path at which to *read* a file of the version that is served.

    In a training: returns the path at which to *write* a file that `Publisher` then publishes; its folders are made.
    With `version` it is a path to read, as `pretrained_path` returns it.

    Without a file it is the folder. Raises NotMounted, naming the choices, if several versions fit.
    """
    mounts = Mounts.load(places)
    if mounts.kind == "train" and version is None:
        folder = folder_to_publish(model, places)
        path = Path(_within(folder, file))
        # A writer of `variables/x.index` needs its folder at once.
        (path.parent if file is not None else path).mkdir(parents=True, exist_ok=True)
        return str(path)
    role = "pretrained" if mounts.kind == "train" else "mover"
    return _version_path(mounts, role, file, model, version, places)


def pretrained_path(
    file: FileName | None = None, model: str | None = None, version: str | None = None, *, places: Places = CONTAINER
) -> str:
    """In a training: returns the path at which to read a file of a pre-trained version."""
    return _version_path(Mounts.load(places), "pretrained", file, model, version, places)


def folder_to_publish(model: str | None, places: Places = CONTAINER) -> Path:
    """Returns the model's folder. The project's only model need not be named."""
    name = model or only_model(places) or UNNAMED_MODEL
    # Imported models have names of any form: a link or a dot must not lead elsewhere.
    return places.to_publish / plain_name(name.replace("/", "_"))


def only_model(places: Places = CONTAINER) -> str | None:
    """Returns the name of the project's model if it has exactly one."""
    models = load_metadata("models", places) or []
    return str(models[0]["name"]) if len(models) == 1 else None


def _version_path(
    mounts: Mounts, role: str, file: FileName | None, model: str | None, version: str | None, places: Places
) -> str:
    name = _without_end(file)
    of_role = tuple(each for each in mounts.versions if each.role == role)
    mount = pick(of_role, "version", model=model, name=version, file=name)
    return _within(places.versions / mount.id, name)


def _within(folder: Path, file: FileName | None) -> str:
    name = _without_end(file)
    return str(folder if name is None else folder / relative_path(name))


def _without_end(file: FileName | None) -> str | None:
    """Drops a slash at the end of a folder's path."""
    if file is None:
        return None
    name = os.fspath(file)
    return name[:-1] if name.endswith("/") else name
