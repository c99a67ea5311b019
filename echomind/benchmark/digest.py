"""The digest of a benchmark set: which items, whatever files they lay in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from echomind.benchmark.items import Question, Script


def set_digest(scripts: Iterable[Script], questions: Iterable[Question]) -> str:
    """SHA-256 (64 hexadecimal digits) over ids, texts, cues, references, options and keys; not over paths or sound.

    The order of the items does not matter. Canonical form: JSON with sorted keys, ASCII, no spaces.
    """
    items = {
        "scripts": {
            script.id: [
                script.topic,
                script.text,
                script.target,
                {style: [d.cue, d.spoken_info, d.reference] for style, d in script.deliveries.items()},
            ]
            for script in scripts
        },
        "questions": {q.id: [q.type.id, q.script, q.style, q.question, dict(q.options), q.answer] for q in questions},
    }
    canonical = json.dumps(items, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
