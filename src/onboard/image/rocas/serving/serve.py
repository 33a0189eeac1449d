"""Serves until the container is stopped."""

from __future__ import annotations

import os
import signal
import threading

from ..back_off import persist
from ..run_api import ApiRefused, RunApi
from .prediction_server import Predict, PredictionServer

DRAIN_SECONDS = 3.0
# The port at which the router calls a container.
PORT = 8080


def serve(predict: Predict, port: int, concurrency: int, api: RunApi | None, stop: threading.Event) -> None:
    """Blocks until `stop` is set, or SIGTERM comes in the main thread. Then drains."""
    host, port = _address(port)
    server = PredictionServer((host, port), predict, concurrency)
    _stop_on_sigterm(stop)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    threading.Thread(target=_say_ready, args=(api or RunApi.from_container(), stop), daemon=True).start()
    print(f"Serving predictions on port {port}.", flush=True)
    try:
        stop.wait()
    finally:
        server.drain(DRAIN_SECONDS)
        server.server_close()


def _address(port: int) -> tuple[str, int]:
    """Returns the address. A run without a container is given a port of the machine's loopback."""
    given = os.environ.get("ROCAS_SERVICE_PORT")
    if given is None:
        return "0.0.0.0", port
    return "127.0.0.1", int(given) if port == PORT else port


def _say_ready(api: RunApi, stop: threading.Event) -> None:
    try:
        persist(lambda: api.post("/ready", {}), stop=stop)
    except ApiRefused as refused:
        # The entrypoint gets the same answer at its next heartbeat, and ends the container.
        print(f"Rocas refused the replica: {refused}", flush=True)


def _stop_on_sigterm(stop: threading.Event) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
