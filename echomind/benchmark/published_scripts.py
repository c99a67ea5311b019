"""Scripts of the published layout: ``script_info_{synthesis,human}.json``, one record a script.

Documented by the released code: ``case_id``, ``spoken_info``, ``topic``, and ``{style}_input_audio_file`` inside
``{style}_audio_info``. Words, reference replies and the cue of the alternative delivery are not documented, so they are
looked for under every name that the field uses; what is not found is left out and counted, never filled in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from echomind.benchmark.clips import Clips, stem
from echomind.benchmark.fields import Problems, Record, shown
from echomind.benchmark.items import STYLES, UNKNOWN, Delivery, Script, Style
from echomind.errors import DataError
from echomind.taxonomy import NEUTRAL, NONE, attribute_of

CASE_IDS = ("caseid", "id", "scriptid", "case")
WORDS = (
    "inputtext", "text", "script", "scripttext", "inputscript", "transcript", "transcription", "inputtranscript",
    "utterance", "speaka", "usertext", "userutterance", "userinput", "sentence", "content", "spokentext", "speechtext",
    "inputaudiotranscript", "input",
)  # fmt: skip
REPLIES = (
    "responsetext", "response", "referenceresponse", "referenceresponsetext", "reference", "referencetext",
    "referencereply", "reply", "replytext", "outputtext", "output", "responsescript", "responsetranscript",
    "responseaudiotranscript", "outputresponse", "outputscript", "goldresponse", "speakb",
)  # fmt: skip
REPLIES_BY_STYLE = ("responses", "replies", "references", "referenceresponses", "response", "reference", "reply")
AUDIO = (
    "inputaudiofile", "inputaudio", "inputaudiopath", "inputaudiofilename", "audiofile", "audiopath", "audioname",
    "audio", "file", "filename", "wav", "path",
)  # fmt: skip
REPLY_AUDIO = (
    "responseaudiofile", "responseaudio", "responseaudiopath", "outputaudiofile", "outputaudio", "referenceaudio",
    "referenceaudiofile", "replyaudio", "replyaudiofile", "responsefile",
)  # fmt: skip
CUES = ("spokeninfo", "cue", "vocalcue", "voicecue", "speechinfo", "voiceinfo", "attribute", "vocalattribute")

# Official clip names: id_{n}_{short id or environment string}_{topic}_{style}.wav; only topics hold underscores.
_CLIP_NAME = re.compile(r"(id_\d+)_([^_]+)_(.+)_(target|neutral|alternative)")


@dataclass(frozen=True)
class ClipName:
    """What an official clip name says. ``cue`` is the script's own (target) cue, whatever the delivery."""

    case_id: str
    cue: str
    topic: str
    style: Style


def read_clip_name(path: PurePosixPath) -> ClipName | None:
    """Case, cue, topic and style of an official clip name; ``None`` for a name of another form."""
    found = _CLIP_NAME.fullmatch(stem(path).name)
    if found is None:
        return None
    style = next(style for style in STYLES if style == found[4])
    return ClipName(found[1], found[2], found[3], style)


def read_scripts(
    rows: Sequence[Mapping[str, Any]], file: str, clips: Clips, reply_clips: Clips, problems: Problems
) -> tuple[tuple[Script, ...], Counter[str]]:
    """Scripts in the order of the file, and how often something that sets may leave out was absent.

    Problems go to ``problems``; a script that has one is left out. Keys of the counter: ``"words"``, ``"references"``,
    ``"cues in other words"``, ``"no neutral"``, ``"no alternative"``, ``"clips here"``.
    """
    scripts: dict[str, Script] = {}
    tally: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        record = Record(row, f"{file}: record {number}", problems)
        case_id = record.identifier(CASE_IDS)
        if not case_id:
            continue
        record.place += f" ({shown(case_id)})"
        if case_id in scripts:
            record.wrong("case_id", f"{shown(case_id)} a second time", "every id once")
            continue
        script = _Reader(record, clips, reply_clips, problems, tally).script(case_id)
        if script is not None:
            scripts[case_id] = script
    return tuple(scripts.values()), tally


