#!/bin/bash
# What a notebook's subprocess writes in UTF-8 does not arrive whole: ipykernel reads file descriptors 1 and 2 in pieces of
# 1000 bytes and decodes each by itself.
#
# Seen: ipykernel 6.17.1 (that of Debian 12) ends its reader at the first character that lies in two pieces: of 500 lines
# 81 are shown, nothing tells of the others, and the cell is a success. ipykernel 7.4.0 shows 500 lines, with 13 U+FFFD
# in place of characters. Exits non-zero if either changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/run.py" <<'PYTHON'
import nbformat
from nbclient import NotebookClient

source = "import subprocess, time\n_ = subprocess.run(['seq', '-f', '%.0f äöü日本語äöü', '1', '500'])\ntime.sleep(1)"
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
text = "".join(output.text for output in notebook.cells[0].outputs)
print(text.count("\n"), text.count("\ufffd"))
PYTHON

# Prints how many lines were shown, and how many characters were lost in them.
shown() {
  python3 -m venv "$folder/$1"
  "$folder/$1/bin/pip" install --quiet "ipykernel==$1" "$2" nbclient nbformat
  "$folder/$1/bin/python" "$folder/run.py" 2>/dev/null | tail -1
}

read -r old_lines _ < <(shown 6.17.1 'jupyter_client<8')
read -r new_lines new_lost < <(shown 7.4.0 'jupyter_client>=8')
echo "ipykernel 6.17.1: $old_lines of 500 lines; ipykernel 7.4.0: $new_lines lines, $new_lost characters lost"
[ "$old_lines" -lt 500 ] && [ "$new_lines" -eq 500 ] && [ "$new_lost" -gt 0 ]
