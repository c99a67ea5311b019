"""The JSON Schema of one line of predictions, as ``read_jsonl`` reads it; published as ``submission.schema.json``.

What it accepts is read, and what it refuses is not, but for what no schema can say: whether the set has the item and
whether it was answered before, that a name in an object comes once, and characters of a sound's name that only newer
versions of Unicode can print. Patterns are written for ECMAScript with the ``u`` flag, as the standard asks, and mean
the same in Python; the end of a text is ``(?![\\s\\S])``, because Python's ``$`` also matches before a last line end.
"""

from __future__ import annotations

import json
from typing import Any

from echomind.benchmark.clips import MAX_PATH
from echomind.benchmark.fields import MAX_TEXT

_ANY = r"[\s\S]+"  # the dot of a pattern leaves out the end of a line
_END = r"(?![\s\S])"
_HALVES = r"\ud800-\udfff"  # JSON can write half a character; no file or page can
# Controls, what cannot be seen, and line ends beyond those of ASCII; spaces other than the ordinary one.
_UNPRINTABLE = (
    r"\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    rf"\ufff9-\ufffb{_HALVES}"
)
_NAMES_NOTHING = rf"(?:\.?/)*\.?{_END}"
_LEAVES = rf"(?:[\s\S]*/)?\.\.(?:/|{_END})"
_AUDIO = rf"^(?:{_END}|(?!/|[\s\S]:|{_NAMES_NOTHING}|{_LEAVES})[^\\{_UNPRINTABLE}]+{_END})"

PREDICTIONS_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "EchoMind predictions",
    "description": "One line of a file of predictions in JSON Lines (UTF-8): the answer of a model to one item.",
    "type": "object",
    "properties": {
        "key": {
            "type": "string",
            "description": "The item, once in all files. What stands between the kind and the style is the id of the "
            "script, or of the question, whatever it holds.",
            "pattern": f"^(?:(?:asr|reply)/{_ANY}/(?:target|neutral|alternative)|(?:understanding|reasoning)/{_ANY})"
            f"{_END}",
            "examples": ["asr/id_5/target", "understanding/17", "reasoning/17", "reply/id_5/neutral"],
        },
        "pred": {
            "type": "string",
            "description": "The raw words: transcript, answer (an option's letter in any words) or reply. "
            "Empty where the call failed.",
            "maxLength": MAX_TEXT,
            "pattern": f"^[^{_HALVES}]*{_END}",
        },
        "audio": {
            "type": ["string", "null"],
            "description": "Of a reply alone: its sound, a relative path inside the folder or zip of the replies' "
            "sound, in printable characters; empty or null where there is none.",
            "maxLength": MAX_PATH,
            "pattern": _AUDIO,
            "examples": ["id_5_reply.wav"],
        },
    },
    "required": ["key", "pred"],
    "additionalProperties": False,
    "if": {"properties": {"key": {"pattern": "^reply/"}}},
    "else": {"properties": {"audio": False}},
}


def schema_text() -> str:
    """The schema as the file that is offered for download."""
    return json.dumps(PREDICTIONS_SCHEMA, indent=2) + "\n"
