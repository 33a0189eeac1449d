"""The variables that the request gave to the environment of the notebook, some of them from treasure chests."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from ..places import Places

# A shorter value is no secret, and occurs in any text.
MIN_SECRET_CHARACTERS = 4
STARS = "***"


@dataclass(frozen=True)
class Variables:
    values: dict[str, str]
    # The values from treasure chests, the longest first: one may hold another.
    secrets: tuple[str, ...]

    @classmethod
    def read(cls, places: Places) -> Variables:
        """Reads the secret file; there is none if the request gave no variable."""
        try:
            content = json.loads(places.variables.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls({}, ())
        values = {str(name): str(value) for name, value in content["values"].items()}
        secrets = {values[name] for name in content["secret"] if len(values[name]) >= MIN_SECRET_CHARACTERS}
        return cls(values, tuple(sorted(secrets, key=len, reverse=True)))

    def enter(self) -> None:
        """Sets them for this process and those that it starts."""
        os.environ.update(self.values)

    def mask(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, STARS)
        return text

    def mask_all(self, value: Any) -> Any:
        """Masks each text in lists and objects, in place."""
        if not self.secrets:
            return value
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, dict):
            for key, each in value.items():
                value[key] = self.mask_all(each)
        elif isinstance(value, list):
            value[:] = [self.mask_all(each) for each in value]
        return value
