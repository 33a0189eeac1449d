import subprocess
import sys
import unittest

from rocas.kernel import __file__ as KERNEL

LAUNCHER = KERNEL.replace("__init__.py", "__main__.py")


class Launching(unittest.TestCase):
    def test_says_which_python_is_too_old(self) -> None:
        program = f"import runpy, sys; sys.version_info = (3, 8, 10, 'final', 0); runpy.run_path({LAUNCHER!r})"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "it is Python 3.8, and what is on board needs 3.9 or newer\n")
