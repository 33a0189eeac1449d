"""
Starts the notebook's kernel. The image's Python runs it by its path. A virtual environment, or another version, lacks
Debian's packages: it gets the usable ones behind its own.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DEBIAN_PACKAGES = FOLDER.parents[1]
DEBIAN_VERSION = (3, 11)
OLDEST = (3, 9)
# Holds the package rocas alone.
ROCAS_ALONE = Path("/usr/lib/rocas")


def _find_packages() -> None:
    sys.path = [path for path in sys.path if path not in ("", str(FOLDER))]
    packages = DEBIAN_PACKAGES if sys.version_info[:2] == DEBIAN_VERSION or not ROCAS_ALONE.exists() else ROCAS_ALONE
    if str(packages) not in sys.path:
        sys.path.append(str(packages))


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit("it is Python %d.%d, and what is on board needs %d.%d or newer" % (sys.version_info[:2] + OLDEST))
    _find_packages()
    from ipykernel.kernelapp import IPKernelApp

    if "--check" not in sys.argv:
        IPKernelApp.launch_instance([*sys.argv[1:], "--ext=rocas.kernel.on_board"])


main()
