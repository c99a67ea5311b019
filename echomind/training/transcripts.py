"""What the recogniser really makes of the training clips, so that the decoder learns to live with its errors.

``python -m echomind.training.transcripts --speech DIR --out FILE --limit N`` writes one JSON object from clip file name
to transcript. It goes on where it was cut off; without ``--limit`` every clip is read. A clip without a transcript is
given to the decoder with its true words.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from echomind.audio import load_clip
from echomind.errors import EchoMindError
from echomind.models.asr import Recognizer, load_recognizer
from echomind.training.recordings import Recording, synthetic

SAVE_EVERY = 20


def transcribe_clips(
    recordings: Sequence[Recording], recognizer: Recognizer, out: Path, limit: int | None = None
) -> dict[str, str]:
    """Transcripts of the first ``limit`` recordings by file name; an empty one where no word was recognised."""
    known: dict[str, str] = json.loads(out.read_text(encoding="utf-8")) if out.is_file() else {}
    todo = [r for r in recordings[:limit] if r.path.name not in known]
    for number, recording in enumerate(todo, 1):
        known[recording.path.name] = recognizer.transcribe(load_clip(recording.path)).text
        if number % SAVE_EVERY == 0 or number == len(todo):
            partial = out.with_suffix(".partial")
            partial.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
            partial.replace(out)
            sys.stderr.write(f"{number}/{len(todo)} clips\n")
    return known


def main(arguments: list[str] | None = None) -> int:
    """Command line: progress on stderr, one summary line on stdout; 2 for bad input."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args(arguments)
    try:
        known = transcribe_clips(
            synthetic(options.speech), load_recognizer("pocketsphinx", "cpu"), options.out, options.limit
        )
    except EchoMindError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    sys.stdout.write(f"{len(known)} transcripts in {options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
