"""`OnlinePredict` serves one function."""

from __future__ import annotations

import threading
from typing import Any, Callable
from urllib.parse import quote

from ..mounts import Mounts, NotMounted
from ..places import CONTAINER, Places
from ..run_api import RunApi
from .prediction_server import Answer
from .serve import PORT, serve

CONCURRENCY = 8


class OnlinePredict:
    """
    Serves `predict_func` at POST /predict, and blocks.

        OnlinePredict(lambda flower: clf.predict([flower])[0])()

    The function gets the body: decoded JSON, str for text, else bytes. It returns a JSON value, or bytes. An error is
    answered with 500 and its message, a BadInput with 400. `concurrency=1` is for a function that must not run twice at
    the same time.
    """

    def __init__(
        self,
        predict_func: Callable[[Any], Any],
        port: int = PORT,
        concurrency: int = CONCURRENCY,
        *,
        places: Places = CONTAINER,
        api: RunApi | None = None,
    ) -> None:
        self._predict_func = predict_func
        self._port = port
        self._concurrency = concurrency
        self._places = places
        self._api = api
        self._stop = threading.Event()

    def __call__(self) -> None:
        version = served_version(self._places)
        serve(
            lambda body, _: Answer(self._predict_func(body), version),
            self._port,
            self._concurrency,
            self._api,
            self._stop,
        )

    def stop(self) -> None:
        self._stop.set()


def served_version(places: Places) -> str | None:
    """Returns the serving version for the header; None if several are mounted and any may answer."""
    try:
        movers = [each for each in Mounts.load(places).versions if each.role == "mover"]
    except NotMounted:
        return None
    return header_name(movers[0].model, movers[0].name) if len(movers) == 1 else None


def header_name(model: str, name: str) -> str:
    """Escapes imported names, which hold characters that no header may."""
    return f"{quote(model, safe='')}/{quote(name, safe='')}"
