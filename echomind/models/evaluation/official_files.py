"""Answers in the layout and with the field names of the official EchoMind runner, its misspellings included.

Source: ``src/eval-slm/eval_{asr,mcq,response}_main.py`` of github.com/hlt-cuhksz/EchoMind, commit f60c978. Below
``output/output_{synthesis|human}/``::

    asr_output/{model}/{model}_asr.json
    mcq_output/{model}/audio_output_false/{model}_mcq_{understanding|reasoning}.json
    response_output/{model}/{no|basic|enhance}/{model}_{…}_output_responses.json
    response_output/{model}/{…}/{sub-folder of the input clip}/{case_id}_{model}_response_{style}.wav

Each file is an array of the set's records with the answers added, UTF-8, indented by 4; an empty answer is a failed
call. Two things differ. The official runner transcribes the target delivery alone; here every delivery has its record,
told apart by ``style``. And it names files for speech that was never made; here ``file`` is empty then. As there, a
model that only writes has its text under both the audio's and the text's key.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from echomind.audio import SAMPLE_RATE, Clip
from echomind.benchmark.items import STYLES, BenchmarkSet
from echomind.benchmark.options import options_text
from echomind.models.answering import PromptCondition
from echomind.models.evaluation.journal import Entry
from echomind.models.evaluation.work import Item, ItemId

DATA_TYPE = {"tts": "synthesis", "human": "human"}
SYSTEM_PROMPT: dict[PromptCondition, str] = {"zero": "no", "basic": "basic", "enhanced": "enhance"}
LONGEST_NAME = 80  # characters; it stands twice in a path, and file systems take 255 in a name


def safe_name(name: str) -> str:
    """``name`` as part of a file name: letters, digits, ``._-``; anything else becomes a dash. Never empty."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:LONGEST_NAME].strip(".-") or "model"


class OfficialFiles:
    """The official files of one model under ``out``."""

    def __init__(self, out: Path, benchmark: BenchmarkSet, model: str, prompt: PromptCondition) -> None:
        self.model, self.slug, self.prompt = model, safe_name(model), SYSTEM_PROMPT[prompt]
        self._root = out / "output" / f"output_{DATA_TYPE[benchmark.voice]}"
        self._audio_root = _audio_root(delivery.audio for _, delivery in benchmark.deliveries())
        self._position = {question.id: n for n, question in enumerate(benchmark.questions)}

    @property
    def replies_folder(self) -> Path:
        """Where the replies lie."""
        return self._root / "response_output" / self.slug / self.prompt

    def save_reply(self, item: Item, reply: Clip) -> str:
        """Write a spoken reply as 16-bit WAV; returns its path relative to ``replies_folder``."""
        import soundfile

        above = self._relative(item.audio).parts[:-1]
        folder = safe_name(above[0]) if above else "."
        name = f"{safe_name(item.script.id)}_{self.slug}_response_{item.delivery.style}.wav"
        sound = io.BytesIO()
        soundfile.write(sound, reply.samples, SAMPLE_RATE, format="WAV", subtype="PCM_16")
        path = Path(folder) / name
        write_whole(self.replies_folder / path, sound.getvalue())
        return path.as_posix()

    def write(self, items: Sequence[Item], entries: Mapping[ItemId, Entry]) -> list[Path]:
        """Write a file for each task that has entries; returns their paths.

        ``items`` are in the order of the set's scripts; questions are put into the set's own order.
        """
        known = [item for item in items if item.id in entries]
        asr = [self._asr_record(item, entries[item.id]) for item in known if item.task == "asr"]
        found = {self._root / "asr_output" / self.slug / f"{self.slug}_asr.json": asr}
        for level in ("understanding", "reasoning"):
            path = self._root / "mcq_output" / self.slug / "audio_output_false" / f"{self.slug}_mcq_{level}.json"
            questions = sorted((i for i in known if i.task == level), key=lambda item: self._position[item.key])
            found[path] = [self._mcq_record(item, entries[item.id]) for item in questions]
        replies = groupby((item for item in known if item.task == "reply"), key=lambda item: item.script.id)
        path = self.replies_folder / f"{self.slug}_{self.prompt}_output_responses.json"
        found[path] = [self._reply_record(list(of_script), entries) for _, of_script in replies]
        for path, records in found.items():
            if records:
                write_whole(path, json.dumps(records, ensure_ascii=False, indent=4).encode())
        return [path for path, records in found.items() if records]

    def _asr_record(self, item: Item, entry: Entry) -> dict[str, Any]:
        answer = {"style": item.delivery.style, "model": self.model, "predicted_answer": entry.answer}
        return self._input(item) | self._input_audio(item) | answer

    def _mcq_record(self, item: Item, entry: Entry) -> dict[str, Any]:
        if item.question is None:
            raise ValueError(f"item {item.id} is no question")
        audio, question = self._relative(item.audio), item.question
        return {
            "question_id": question.id,
            "question_type": question.type.title,
            "audio_dir": audio.parent.as_posix(),
            "audio_name": audio.name,
            "question": question.question,
            "options_text": options_text(question.options),
            "model": self.model,
            "predicted_audio_answer": entry.answer,
            "predicted_text_answer": entry.answer,
            "prediected_audio_file": "",
        }

    def _reply_record(self, items: Sequence[Item], entries: Mapping[ItemId, Entry]) -> dict[str, Any]:
        record, content = self._input(items[0]), dict[str, Any]({style: {} for style in STYLES})
        for item in items:
            entry = entries[item.id]
            record |= self._input_audio(item)
            content[item.delivery.style] = {
                "file": Path(entry.audio).name if entry.audio else "",
                "response_audio_transcript": entry.answer,
                "response_text": entry.answer,
            }
        return record | {"model": self.model, "ouput_prompt": self.prompt, "output_content": content}

    def _input(self, item: Item) -> dict[str, Any]:
        script = item.script
        cue = script.deliveries["target"].spoken_info if "target" in script.deliveries else script.target
        return {"case_id": script.id, "spoken_info": cue, "topic": script.topic}

    def _input_audio(self, item: Item) -> dict[str, Any]:
        style = item.delivery.style
        return {f"{style}_audio_info": {f"{style}_input_audio_file": self._relative(item.delivery.audio).as_posix()}}

    def _relative(self, audio: Path) -> Path:
        audio = audio.absolute()
        return audio.relative_to(self._audio_root) if audio.is_relative_to(self._audio_root) else audio


def _audio_root(clips: Iterable[Path]) -> Path:
    """The set's ``audio`` folder, which paths in its records start from; where there is none, what all clips share."""
    folders = [str(clip.absolute().parent) for clip in clips]
    shared = Path(os.path.commonpath(folders)) if folders else Path.cwd()
    return next((folder for folder in (shared, *shared.parents) if folder.name == "audio"), shared)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all; folders above it are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
