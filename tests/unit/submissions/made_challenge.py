"""HumDial's test set as the organisers have it, and what a team sends: made in code."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.scoring.made_dialogues import dialogue, write_challenge
from tests.unit.submissions.made_sounds import sound


def write_references(folder: Path) -> Path:
    """Write the test set, without replies and without sound."""
    root = write_challenge(folder)
    for path in root.rglob("*.jsonl"):
        lines = [_without_replies(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        path.write_text(text, encoding="utf-8")
    for path in root.rglob("*.wav"):
        path.unlink()
    return root


def _without_replies(line: dict) -> dict:
    return line | {"turns": [{k: v for k, v in turn.items() if k != "response_text"} for turn in line["turns"]]}


def challenge_files(**changed: dict) -> dict[str, bytes]:
    """The files that a team sends, sound of task 3 included; ``changed`` dialogues by id."""
    files = {}
    for language in ("zh", "en"):
        for task in (1, 2, 3):
            lines = [dialogue(task, language, n) for n in (1, 2, 3)]
            where = f"{language}/HD-Track1-T{task}"
            for line in lines if task == 3 else ():
                files[f"{where}/{line['dialogue_id']}_2_response.wav"] = sound(0.2)
            text = [json.dumps(changed.get(line["dialogue_id"], line), ensure_ascii=False) for line in lines]
            files[f"{where}/HD-Track1-T{task}.jsonl"] = "\n".join(text).encode()
    return files
