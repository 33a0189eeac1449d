"""What process 1 of every container does: claim the attempt, fetch, run the notebook, report."""
import sys

# What an author's pip installed beside Debian's packages is for notebooks: the entrypoint runs with those that it was
# tested with. An environment of the project's own has one place for both.
sys.path.sort(key=lambda path: path.startswith("/usr/local/") and path.endswith("/dist-packages"))

from .run_attempt import main

sys.exit(main())
