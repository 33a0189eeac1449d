"""`Publisher` makes a model version of a training's files."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Dict, Tuple, Union

from .back_off import persist
from .json_details import NotJson, as_json
from .mounts import Mount, Mounts, NotMounted, pick
from .paths import UNNAMED_MODEL, folder_to_publish
from .places import CONTAINER, Places
from .publishable import NotPublishable, Publishable, publishable
from .run_api import ApiRefused, RunApi
from .upload import upload

# Upload tickets last some minutes; publishing again gives the same version with fresh ones.
TICKET_ROUNDS = 3
UPLOADS_AT_ONCE = 8
EXPIRED_TICKET = (401, 403, 404, 410)

# This form suits Python 3.8, too, which an image may bring.
Reference = Union[str, Tuple[str, str], Dict[str, str]]


class _Chosen(Enum):
    """The value of omitted arguments: Rocas chooses. None says that the version has none."""

    BY_ROCAS = "the only mounted one of the model, or none"

    def __repr__(self) -> str:
        return self.name


BY_ROCAS = _Chosen.BY_ROCAS


class PublishError(Exception):
    """The version was not published; the message says why."""


@dataclass(frozen=True)
class PublishedVersion:
    id: str
    model: str
    name: str


class Publisher:
    """
    Publishes the files of a folder as a version of a model, with sub-folders and names with a leading dot.

        Publisher()(details={"metrics": {"accuracy": 0.97}}, ds=("iris-clf", "iris"))

    A link stands for its target. An empty folder is not kept, which the log says.

    model     the model's name; by default the project's only model
    src_path  a folder, or one file; by default the folder of `model_path`
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
        ds: Reference | None | _Chosen = BY_ROCAS,
        pretrained: Reference | None | _Chosen = BY_ROCAS,
        lightweight: bool = False,
        compressed: bool = False,
    ) -> PublishedVersion:
        """
        Uploads the files and returns the version once it is complete.

        `ds` and `pretrained` name the dataset and the version of the training: a name, or (model, name); None says
        that there was none. By default it is the only mounted one of the model, or none, which the log then says.
        Another call with the same arguments and files gives the same version. With others under the same name, it
        gives a version that replaces the first.
        Raises PublishError if the model's file contract is not met, or Rocas refuses for another reason.
        """
        found = self._found()
        if found.empty:
            print(f"Publisher: empty folders are not kept: {', '.join(found.empty)}.", flush=True)
        request: dict[str, Any] = {
            "details": _checked_details(details),
            "lightweight": lightweight,
            "compressed": compressed,
            "files": [_described(name, file) for name, file in found.files.items()],
        }
        request.update((key, text) for key, text in (("name", version_name), ("model", self._model)) if text is not None)
        for field, given, noun in (("ds", ds, "dataset"), ("pretrained", pretrained, "pretrained")):
            if given is not BY_ROCAS:
                request[field] = self._reference(field, given, noun)
        version = self._publish(request, found.files)
        for field, noun in (("ds", "dataset"), ("pretrained", "pretrained")):
            if field not in request:
                self._warn_of_choice(field, noun, version.model)
        return version

    def _publish(self, request: dict[str, Any], files: dict[str, Path]) -> PublishedVersion:
        api = self._api or RunApi.from_container(self._places)
        sizes = {each["name"]: each["size"] for each in request["files"]}
        for _ in range(TICKET_ROUNDS):
            try:
                version = persist(lambda: api.post("/publish", request))
            except ApiRefused as refused:
                raise PublishError(str(refused)) from None
            # A repeated call means the same version, also by Rocas' own name.
            request["name"] = version["name"]
            if self._upload(api, version, files, sizes):
                return PublishedVersion(version["id"], version["model"], version["name"])
        raise PublishError(f"The version {version['name']} stayed incomplete: its upload tickets expired time and again.")

    def _upload(self, api: RunApi, version: dict[str, Any], files: dict[str, Path], sizes: dict[str, int]) -> bool:
        """Uploads. True if the version is complete then."""

        def send(ticket: dict[str, str]) -> str | None:
            """Returns the version's state; None if the ticket has expired."""
            name = ticket["name"]
            try:
                return upload(api, ticket["url"], files[name], sizes[name])
            except ApiRefused as refused:
                if refused.status in EXPIRED_TICKET:
                    return None
                raise PublishError(f"{name}: {refused}") from None

        # Small files spend most of their time waiting.
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            sending = [pool.submit(send, each) for each in version["uploads"]]
            try:
                states = [each.result() for each in sending]
            except BaseException:
                for each in sending:
                    each.cancel()
                raise
        return None not in states and "READY" in (version["state"], *states)

    def _found(self) -> Publishable:
        source = self._source or self._default_folder()
        if not source.exists():
            raise PublishError(f"There is nothing at {source}.")
        try:
            found = publishable(source)
        except NotPublishable as error:
            raise PublishError(f"{source}: {error}") from None
        if not found.files:
            raise PublishError(f"There are no files in {source}: write them to model_path('...') first.")
        return found

    def _default_folder(self) -> Path:
        named = folder_to_publish(self._model, self._places)
        unnamed = self._places.to_publish / UNNAMED_MODEL
        return named if named.is_dir() or not unnamed.is_dir() else unnamed

    def _reference(self, field: str, given: Any, noun: str) -> dict[str, str] | None:
        if given is None:
            return None
        if isinstance(given, dict):
            given = (given.get("model"), given.get("name"))
        model, name = (None, given) if isinstance(given, str) else _pair(field, given)
        mount = pick(self._among(noun), noun, model=model, name=name, file=None)
        return {"model": mount.model, "name": mount.name}

    def _among(self, noun: str) -> tuple[Mount, ...]:
        mounts = Mounts.load(self._places)
        return mounts.datasets if noun == "dataset" else tuple(v for v in mounts.versions if v.role == "pretrained")

    def _warn_of_choice(self, field: str, noun: str, model: str) -> None:
        """Warns if other records were mounted, too: Rocas takes the only one of the version's own model."""
        try:
            mounted = self._among(noun)
        except NotMounted:
            return
        if not mounted or len([each for each in mounted if each.model == model]) == 1:
            return
        choices = " or ".join(f'{field}=("{each.model}", "{each.name}")' for each in mounted)
        print(
            f"Publisher: this version of {model} has no {field}: not exactly one mounted {noun} is of that model. "
            f"If it was trained with one, write {choices}; else {field}=None.",
            flush=True,
        )


def _pair(field: str, given: Any) -> tuple[str, str]:
    pair = tuple(given) if isinstance(given, (tuple, list)) else ()
    if len(pair) != 2 or not all(isinstance(each, str) for each in pair):
        raise PublishError(f"{field} is {given!r}: a name, (model, name) or None is expected.")
    return pair[0], pair[1]


def _described(name: str, file: Path) -> dict[str, Any]:
    checksum, size = hashlib.sha256(), 0
    with file.open("rb") as content:
        while piece := content.read(1024 * 1024):
            checksum.update(piece)
            size += len(piece)
    return {"name": name, "size": size, "sha256": checksum.hexdigest()}


def _checked_details(details: dict[str, Any] | None) -> dict[str, Any]:
    if details is not None and not isinstance(details, dict):
        raise PublishError(f"details is a {type(details).__name__}: a dict is expected.")
    try:
        checked: dict[str, Any] = as_json(details or {})
        return checked
    except NotJson as error:
        raise PublishError(str(error)) from None
