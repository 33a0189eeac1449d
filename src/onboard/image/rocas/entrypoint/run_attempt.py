"""Runs one attempt, from the claim to the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from ..back_off import persist
from ..fetch import BadContent, fetch_mount
from ..metadata import write_metadata
from ..mounts import Mount
from ..places import CONTAINER, Places
from ..run_api import ApiRefused, ApiUnavailable, RunApi
from .copy_project import BadProject, copy_project
from .ending import Ending, Reason
from .exit_code import FAILED, NOT_GRANTED, STOPPED, SUCCEEDED, keep_exit_code, recall_exit_code
from .failure import Failure
from .gpus import MissingGpus, check_gpus
from .grant import Grant, claim
from .kept_outputs import serialised
from .kernel_python import BadPython, install_kernel
from .log import Log
from .notebook_file import BadNotebook, find_notebook, read_notebook
from .notebook_format import HAS_JUPYTER, NotebookNode
from .parameters import BadParameters, inject_parameters
from .pulse import Pulse
from .run_notebook import run_notebook
from .variables import Variables

NOTEBOOK_TYPE = "application/x-ipynb+json"
LAST_LOG_SECONDS = 2.0


def main(places: Places = CONTAINER) -> int:
    # Names and messages come from elsewhere: a lone surrogate in one must not end the process.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    earlier = recall_exit_code(places)
    if earlier is not None:
        print(f"This container has ended before, with code {earlier}.", flush=True)
        return earlier
    try:
        api = RunApi.from_container(places)
    except (KeyError, OSError, ValueError) as error:
        print(f"This image is started by Rocas, which gives it an address and a token: {error!r}", flush=True)
        return NOT_GRANTED
    try:
        code = Attempt(api, places, Path.cwd()).run()
    except Exception:  # it has ended, and must not run a second time
        traceback.print_exc()
        code = FAILED
    return keep_exit_code(code, places)


class Attempt:
    def __init__(self, api: RunApi, places: Places, project: Path) -> None:
        self._api = api
        self._places = places
        self._project = project
        self._ending = Ending(places)
        self._variables = Variables.read(places)
        self._log = Log(api, self._variables.mask)
        self._pulse = Pulse(api, self._ending)
        self._kind = ""
        self._notebook: NotebookNode | None = None

    def run(self) -> int:
        self._ending.on_signals()
        try:
            grant = claim(self._api, self._ending)
        except ApiRefused as refused:
            print(f"The attempt is not granted: {refused}", flush=True)
            return STOPPED if self._ending.begun.is_set() else NOT_GRANTED
        except ApiUnavailable as error:
            print(f"Rocas was not reached at {self._api.address}: {error}", flush=True)
            return STOPPED if self._ending.begun.is_set() else NOT_GRANTED
        self._kind = grant.kind
        self._log.start()
        self._pulse.start()
        if grant.timeout_seconds is not None:
            self._ending.out_of_time_after(grant.timeout_seconds)
        return self._end(self._failure(grant), grant)

    def _failure(self, grant: Grant) -> Failure | None:
        try:
            return self._execute(grant)
        except ApiRefused as refused:
            if refused.says_stop:
                self._ending.begin(Reason.NO_LONGER_GRANTED)
            return Failure(refused.code, str(refused))
        except ApiUnavailable as error:
            return Failure("ApiUnavailable", str(error))  # only after the ending has begun
        except (BadContent, BadNotebook, BadParameters, BadProject, BadPython, MissingGpus) as error:
            return Failure(type(error).__name__, str(error))
        except Exception as error:
            return Failure(type(error).__name__, str(error), traceback=traceback.format_exc())

    def _execute(self, grant: Grant) -> Failure | None:
        if grant.gpus:
            check_gpus(grant.gpus)
        write_metadata({**grant.meta, "params": grant.params, **grant.mounts.as_metadata()}, self._places)
        copy_project(self._project, self._places.work)
        self._variables.enter()
        _prepare_environment(self._places)
        # A notebook that cannot run is reported before gigabytes are fetched.
        file = find_notebook(self._places.work, grant.notebook)
        self._notebook = read_notebook(file, grant.notebook)
        inject_parameters(self._notebook, grant.params)
        if HAS_JUPYTER:
            install_kernel(self._places.temporary / "jupyter-data")
        self._fetch(grant.mounts.datasets, self._places.datasets)
        self._fetch(grant.mounts.versions, self._places.versions)
        self._log.say(f"Running {grant.notebook}.")
        return run_notebook(self._notebook, file.parent, self._log, self._pulse, self._ending)

    def _fetch(self, mounts: tuple[Mount, ...], folder: Path) -> None:
        for mount in mounts:
            self._log.say(f"Fetching {mount.title}.")
            fetch_mount(self._api, mount, folder, self._ending.begun)

    def _end(self, failure: Failure | None, grant: Grant) -> int:
        reason = self._ending.reason
        if reason is Reason.NO_LONGER_GRANTED:
            return self._end_stopped("The attempt is no longer granted.", NOT_GRANTED)
        if reason is Reason.TOLD_TO_STOP:
            return self._end_stopped("Told to stop.", STOPPED)
        if reason is Reason.OUT_OF_TIME:
            failure = Failure("OutOfTime", f"The attempt took longer than its {grant.timeout_seconds:g} seconds.")
        if failure is not None:
            self._log.end(f"Failed: {failure}")
        else:
            self._log.end()
        try:
            return self._report(failure)
        except ApiUnavailable:
            return self._ending.reason.value if self._ending.reason else FAILED

    def _end_stopped(self, why: str, code: int) -> int:
        """Ends without reporting a result: the one who stopped the attempt decides what became of it."""
        self._log.end(why)
        self._log.close(LAST_LOG_SECONDS)
        try:
            self._keep_notebook()
        except (ApiRefused, ApiUnavailable):
            pass  # there is no time to try again
        return code

    def _report(self, failure: Failure | None) -> int:
        """Reports through an outage of any length, during heartbeats. Raises ApiUnavailable if the ending begins."""
        self._log.close(None, self._ending.begun)
        stop = self._ending.begun
        try:
            persist(self._keep_notebook, stop=stop)
        except ApiRefused as refused:
            if refused.says_stop:
                return NOT_GRANTED
            print(f"The executed notebook was not kept: {refused}", flush=True)
        result = {"ok": True} if failure is None else {"ok": False, "error": self._variables.mask_all(failure.as_json())}
        try:
            persist(lambda: self._api.post("/complete", result), stop=stop)
        except ApiRefused as refused:
            print(f"The result was refused: {refused}", flush=True)
            if refused.says_stop:
                return NOT_GRANTED
        finally:
            self._pulse.stop()
        return SUCCEEDED if failure is None else FAILED

    def _keep_notebook(self) -> None:
        """Keeps the notebook of a training; a service's has no result."""
        if self._notebook is not None and self._kind == "train":
            self._mask_outputs(self._notebook)
            self._api.put("/output", serialised(self._notebook), NOTEBOOK_TYPE)

    def _mask_outputs(self, notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            self._variables.mask_all(cell.get("outputs"))
        self._variables.mask_all(notebook.metadata.get("widgets"))


def _prepare_environment(places: Places) -> None:
    """
    Sets the environment of this process and the kernel. Their own files must not lie in the project, nor under the
    read-only root.
    """
    own = places.temporary
    own.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        HOME=str(places.work),
        ROCAS_PROJECT=str(places.work),
        TMPDIR=str(own),
        IPYTHONDIR=str(own / "ipython"),
        JUPYTER_RUNTIME_DIR=str(own / "jupyter"),
        JUPYTER_CONFIG_DIR=str(own / "jupyter-config"),
        JUPYTER_DATA_DIR=str(own / "jupyter-data"),
        MPLCONFIGDIR=str(own / "matplotlib"),
        # The kernel's debugger, which is never attached, warns of Python's frozen modules.
        PYDEVD_DISABLE_FILE_VALIDATION="1",
        # A run has no network: `!pip install` of a missing package fails soon. Without a retry it would not say why.
        PIP_RETRIES="1",
    )
