"""
Executes cells in any Python from 3.8 on, with its standard library alone. Run by its path; requests and answers are
lines of JSON in two pipes.
"""

import ast
import asyncio
import base64
import builtins
import faulthandler
import inspect
import io
import json
import linecache
import os
import subprocess
import sys
import traceback
import types
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
FORMS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
}
PICTURES = {"_repr_png_": "image/png", "_repr_jpeg_": "image/jpeg"}
ADVICE = "the image has no IPython: let its Dockerfile install ipykernel, nbclient and nbformat for magics"


class PlainKernel:
    def __init__(self, requests, answers):
        for descriptor in (requests, answers):
            os.set_inheritable(descriptor, False)
        self._requests = os.fdopen(requests, encoding="utf-8")
        self._answers = answers
        self._process = os.getpid()
        self._loop = None
        self._module = types.ModuleType("__main__")
        self._module.__dict__.update(display=self._display, _run_command=_run_command)
        sys.modules["__main__"] = self._module
        builtins.input = _refuse_input

    def run(self):
        for line in self._requests:
            request = json.loads(line)
            payload = self._execute(request["source"], request["number"])
            self._send({"kind": "done", "payload": payload})

    def _execute(self, source, number):
        name = "<cell %d>" % number
        try:
            self._run_source(_without_magics(source), name)
            self._show_figures()
        except SystemExit as error:
            code, text = _exit_of(error.code)
            if code != 0:
                self._show_error(error)
            return [{"source": "rocas-ended", "code": code, "text": text}]
        except BaseException as error:
            self._show_error(error)
        return []

    def _run_source(self, source, name):
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        self._evaluate(tree, name, "exec")
        if last is None:
            return
        value = self._evaluate(ast.Expression(last.value), name, "eval")
        # As in Jupyter, a semicolon at the end shows nothing.
        if value is not None and not source.rstrip().endswith(";"):
            self._module.__dict__["_"] = value
            self._show("execute_result", value)

    def _evaluate(self, tree, name, mode):
        code = compile(tree, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        value = eval(code, self._module.__dict__)
        if code.co_flags & inspect.CO_COROUTINE:
            self._loop = self._loop or asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            return self._loop.run_until_complete(value)
        return value

    def _display(self, *values, **_):
        """Shows values as Jupyter's `display` does."""
        for value in values:
            self._show("display_data", value)

    def _show(self, kind, value):
        self._send({"kind": kind, "data": _forms(value)})

    def _show_figures(self):
        """Shows the figures of matplotlib that the cell has left open, and closes them."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        for number in pyplot.get_fignums() if pyplot else ():
            figure, content = pyplot.figure(number), io.BytesIO()
            figure.savefig(content, format="png", bbox_inches="tight")
            picture = base64.b64encode(content.getvalue()).decode()
            self._send({"kind": "display_data", "data": {"text/plain": repr(figure), "image/png": picture}})
            pyplot.close(figure)

    def _show_error(self, error):
        kind = type(error)
        frames = error.__traceback__
        while frames and frames.tb_frame.f_code.co_filename == __file__:
            frames = frames.tb_next
        lines = "".join(traceback.format_exception(kind, error, frames)).splitlines()
        self._send({"kind": "error", "ename": kind.__name__, "evalue": str(error), "traceback": lines})

    def _send(self, message):
        if os.getpid() != self._process:
            return  # a fork, whose output is no cell's
        sys.stdout.flush()
        sys.stderr.flush()
        line = json.dumps(message, default=str).encode() + b"\n"
        while line:
            line = line[os.write(self._answers, line) :]


def _forms(value):
    """Returns the value in each form that it has: text, and what a notebook shows richer."""
    data = {"text/plain": repr(value)}
    if isinstance(value, type):
        return data
    for method, form in {**FORMS, **PICTURES}.items():
        try:
            made = getattr(value, method)()
        except Exception:
            continue
        content = made[0] if isinstance(made, tuple) else made
        if content is not None:
            data[form] = base64.b64encode(content).decode() if isinstance(content, bytes) else content
    return data


def _without_magics(source):
    """Translates `!command` and `%%bash`, and leaves `%matplotlib` out. Raises SyntaxError for other magics."""
    first, _, rest = source.lstrip().partition("\n")
    if first.split() in (["%%bash"], ["%%sh"]):
        return "_run_command(%r, True)\n" % rest
    if first.startswith("%%"):
        raise SyntaxError("%s: %s" % (first.split()[0], ADVICE))
    try:
        ast.parse(source)
        return source  # a line with % in it may be Python, as in a text
    except SyntaxError:
        return "\n".join(_translated(line) for line in source.split("\n"))


def _translated(line):
    code = line.lstrip()
    indent = line[: len(line) - len(code)]
    if code.startswith("!"):
        return "%s_run_command(%r)" % (indent, code.lstrip("!"))
    if code.startswith("%matplotlib"):
        return indent + "pass"
    if code.startswith("%") and code[1:2].isalpha():
        return "%sraise SyntaxError(%r)" % (indent, "%s: %s" % (code.split()[0], ADVICE))
    return line


def _run_command(command, must_succeed=False):
    sys.stdout.flush()
    subprocess.run(["/bin/sh", "-c", command], stdin=subprocess.DEVNULL, check=must_succeed)


def _refuse_input(*_):
    raise RuntimeError(
        "nobody answers input() in a run: give the value as a parameter, or let the notebook read it from a file"
    )


def _exit_of(given):
    if given is None:
        return 0, ""
    if isinstance(given, int):
        return int(given) & 0xFF, ""
    return 1, str(given)


def main():
    requests, answers = int(sys.argv[1]), int(sys.argv[2])
    sys.argv = [""]
    others = [path for path in sys.path if path not in ("", str(FOLDER))]
    project = os.environ.get("ROCAS_PROJECT", "")
    sys.path = ["", *([project] if project and project != os.getcwd() else []), *others, str(FOLDER.parents[1])]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    os.environ.setdefault("MPLBACKEND", "agg")
    faulthandler.enable(all_threads=False)
    PlainKernel(requests, answers).run()


main()
