"""`LazyModelServer`: fetches versions at their first request."""

from __future__ import annotations

import shutil
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Callable
from urllib.parse import quote

from ..fetch import fetch_mount
from ..mounts import Mount
from ..paths import only_model
from ..places import CONTAINER, Places
from ..run_api import ApiRefused, ApiUnavailable, RunApi
from .online_predict import CONCURRENCY, header_name
from .prediction_server import Answer
from .request_body import Refusal
from .serve import PORT, serve

# A name may be republished at any time. An earlier answer for it counts for so long.
NAME_SECONDS = 30.0
FETCH_SECONDS = 30.0


@dataclass
class _Loaded:
    mount: Mount
    ready: bool = False
    model: Any = None


class LazyModelServer:
    """
    Serves any version of a model at POST /predict?model_version=<name>, and blocks.

        LazyModelServer(predict_func=lambda body, clf: ..., load_model_func=lambda folder: joblib.load(folder + "/clf.pkl"))()

    load_model_func  gets the folder of the version's files, and returns what predict_func gets as its second argument
    model            the model's name; by default the project's only model
    max_models       so many versions stay loaded; the least recently used one goes
    """

    def __init__(
        self,
        predict_func: Callable[[Any, Any], Any],
        load_model_func: Callable[[str], Any],
        model: str | None = None,
        port: int = PORT,
        max_models: int = 4,
        concurrency: int = CONCURRENCY,
        *,
        places: Places = CONTAINER,
        api: RunApi | None = None,
    ) -> None:
        self._predict_func = predict_func
        self._load_model_func = load_model_func
        self._model = model
        self._port = port
        self._max_models = max_models
        self._concurrency = concurrency
        self._places = places
        self._given_api = api
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._names: dict[str, tuple[float, Mount]] = {}
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()
        # A lock for each version's folder; it outlives the version's place among the loaded ones.
        self._folders: dict[str, threading.Lock] = {}

    def __call__(self) -> None:
        self._api = self._given_api or RunApi.from_container(self._places)
        model = self._model or only_model(self._places)
        if model is None:
            raise ValueError("The project has not exactly one model: name the one to serve.")
        self._model = model
        serve(self._predict, self._port, self._concurrency, self._api, self._stop)

    def stop(self) -> None:
        self._stop.set()

    def _predict(self, body: Any, version: str | None) -> Answer:
        if not version:
            raise Refusal(400, "Name the version: /predict?model_version=<name>.")
        try:
            loaded = self._loaded_version(self._named(version))
        except ApiUnavailable as error:
            raise Refusal(503, "The version cannot be fetched at the moment.") from error
        value = self._predict_func(body, loaded.model)
        return Answer(value, header_name(loaded.mount.model, loaded.mount.name))

    def _named(self, version: str) -> Mount:
        known = self._names.get(version)
        if known and known[0] > time.monotonic():
            return known[1]
        try:
            answer = self._api.get(f"/lazy/{quote(self._model or '', safe='')}/{quote(version, safe='')}")
        except ApiRefused as refused:
            raise Refusal(404, str(refused)) from refused
        except ApiUnavailable:
            if known:
                return known[1]
            raise
        mount = Mount.parse({"folder": None, **answer})
        with self._lock:
            if len(self._names) >= 1000:
                self._names.clear()
            self._names[version] = (time.monotonic() + NAME_SECONDS, mount)
        return mount

    def _loaded_version(self, mount: Mount) -> _Loaded:
        with self._lock:
            loaded = self._loaded.setdefault(mount.id, _Loaded(mount))
            self._loaded.move_to_end(mount.id)
            too_many = len(self._loaded) - self._max_models
            gone = [self._loaded.popitem(last=False)[0] for _ in range(too_many)]
            folder_in_use = self._folders.setdefault(mount.id, threading.Lock())
        # Done once, by the first request. Others of this version wait; those of another do not.
        with folder_in_use:
            if not loaded.ready:
                folder = fetch_mount(self._api, mount, self._places.versions, self._stop, FETCH_SECONDS)
                loaded.model = self._load_model_func(str(folder))
                loaded.ready = True
        for id in gone:
            self._remove(id)
        return loaded

    def _remove(self, id: str) -> None:
        with self._folders[id]:
            with self._lock:
                if id in self._loaded:  # requested again meanwhile
                    return
            shutil.rmtree(self._places.versions / id, ignore_errors=True)
