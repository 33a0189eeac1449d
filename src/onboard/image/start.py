"""
Starts the package in an image that lacks it, with the image's own Python. Also an old Python reads this file, to say
what is wrong.
"""

import os
import sys

OLDEST = (3, 8)
FOLDER = os.path.dirname(os.path.abspath(__file__))
NEEDED = ("json", "socket", "hashlib", "http.client", "select", "threading", "zlib")
BAD_PYTHON = 78


def main():
    environment = os.environ.get("VIRTUAL_ENV")
    if environment and os.path.realpath(sys.prefix) != os.path.realpath(environment):
        python = os.path.join(environment, "bin", "python")
        if os.access(python, os.X_OK):
            os.environ.pop("VIRTUAL_ENV")  # it is started once, whatever it calls its prefix
            os.execv(python, [python, "-I", os.path.abspath(__file__)])
    if sys.version_info < OLDEST:
        refuse("is Python %d.%d, and a run needs Python 3.8 or newer" % sys.version_info[:2])
    for name in NEEDED:
        try:
            __import__(name)
        except ImportError as error:
            refuse("is broken: its standard library cannot be imported (%s). Install a whole Python 3.8 or newer" % error)
    sys.path.append(FOLDER)
    if not os.path.lexists("/nha"):
        os.environ["ROCAS_FOLDERS"] = "/scratch"
    from rocas.entrypoint.run_attempt import main as run

    sys.exit(run())


def refuse(why):
    sys.stderr.write("BadPython: the image's Python %s %s.\n" % (sys.executable, why))
    sys.exit(BAD_PYTHON)


main()
