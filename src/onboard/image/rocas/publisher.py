"""`Publisher`: a training's files become a model version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .back_off import persist
from .json_value import to_json
from .mounts import Mounts, Role, pick
from .paths import UNNAMED_MODEL, folder_to_publish
from .places import CONTAINER, Places
from .run_api import ApiRefused, RunApi

# Upload tickets last some minutes; publishing again gives the same version with fresh ones.
TICKET_ROUNDS = 3
EXPIRED_TICKET = (401, 403, 404, 410)

Reference = str | tuple[str, str] | dict[str, str]


class PublishError(Exception):
    """The version was not published; the message says why."""


@dataclass(frozen=True)
class PublishedVersion:
    id: str
    model: str
    name: str


class Publisher:
    """
    Publishes the files of a folder as a version of a model.

        Publisher()(details={"metrics": {"accuracy": 0.97}})

    model     the model's name; the project's only model where it is left out
    src_path  a folder, or one file; the folder of `model_path` where it is left out
    """

    def __init__(
        self,
        model: str | None = None,
        src_path: str | Path | None = None,
        *,
        places: Places = CONTAINER,
        api: RunApi | None = None,
    ) -> None:
        self._model = model
        self._source = Path(src_path) if src_path is not None else None
        self._places = places
        self._api = api

    def __call__(
        self,
        details: dict[str, Any] | None = None,
        version_name: str | None = None,
        ds: Reference | None = None,
        pretrained: Reference | None = None,
        lightweight: bool = False,
        compressed: bool = False,
    ) -> PublishedVersion:
        """
        Uploads the files and returns the version once it is complete.

        `ds` and `pretrained` name what the version was trained with: a name, or (model, name). Left out, it is the
        only mounted one of the model. Calling again with the same files and name gives the same version.
        Raises PublishError where the model's file contract is not met or Rocas refuses for another reason.
        """
        files = self._files()
        wish: dict[str, Any] = {
            "name": version_name,
            "model": self._model,
            "details": _checked_details(details),
            "ds": self._reference(ds, "dataset"),
            "pretrained": self._reference(pretrained, "pretrained"),
            "lightweight": lightweight,
            "compressed": compressed,
            "files": [_described(file) for file in files],
        }
        # What is left out is chosen by Rocas; a null would say "none".
        wish = {key: value for key, value in wish.items() if value is not None}
        return self._publish(wish, {file.name: file for file in files})

    def _publish(self, wish: dict[str, Any], files: dict[str, Path]) -> PublishedVersion:
        api = self._api or RunApi.from_container(self._places)
        sizes = {each["name"]: each["size"] for each in wish["files"]}
        for _ in range(TICKET_ROUNDS):
            try:
                version = persist(lambda: api.post("/publish", wish))
            except ApiRefused as refused:
                raise PublishError(str(refused)) from None
            # The same version is meant if this is repeated, also where Rocas made up its name.
            wish["name"] = version["name"]
            if self._upload(api, version, files, sizes):
                return PublishedVersion(version["id"], version["model"], version["name"])
        raise PublishError(f"The version {version['name']} stayed incomplete: its upload tickets expired time and again.")

    def _upload(self, api: RunApi, version: dict[str, Any], files: dict[str, Path], sizes: dict[str, int]) -> bool:
        """Whether the version is complete then."""
        state = str(version["state"])
        for upload in version["uploads"]:
            file, size = files[upload["name"]], sizes[upload["name"]]
            try:
                state = str(persist(lambda: api.put_file(upload["url"], file, size))["state"])
            except ApiRefused as refused:
                if refused.status in EXPIRED_TICKET:
                    return False
                raise PublishError(f"{file.name}: {refused}") from None
        return state == "READY"

    def _files(self) -> list[Path]:
        source = self._source or self._default_folder()
        if source.is_file():
            return [source]
        if not source.is_dir():
            raise PublishError(f"There is nothing at {source}.")
        files = sorted(each for each in source.iterdir() if each.is_file() and not each.name.startswith("."))
        if not files:
            raise PublishError(f"There are no files in {source}: write them to model_path('...') first.")
        return files

    def _default_folder(self) -> Path:
        named = folder_to_publish(self._model, self._places)
        unnamed = self._places.to_publish / UNNAMED_MODEL
        return named if named.is_dir() or not unnamed.is_dir() else unnamed

    def _reference(self, given: Reference | None, what: str) -> dict[str, str] | None:
        if given is None:
            return None
        if isinstance(given, dict):
            return {"model": given["model"], "name": given["name"]}
        model, name = (None, given) if isinstance(given, str) else given
        mounts = Mounts.load(self._places)
        role: Role = "pretrained"
        among = mounts.datasets if what == "dataset" else tuple(v for v in mounts.versions if v.role == role)
        mount = pick(among, what, model=model, name=name, file=None)
        return {"model": mount.model, "name": mount.name}


def _described(file: Path) -> dict[str, Any]:
    checksum, size = hashlib.sha256(), 0
    with file.open("rb") as content:
        while piece := content.read(1024 * 1024):
            checksum.update(piece)
            size += len(piece)
    return {"name": file.name, "size": size, "sha256": checksum.hexdigest()}


def _checked_details(details: dict[str, Any] | None) -> dict[str, Any]:
    try:
        checked: dict[str, Any] = json.loads(to_json(details or {}))
        return checked
    except (TypeError, ValueError) as error:
        raise PublishError(f"details: {error}") from error
