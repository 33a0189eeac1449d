#!/bin/bash
# A kernel whose client was killed ends by itself only if the orphan comes to process 1: ipykernel 6 looks if its parent is
# that one. Below a subreaper (a systemd user session, `tini -s`, a supervisor of one's own) the parent is another, and the
# kernel runs on, with its memory and its GPU. jupyter_client gives a kernel a session of its own, so that a signal to the
# client's process group does not reach it either.
#
# Seen, 10 s after SIGKILL to the client's process group: below a subreaper the kernel of ipykernel 6.29.5 lives, that of
# 7.4.0 has ended; below process 1 both have. Exits non-zero if that changes. Needs Linux.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/client.py" <<'PYTHON'
import sys

import nbformat
from nbclient import NotebookClient

source = f"import os, time\nopen({sys.argv[1]!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
PYTHON

cat >"$folder/kill.py" <<'PYTHON'
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
folder, place = Path(sys.argv[1]), sys.argv[2]
if place == "subreaper":
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
written = folder / "pid"
written.unlink(missing_ok=True)
command = [sys.executable, str(folder / "client.py"), str(written)]
client = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
while not written.exists() or not written.read_text():
    time.sleep(0.1)
kernel = int(written.read_text())
os.killpg(client.pid, signal.SIGKILL)
client.wait()
time.sleep(10)
try:
    state = Path(f"/proc/{kernel}/stat").read_text().rsplit(")", 1)[1].split()[0]
except OSError:
    state = "gone"
if state in ("Z", "gone"):
    print("ended")
else:
    print("lives")
    os.kill(kernel, signal.SIGKILL)
PYTHON

seen=()
for version in 6.29.5 7.4.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet "ipykernel==$version" nbclient==0.10.2 nbformat==5.10.4
  for place in subreaper process-1; do
    state=$("$folder/$version/bin/python" "$folder/kill.py" "$folder" "$place")
    echo "ipykernel $version below $place: $state"
    seen+=("$state")
  done
done
[ "${seen[*]}" = "lives ended ended ended" ]
