"""Small sets in the published layout, written to a folder, for tests of what reads them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from echomind.benchmark.published import read_published
from echomind.errors import DataError

SCRIPT = {
    "case_id": "id_355",
    "spoken_info": "elderly",
    "topic": "family",
    "input_text": "I can't find the missed calls on this phone.",
    "target_audio_info": {
        "target_input_audio_file": "elderly/id_355_elderly_family_target.wav",
        "target_response_text": "Take your time, let us look together.",
    },
    "neutral_audio_info": {},
    "alternative_audio_info": {
        "alternative_input_audio_file": "elderly/id_355_elderly_family_alternative.wav",
        "alternative_spoken_info": "child",
        "alternative_response_text": "Sure, little one, tap the phone sign.",
    },
}
ANOTHER = {
    "case_id": "id_2471",
    "spoken_info": "sound of wind blowing",
    "topic": "no_specific_topics",
    "input_text": "We can start whenever you like.",
    **{
        f"{style}_audio_info": {
            f"{style}_input_audio_file": f"all_env/id_2471_sound of wind blowing_no_specific_topics_{style}.wav",
            f"{style}_spoken_info": cue,
            f"{style}_response_text": reply,
        }
        for style, cue, reply in [
            ("target", "sound of wind blowing", "It is windy there, step inside first."),
            ("neutral", "neutral", "Good, let us start."),
            ("alternative", "sound of sea waves", "How lovely, the sea! Let us start."),
        ]
    },
}
AGE = {
    "question_id": "age-1",
    "question_type": "Fine Grained Age Group Classification",
    "audio_dir": "elderly",
    "audio_name": "id_355_elderly_family_target.wav",
    "question": "How old is the speaker?",
    "options_text": "A. an adult\nB. a child\nC. elderly",
    "answer": "C",
}
SOUND = {
    "question_id": "sound-1",
    "question_type": "Fine Grained Background Sound Detection",
    "audio_dir": "all_env",
    "audio_name": "id_2471_sound of wind blowing_no_specific_topics_alternative.wav",
    "question": "What is heard behind the voice?",
    "options_text": "A. wind\nB. sea waves\nC. a dog\nD. music",
    "answer": "B",
}
INTENT = {
    "question_id": "intent-1",
    "question_type": "Speaker Intent Recognition",
    "audio_dir": "elderly",
    "audio_name": "id_355_elderly_family_alternative.wav",
    "question": "What does the speaker want?",
    "options_text": "A. help\nB. praise\nC. to leave\nD. to complain",
    "answer": "A",
}


class Folder:
    """The records of a set, to be changed at will before ``write``."""

    def __init__(self, voice: str = "synthesis") -> None:
        self.voice = voice
        self.scripts, self.understanding, self.reasoning = deepcopy(([SCRIPT, ANOTHER], [AGE, SOUND], [INTENT]))

    @property
    def questions(self) -> list[dict]:
        return [*self.understanding, *self.reasoning]

    def files(self) -> dict[str, list[dict]]:
        return {
            f"script_info_{self.voice}.json": self.scripts,
            "MCQ/understanding.json": self.understanding,
            "MCQ/reasoning.json": self.reasoning,
        }

    def write(self, root: Path, audio: str = "") -> Path:
        """Write the JSON files (and empty clips with the suffix ``audio``) under ``root``; returns the data folder."""
        data = root / "dataset" / f"data_{self.voice}"
        for name, records in self.files().items():
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            (data / name).write_text(json.dumps(records, indent=4), encoding="utf-8")
        for script in self.scripts if audio else ():
            for style in ("target", "neutral", "alternative"):
                name = script[f"{style}_audio_info"].get(f"{style}_input_audio_file")
                if name:
                    clip = (data / "audio" / name).with_suffix(audio)
                    clip.parent.mkdir(parents=True, exist_ok=True)
                    clip.touch()
        return data


def refused(root: Path, **options) -> list[str]:
    """The lines with which reading is refused."""
    with pytest.raises(DataError) as caught:
        read_published(root, **options)
    lines = str(caught.value).split("\n")
    assert all(line.isprintable() and len(line) < 600 for line in lines), lines
    return lines


def only_line(root: Path, **options) -> str:
    """The refusal, which is of one line."""
    lines = refused(root, **options)
    assert len(lines) == 1, lines
    return lines[0]


def put(record: dict, field: str, value: object) -> None:
    """Set a field; dots lead into objects."""
    *front, last = field.split(".")
    for name in front:
        record = record[name]
    record[last] = value
