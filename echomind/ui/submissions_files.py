"""Files that are made when somebody asks for them, and served from gradio's cache, which forgets them after minutes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from gradio.utils import get_upload_folder

from echomind.submissions.bundle import write_bundle
from echomind.submissions.service import Submissions

# The file of a hidden gr.DownloadButton is saved as soon as it is there, so that one click is enough.
SAVE_SCRIPT = """
(file) => {
  if (!file) return;
  const link = document.createElement('a');
  link.href = file.url;
  link.download = file.orig_name;
  link.click();
}
"""


def bundle_file(submissions: Submissions, submission_id: str) -> str:
    """Path of a zip of what was scored and what came of it. Raises ``StoreError``."""
    files = submissions.download(submission_id)
    return _in_cache(f"echomind-{submission_id}.zip", lambda out: write_bundle(files, out))


def report_file(submissions: Submissions, submission_id: str) -> str:
    """Path of the score report alone, JSON. Raises ``StoreError``."""
    name, data = submissions.report_file(submission_id)
    return _in_cache(f"echomind-{submission_id}-{name}", lambda out: out.write(data))


def _in_cache(name: str, write: Callable[[IO[bytes]], object]) -> str:
    """Write a file into the cache, whole or not at all: gradio serves it from there and copies nothing.

    Names hold only ids and names of ours. The cache's clean-up goes by the time of the file, which is now.
    """
    folder = Path(get_upload_folder())
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(dir=folder, prefix="echomind-", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as out:
            write(out)
        Path(written).replace(folder / name)
    finally:
        Path(written).unlink(missing_ok=True)
    return str(folder / name)
