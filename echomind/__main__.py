"""``python -m echomind``."""

import sys

from echomind.cli import main

sys.exit(main())
