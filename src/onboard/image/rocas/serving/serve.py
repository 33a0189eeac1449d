"""Serving until the container is told to stop."""

from __future__ import annotations

import signal
import threading

from ..back_off import persist
from ..run_api import ApiRefused, RunApi
from .prediction_server import Predict, PredictionServer

DRAIN_SECONDS = 3.0


def serve(predict: Predict, port: int, concurrency: int, api: RunApi | None, stop: threading.Event) -> None:
    """Blocks until `stop` is set, or SIGTERM comes where this is the main thread. Then drains."""
    server = PredictionServer(("0.0.0.0", port), predict, concurrency)
    _stop_on_sigterm(stop)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    threading.Thread(target=_say_ready, args=(api or RunApi.from_container(), stop), daemon=True).start()
    print(f"Serving predictions on port {port}.", flush=True)
    try:
        stop.wait()
    finally:
        server.drain(DRAIN_SECONDS)
        server.server_close()


def _say_ready(api: RunApi, stop: threading.Event) -> None:
    try:
        persist(lambda: api.post("/ready", {}), stop=stop)
    except ApiRefused as refused:
        # The entrypoint hears the same at its next heartbeat, and ends the container.
        print(f"Rocas refused the replica: {refused}", flush=True)


def _stop_on_sigterm(stop: threading.Event) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
