"""Stands in for the scorer of a submission, in a real process of its own: does what the first sent file says.

``quick`` scores at once; ``hang`` never ends; ``bomb`` takes memory until there is none; ``flood`` writes until it may
write no more; ``crash`` ends with a signal; ``wrong`` finds a fault in the files; ``absent`` lacks the references.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path

from echomind.scoring.report import SCORER_VERSION, Cell, Coverage, ScoreReport
from echomind.submissions.scoring_process import ITEMS, PREDICTIONS, REPORT, Outcome, main


def made_report(scorer=SCORER_VERSION, value=50.0):
    cell = Cell(value=value, low=value - 5, high=value + 5, n=20, failed=0)
    return ScoreReport(
        schema=1,
        scorer=scorer,
        set_id="echomind-mini",
        set_digest="0" * 64,
        voice="tts",
        metrics=["understanding_acc"],
        level={"understanding": {"understanding_acc": cell}},
        coverage={"understanding": Coverage(expected=20, answered=20, failed=0)},
    )


def behave(job, folder, tell):
    what = next((folder / PREDICTIONS).iterdir()).read_text()
    tell(0.5, "half way")
    if "hang" in what:
        threading.Event().wait()
    elif "bomb" in what:
        kept = []
        while True:
            kept.append(bytearray(2**24))
    elif "flood" in what:
        while True:
            sys.stderr.write("words " * 2**20)
    elif "crash" in what:
        os.kill(os.getpid(), signal.SIGKILL)
    elif "wrong" in what:
        return Outcome(kind="failed", reason="understanding.json, line 3: found “E”, expected one of A to D\nand so on")
    elif "absent" in what:
        return Outcome(kind="held", reason="the references of echomind cannot be read here: they are absent")
    scorer = os.environ.get("MADE_SCORER", SCORER_VERSION)
    (folder / REPORT).write_text(made_report(scorer).model_dump_json(by_alias=True) + "\n")
    (folder / ITEMS).write_text(json.dumps({"metric": "understanding_acc"}) + "\n")
    return Outcome(kind="scored", scorer=scorer)


COMMAND = (sys.executable, str(Path(__file__).resolve()))

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], behave))
