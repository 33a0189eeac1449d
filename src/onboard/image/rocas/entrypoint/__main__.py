"""What process 1 of every container does: claim the attempt, fetch, run the notebook, report."""
import sys

# What an author's pip installed is for notebooks: the entrypoint runs with the packages that it was tested with.
sys.path.sort(key=lambda path: path.startswith("/usr/local/"))

from .run_attempt import main

sys.exit(main())
