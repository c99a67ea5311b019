"""The OpenAI chat protocol as data: what goes into a request, and what may be believed of an answer.

Covered: ``content`` as text, as parts or absent; ``message.audio`` with base64 sound and transcript (OpenAI); text and
sound in separate choices (vLLM-Omni); a refusal; usage with audio tokens; an error object in place of an answer.
Not covered: streamed answers, tool calls, several samples of one request.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from echomind.audio import SAMPLE_RATE, Clip, load_clip
from echomind.endpoint_settings import EndpointSettings
from echomind.errors import AudioError
from echomind.models.endpoint_costs import Usage
from echomind.strict_json import StrictJSONError, loads

Message = Mapping[str, Any]
LONGEST_REPLY_S = 600.0  # spoken reply; a model that loops for longer has failed
AUDIO_TOKENS_PER_S = 50  # upper bound for the cost of a clip: GPT-4o counts 10 a second, Qwen2.5-Omni 25, Gemini 32


@dataclass(frozen=True)
class Completion:
    """One answer. ``text`` is "" where the model only spoke; then ``audio_transcript`` has its words.

    ``audio``: a sound file that can be decoded. ``usage`` and ``cost`` (US dollars) are ``None`` where unknown; a
    ``cached`` answer costs 0. ``model`` is what the server calls itself; ``finish_reason`` is ``"length"`` for an
    answer cut at ``max_tokens``. ``latency_s`` is that of the request that was answered.
    """

    text: str
    audio: bytes | None
    audio_transcript: str
    usage: Usage | None
    cost: float | None
    model: str
    latency_s: float
    cached: bool
    finish_reason: str = ""

    @property
    def words(self) -> str:
        """The text, or what was spoken where there is no text."""
        return self.text if self.text.strip() else self.audio_transcript


@dataclass(frozen=True)
class Answer:
    """What the message of an answer holds."""

    text: str
    audio: bytes | None
    transcript: str
    model: str
    finish_reason: str


class MalformedAnswer(Exception):
    """The body is not an answer of this protocol; says what was found and what was expected."""


def wav_bytes(clip: Clip) -> bytes:
    """The clip as a 16-bit PCM WAV file at 16 kHz; the same clip always gives the same bytes."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, clip.samples, SAMPLE_RATE, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def text_part(text: str) -> dict[str, Any]:
    """A text part of a message's content."""
    return {"type": "text", "text": text}


def audio_part(clip: Clip, style: Literal["input_audio", "audio_url"]) -> dict[str, Any]:
    """A clip as a part of a message's content, in OpenAI's or in vLLM's style."""
    data = base64.b64encode(wav_bytes(clip)).decode()
    if style == "input_audio":
        return {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}
    return {"type": "audio_url", "audio_url": {"url": f"data:audio/wav;base64,{data}"}}


def request_body(
    settings: EndpointSettings,
    messages: Sequence[Message],
    *,
    max_tokens: int,
    temperature: float | None,
    modalities: Sequence[str] | None,
    audio: Mapping[str, str] | None,
    response_format: Mapping[str, Any] | None,
    seed: int | None,
) -> dict[str, Any]:
    """The JSON object to send; what is ``None`` is left to the server."""
    optional: dict[str, Any] = {
        "temperature": temperature,
        "modalities": None if modalities is None else list(modalities),
        "audio": None if audio is None else dict(audio),
        "response_format": None if response_format is None else dict(response_format),
        "seed": seed,
    }
    return {
        **settings.extra,
        "model": settings.model,
        "messages": [dict(message) for message in messages],
        settings.max_tokens_field: max_tokens,
        **{name: value for name, value in optional.items() if value is not None},
    }


