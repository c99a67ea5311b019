"""Prediction files as they come: the official runner's tree and JSON Lines, written from predictions made in code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from echomind.benchmark.items import STYLES, BenchmarkSet
from echomind.benchmark.options import options_text
from echomind.scoring.item_keys import item_key
from echomind.scoring.predictions import Predictions


def asr_records(benchmark: BenchmarkSet, said: Predictions, *, styled: bool = True) -> list[dict[str, Any]]:
    """One record a transcript; without ``styled`` of target deliveries alone, as the official script writes them."""
    records = []
    for script, delivery in benchmark.deliveries():
        if (script.id, delivery.style) in said.transcripts and (styled or delivery.style == "target"):
            record = _input(script) | {"model": said.model}
            record |= {"style": delivery.style} if styled else {}
            records.append(record | {"predicted_answer": said.transcripts[script.id, delivery.style]})
    return records


def mcq_records(benchmark: BenchmarkSet, said: Predictions, level) -> list[dict[str, Any]]:
    """One record a question of the level."""
    return [
        {
            "question_id": question.id,
            "audio_dir": "male",
            "audio_name": question.audio.name,
            "question": question.question,
            "options_text": options_text(question.options),
            "predicted_audio_answer": "",
            "predicted_text_answer": said.answers[level][question.id],
            "prediected_audio_file": f"/share/output/{question.id}.wav",
        }
        for question in benchmark.level(level)
        if question.id in said.answers[level]
    ]


def reply_records(benchmark: BenchmarkSet, said: Predictions) -> list[dict[str, Any]]:
    """One record a script, with all deliveries in it."""
    records = []
    for script in benchmark.scripts:
        content: dict[str, Any] = {style: {} for style in STYLES}
        for style in script.deliveries:
            text = said.replies.get((script.id, style))
            if text is not None:
                file = f"{script.id}_{said.model}_response_{style}.wav"
                content[style] = {"file": file, "response_audio_transcript": "", "response_text": text}
        records.append(_input(script) | {"model": said.model, "ouput_prompt": said.prompt, "output_content": content})
    return records


def _input(script) -> dict[str, Any]:
    info = {
        f"{style}_audio_info": {f"{style}_input_audio_file": f"male/{delivery.audio.name}"}
        for style, delivery in script.deliveries.items()
    }
    cue = script.deliveries["target"].spoken_info
    return {"case_id": script.id, "spoken_info": cue, "topic": script.topic} | info


def write_json(path: Path, value: Any) -> Path:
    """Write a file as the official runner does; folders above it are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=4), encoding="utf-8")
    return path


def write_official(folder: Path, benchmark: BenchmarkSet, said: Predictions, *, styled: bool = True) -> dict[str, Path]:
    """The official tree below ``folder``; the four files by asr, understanding, reasoning and reply."""
    output, model, prompt = folder / "output" / "output_synthesis", said.model, said.prompt
    answers = output / "mcq_output" / model / "audio_output_false"
    replies = output / "response_output" / model / prompt / f"{model}_{prompt}_output_responses.json"
    asr = output / "asr_output" / model / f"{model}_asr.json"
    return {
        "asr": write_json(asr, asr_records(benchmark, said, styled=styled)),
        "understanding": write_json(
            answers / f"{model}_mcq_understanding.json", mcq_records(benchmark, said, "understanding")
        ),
        "reasoning": write_json(answers / f"{model}_mcq_reasoning.json", mcq_records(benchmark, said, "reasoning")),
        "reply": write_json(replies, reply_records(benchmark, said)),
    }


def jsonl_rows(said: Predictions) -> list[dict[str, str]]:
    """One row an item."""
    rows = [(item_key("asr", *key), text) for key, text in said.transcripts.items()]
    rows += [(item_key(level, key), text) for level, texts in said.answers.items() for key, text in texts.items()]
    rows += [(item_key("reply", *key), text) for key, text in said.replies.items()]
    return [{"key": key, "pred": text} for key, text in rows]


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
