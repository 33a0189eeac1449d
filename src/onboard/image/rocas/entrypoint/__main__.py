import sys

from .run_attempt import main

sys.exit(main())
