"""A process to kill: evaluates a model that says on standard output which item it is asked, and takes its time.

``python -m tests.unit.models.evaluation.killed SET_FOLDER OUT``
"""

import hashlib
import os
import sys
from pathlib import Path

from echomind.models.evaluation.run import evaluate
from tests.unit.models.evaluation.made import SaysItsKey, heard_set

SCRIPTS, QUESTIONS = 5, 18


class TakesItsTime(SaysItsKey):
    """Works for some milliseconds over each answer, so that there is a middle to be killed in."""

    def __init__(self):
        super().__init__(speaks=True)

    def _ask(self, key):
        os.write(1, f"{key}\n".encode())
        hashlib.pbkdf2_hmac("sha256", key.encode(), b"salt", 4_000)


if __name__ == "__main__":
    folder, out = map(Path, sys.argv[1:])
    evaluate(heard_set(folder, SCRIPTS, QUESTIONS), TakesItsTime(), out)
