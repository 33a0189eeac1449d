"""The program of process 1 in each container: it claims the attempt, fetches, runs the notebook and reports."""
import sys

# Packages that an author installed by pip are for notebooks. The entrypoint runs with Debian's, with which it was
# tested. A project's own environment has one place for both.
sys.path.sort(key=lambda path: path.startswith("/usr/local/") and path.endswith("/dist-packages"))

from .run_attempt import main

sys.exit(main())
