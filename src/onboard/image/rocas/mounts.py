"""The datasets and model versions in the container."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from .metadata import MOUNTS, load_metadata
from .places import CONTAINER, Places

Role = Literal["pretrained", "mover"]

# A message with choices stays readable for thousands of files.
MAX_LISTED = 20


class NotMounted(LookupError):
    """None or several mounted records fit; the message names the choices."""


@dataclass(frozen=True)
class MountedFile:
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Mount:
    """A dataset, or a model version in its role. Its files lie in a folder named after its id."""

    id: str
    model: str
    name: str
    folder: str | None
    files: tuple[MountedFile, ...]
    role: Role | None = None
    alias: str | None = None

    @classmethod
    def parse(cls, content: dict[str, Any]) -> Mount:
        files = tuple(MountedFile(str(f["name"]), int(f["size"]), str(f["sha256"])) for f in content["files"])
        named = (str(content["id"]), str(content["model"]), str(content["name"]), content.get("folder"))
        return cls(*named, files, content.get("role"), content.get("alias"))

    @property
    def title(self) -> str:
        return f"{self.model}/{self.name}"

    def is_called(self, name: str) -> bool:
        """True if that is its name, or its alias in the request."""
        return name in (self.name, self.alias)

    def has(self, file: str) -> bool:
        """True if it is one of the files, or their folder."""
        return any(each.name == file or each.name.startswith(f"{file}/") for each in self.files)


@dataclass(frozen=True)
class Mounts:
    kind: str
    datasets: tuple[Mount, ...]
    versions: tuple[Mount, ...]
    lazy: bool = False

    @classmethod
    def parse(cls, content: dict[str, Any]) -> Mounts:
        return cls(
            str(content["kind"]),
            tuple(Mount.parse(each) for each in content["datasets"]),
            tuple(Mount.parse(each) for each in content["versions"]),
            bool(content.get("lazy", False)),
        )

    @classmethod
    def load(cls, places: Places = CONTAINER) -> Mounts:
        content = load_metadata(MOUNTS, places)
        if content is None:
            raise NotMounted("Nothing is mounted: this runs outside of a Rocas container.")
        return cls.parse(content)

    def as_metadata(self) -> dict[str, Any]:
        return {MOUNTS: asdict(self)}


def pick(mounts: tuple[Mount, ...], noun: str, *, model: str | None, name: str | None, file: str | None) -> Mount:
    """Returns the one mount that fits. Raises NotMounted, naming the choices, for none or several."""
    fitting = [
        each
        for each in mounts
        if (model is None or each.model == model)
        and (name is None or each.is_called(name))
        and (file is None or each.has(file))
    ]
    if len(fitting) == 1:
        return fitting[0]
    wanted = _wanted(noun, model, name, file)
    if fitting:
        raise NotMounted(f"More than one {wanted}: {_titles(fitting)}. Name one by model and {noun}.")
    if not mounts:
        raise NotMounted(f"There is no {wanted}: none is mounted.")
    choices = "; ".join(f"{each.title} has {_listed(each)}" for each in mounts)
    raise NotMounted(f"There is no {wanted}. Mounted: {choices}.")


def _wanted(noun: str, model: str | None, name: str | None, file: str | None) -> str:
    words = [f"mounted {noun}"]
    if name is not None:
        words.append(f"named {name!r}")
    if model is not None:
        words.append(f"of the model {model!r}")
    if file is not None:
        words.append(f"with a file {file!r}")
    return " ".join(words)


def _listed(mount: Mount) -> str:
    names = ", ".join(file.name for file in mount.files[:MAX_LISTED]) or "no files"
    more = len(mount.files) - MAX_LISTED
    return names if more <= 0 else f"{names} and {more} more"


def _titles(mounts: list[Mount]) -> str:
    return ", ".join(each.title for each in mounts)
