"""``python -m echomind results export`` and ``results schema``: a board as a file on stdout, and what the JSON is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.exports import Format, export, json_schema
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View
from echomind.settings import get_settings
from echomind.submissions.commands import opened
from echomind.submissions.model import now


def run_export(board: str, kind: Format, *, results_dir: Path | None = None, language: str = "") -> int:
    """Write a board in its first order, with the submissions that this machine's app would show. ``EchoMindError``."""
    settings = get_settings()
    view = View().on_board(board)
    if language:
        view = view.in_language(language)
    with opened(settings) as store:
        table = arrange(view, Results(results_dir or settings.results_dir, store))
    # As bytes: the encoding of a terminal is not that of a file, and its line ends are not either.
    sys.stdout.buffer.write(export(table, now().date(), kind))
    sys.stdout.buffer.flush()
    return 0


def run_schema() -> int:
    """Write the JSON schema of an export."""
    sys.stdout.write(json.dumps(json_schema(), indent=1) + "\n")
    return 0