class _Reader:
    """Reads one record; every method notes its problems and goes on, so that all of them are told."""

    def __init__(
        self, record: Record, clips: Clips, reply_clips: Clips, problems: Problems, tally: Counter[str]
    ) -> None:
        self.record, self.problems, self.tally = record, problems, tally
        self.clips, self.reply_clips = clips, reply_clips
        self.infos = {style: self._info(style) for style in STYLES}

    def _info(self, style: Style) -> Record | None:
        found = self.record.find(_info_names(style))
        if found is None:
            return None
        if not isinstance(found.value, dict):
            self.record.wrong(found.key, shown(found.value), "an object")
            return None
        return Record(found.value, f"{self.record.place}: {found.key}", self.problems, prefix=style)

    def script(self, case_id: str) -> Script | None:
        """The script, or ``None`` when it cannot be had without its wrong parts."""
        before = self.problems.count
        topic = self.record.needed(("topic",), "topic", "a topic")
        target, spoken_info = self._target()
        deliveries: dict[Style, Delivery] = {}
        for style in STYLES:
            delivery = self._delivery(style, target, spoken_info)
            if delivery is not None:
                deliveries[style] = delivery
            else:
                self.tally[f"no {style}"] += 1
        text = self.record.text(WORDS) or next(filter(None, (i.text(WORDS) for i in self.infos.values() if i)), "")
        if self.problems.count > before:
            return None
        self.tally["words"] += not text
        self.tally["references"] += not all(d.reference for d in deliveries.values())
        return Script(case_id, topic, text, target, deliveries)

    def _target(self) -> tuple[str, str]:
        text = self.record.needed(("spokeninfo",), "spoken_info", "one of the 45 official cue strings")
        if not text:
            return UNKNOWN, ""
        cue = _attribute(text)
        if cue in (None, NEUTRAL):
            self.record.wrong("spoken_info", shown(text), "one of the 45 official cue strings or 39 attribute ids")
            return UNKNOWN, text
        info = self.infos["target"]
        again = info.text(CUES) if info else ""
        if info and again and _attribute(again) not in (cue, None):
            info.wrong("spoken_info", shown(again), f"the script's own, {shown(text)}")
        return str(cue), text

    def _delivery(self, style: Style, target: str, target_info: str) -> Delivery | None:
        info = self.infos[style]
        if info is None:  # {}: the neutral delivery of speaker cues was never recorded
            if style == "target" and self.record.find(_info_names(style)) is None:
                self.record.missing("target_audio_info", "an object with target_input_audio_file")
            return None
        name = info.needed(AUDIO, "target_input_audio_file", "a clip") if style == "target" else info.text(AUDIO)
        if not name:
            return None
        try:
            path = self.clips.path(name)
            audio = self.clips.find(path)
        except DataError as error:
            info.refused(AUDIO, error)
            return None
        self.tally["clips here"] += audio is not None
        cue, spoken_info = target, target_info
        if style == "neutral":
            cue, spoken_info = self._neutral(info, target_info)
        elif style == "alternative":
            cue, spoken_info = self._alternative(info, target, target_info, path)
        return Delivery(
            style,
            cue,
            spoken_info,
            audio or self.clips.root / path,
            self._reference(style, info),
            self._recording(info),
        )

    def _neutral(self, info: Record, target_info: str) -> tuple[str, str]:
        text = info.text(CUES)
        if _attribute(text) not in (None, NEUTRAL) and text.casefold() != target_info.casefold():
            info.wrong("spoken_info", shown(text), "'neutral'")  # repeating the script's own says nothing here
        return NEUTRAL, NEUTRAL

    def _alternative(self, info: Record, target: str, target_info: str, path: PurePosixPath) -> tuple[str, str]:
        """Cue of the alternative delivery: from a field; else from a clip name that says another cue than the script's.

        Official clip names repeat the script's cue in every delivery (``id_355_elderly_family_alternative.wav`` is a
        child's voice), so a name with that cue says nothing here, and neither does a field that repeats it.
        """
        text = info.text(CUES) or self.record.text([f"alternative{name}" for name in CUES])
        if text and text.casefold() != target_info.casefold():
            cue = _attribute(text)
            self.tally["cues in other words"] += cue is None
            return cue or UNKNOWN, text
        name = read_clip_name(path)
        cue = _attribute(name.cue) if name else None
        if name and cue and cue not in (target, NEUTRAL):
            return cue, name.cue
        return UNKNOWN, ""

    def _reference(self, style: Style, info: Record) -> str:
        return (
            info.text(REPLIES)
            or self.record.text([f"{style}{name}" for name in REPLIES])
            or self.record.text([f"{group}{style}" for group in REPLIES_BY_STYLE])
        )

    def _recording(self, info: Record) -> Path | None:
        name = info.text(REPLY_AUDIO)
        if not name:
            return None
        try:
            return self.reply_clips.find(self.reply_clips.path(name))
        except DataError as error:
            info.refused(REPLY_AUDIO, error)
            return None


def _info_names(style: Style) -> tuple[str, ...]:
    return (f"{style}audioinfo", f"{style}info")


def _attribute(text: str) -> str | None:
    """Attribute id or ``"neutral"`` of a cue string; ``None`` when it is neither."""
    try:
        found = attribute_of(text)
    except KeyError:
        return None
    return None if found == NONE else found