def most_usage(body: Mapping[str, Any], max_tokens: int) -> Usage:
    """An upper bound of the tokens that a request can cost: a token a byte of text, 50 a second of sound."""
    text = sound = 0
    for message in body["messages"]:
        content = message.get("content") or ""
        for part in [text_part(content)] if isinstance(content, str) else content:
            text += 16 + len(str(part.get("text", "")).encode("utf-8", "replace"))  # 16: role and separators
            data = part.get("input_audio", {}).get("data") or part.get("audio_url", {}).get("url") or ""
            sound += len(data) * 3 // 4 * AUDIO_TOKENS_PER_S // (2 * SAMPLE_RATE)
    speaks = "audio" in body.get("modalities", ())
    return Usage(text_in=text, audio_in=sound, text_out=max_tokens, audio_out=max_tokens if speaks else 0)


def document_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; raises ``MalformedAnswer`` for anything else, NaN and doubled keys included."""
    try:
        document = loads(body)
    except StrictJSONError as error:
        raise MalformedAnswer(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise MalformedAnswer(f"found {_kind(document)} in the body, expected an object with choices")
    return document


def usage_of(document: Mapping[str, Any]) -> Usage | None:
    """The reported tokens; ``None`` where the server reports none, or none that can be so."""
    usage = document.get("usage")
    if not isinstance(usage, dict):
        return None
    counts = [
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        _count(_inner(usage, "prompt_tokens_details").get("audio_tokens")),
        _count(_inner(usage, "completion_tokens_details").get("audio_tokens")),
    ]
    read, written, heard, spoken = counts[0], counts[1], counts[2] or 0, counts[3] or 0
    if read is None or written is None or heard > read or spoken > written:
        return None
    return Usage(text_in=read - heard, text_out=written - spoken, audio_in=heard, audio_out=spoken)


def answer_of(document: Mapping[str, Any]) -> Answer:
    """Text and sound of an answer, over all its choices; raises ``MalformedAnswer`` naming the field."""
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices:
        raise MalformedAnswer(f"found {_kind(choices)} as choices, expected a list with at least one")
    text, transcript, reason, sound = "", "", "", None
    for choice in choices:
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(message, dict):
            raise MalformedAnswer(f"found {_kind(message)} as message of a choice, expected an object")
        text = text or _content(message.get("content")) or _words(message.get("refusal"), "refusal")
        audio = message.get("audio")
        if audio is not None and sound is None:
            sound, transcript = _sound(audio)
        reason = reason or _words(choice.get("finish_reason"), "finish_reason")
    return Answer(text, sound, transcript, _words(document.get("model"), "model"), reason)


def _content(content: Any) -> str:
    if isinstance(content, list):  # some servers answer in parts, as requests are made of parts
        parts = [p.get("text") for p in content if isinstance(p, dict) and p.get("type") in ("text", "output_text")]
        return "".join(_words(part, "content") for part in parts)
    return _words(content, "content")


def _sound(audio: Any) -> tuple[bytes | None, str]:
    if not isinstance(audio, dict):
        raise MalformedAnswer(f"found {_kind(audio)} as message.audio, expected an object with data")
    transcript = _words(audio.get("transcript"), "audio.transcript")
    data = _words(audio.get("data"), "audio.data")
    if not data:
        return None, transcript
    try:
        sound = base64.b64decode(data, validate=True)
        load_clip(sound, max_seconds=LONGEST_REPLY_S, name="message.audio")  # decoded here so that a bad one is retried
    except binascii.Error as error:
        raise MalformedAnswer(f"message.audio.data is not base64 ({error})") from error
    except AudioError as error:
        raise MalformedAnswer(str(error)) from error
    return sound, transcript


def _words(value: Any, field: str) -> str:
    """A text that may be absent; one that cannot be written as UTF-8 (half a surrogate pair) is refused."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedAnswer(f"found {_kind(value)} as {field}, expected text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise MalformedAnswer(f"found half a surrogate pair in {field}, expected text ({error.reason})") from error
    return value


def _inner(usage: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = usage.get(field)
    return found if isinstance(found, dict) else {}


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**53 and value == int(value) else None  # some servers write 12.0


def _kind(value: Any) -> str:
    return "nothing" if value is None else "an empty list" if value == [] else type(value).__name__
