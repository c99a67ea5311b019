"""Sets made in code, written to a folder in the published layout, so that settings can name them."""

from __future__ import annotations

import json
from pathlib import Path

from echomind.benchmark.items import STYLES, BenchmarkSet
from echomind.benchmark.options import options_text
from echomind.settings import Settings


def write_set(folder: Path, benchmark: BenchmarkSet, *, mini: bool = False, voice: str = "synthesis") -> Path:
    """Write the set's scripts and questions; ``mini`` marks the folder as a build of EchoMind-Mini."""
    data = folder / "dataset" / f"data_{voice}"
    (data / "MCQ").mkdir(parents=True)
    _write(data / f"script_info_{voice}.json", [_script(script) for script in benchmark.scripts])
    for level in ("understanding", "reasoning"):
        _write(data / "MCQ" / f"{level}.json", [_question(question) for question in benchmark.level(level)])
    if mini:
        _write(folder / "mini.json", {"name": "EchoMind-Mini"})
    return folder


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _script(script) -> dict:
    found = {
        "case_id": script.id,
        "spoken_info": script.deliveries["target"].spoken_info,
        "topic": script.topic,
        "input_text": script.text,
    }
    for style in STYLES:
        delivery = script.deliveries.get(style)
        found[f"{style}_audio_info"] = (
            {}
            if delivery is None
            else {
                f"{style}_input_audio_file": delivery.audio.name,
                f"{style}_spoken_info": delivery.spoken_info or "neutral",
                f"{style}_response_text": delivery.reference,
            }
        )
    return found


def _question(question) -> dict:
    return {
        "question_id": question.id,
        "question_type": question.type.title,
        "audio_dir": "",
        "audio_name": question.audio.name,
        "question": question.question,
        "options_text": options_text(question.options),
        "answer": question.answer,
    }


def settings_for(root: Path, benchmark: BenchmarkSet, **more) -> Settings:
    """Settings under which ``benchmark`` is EchoMind-Mini, and EchoMind too."""
    write_set(root / "assets" / "mini", benchmark, mini=True)
    full = write_set(root / "echomind", benchmark)
    return Settings(assets_dir=root / "assets", echomind_set=str(full), data_dir=root / "var", **more)
