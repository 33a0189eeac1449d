"""Texts with lone surrogates, as file names and broken JSON have them."""

from __future__ import annotations

import json
from typing import Any

from jupyter_client.jsonutil import json_default


def send_any_text(shell: Any) -> None:
    """Makes jupyter_client send them. Otherwise a cell's output, or its whole result, would be lost."""
    session = shell.kernel.session
    pack = session.pack

    def pack_any(content: Any) -> Any:
        try:
            return pack(content)
        except UnicodeEncodeError:
            return json.dumps(content, default=json_default).encode("ascii")

    session.pack = pack_any
