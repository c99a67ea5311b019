"""A real HTTP server on this machine that speaks the OpenAI chat protocol strictly and misbehaves on demand.

Use it as a context manager; ``base_url`` goes into the settings of an endpoint::

    with OpenAIServer() as server:
        server.answer = lambda request: Answer("The answer is: B")   # what it says by default
        server.script(Fault(429, headers={"Retry-After": "2"}), Cut())  # what happens to the next requests, in order

A request that breaks the protocol gets a 400 that says why, and is remembered in ``faults``. ``requests`` are those
that were valid; ``most_at_once`` is how many were under way together.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import soundfile

KEY = "sk-test-0123456789abcdef-never-show"
KEY_VARIABLE = "TEST_ENDPOINT_KEY"  # tests put the key into it
MODEL = "test-audio-model"
PATIENCE_S = 20  # a test that waits for longer than this has failed

FIELDS = {
    "model": str,
    "messages": list,
    "max_tokens": int,
    "max_completion_tokens": int,
    "temperature": int | float,
    "top_p": int | float,
    "modalities": list,
    "audio": dict,
    "response_format": dict,
    "seed": int,
}


class ProtocolFault(Exception):
    """The request is not one of the OpenAI chat protocol."""


@dataclass
class Request:
    """One valid request. ``clips``: samples and rate of every recording in it; ``text``: all text parts, joined."""

    body: dict[str, Any]
    headers: dict[str, str]
    clips: list[tuple[np.ndarray, int]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.texts)

    @property
    def system(self) -> str:
        return "\n".join(text for role, text in self.texts if role == "system")

    @property
    def speaks(self) -> bool:
        return "audio" in self.body.get("modalities", [])


@dataclass
class Answer:
    """A good answer. ``audio`` is a whole WAV file; ``split`` sends words and sound as two choices (vLLM-Omni)."""

    text: str | None = "Hello there."
    audio: bytes | None = None
    transcript: str | None = None
    usage: Any = field(default_factory=lambda: usage(100, 20))
    finish_reason: str = "stop"
    split: bool = False
    message: dict[str, Any] = field(default_factory=dict)

    def document(self, model: str) -> dict[str, Any]:
        sound = None
        if self.audio is not None:
            data = base64.b64encode(self.audio).decode()
            sound = {"id": "audio_1", "data": data, "transcript": self.transcript, "expires_at": 1}
        messages = [{"role": "assistant", "content": self.text, "audio": sound, "refusal": None, **self.message}]
        if self.split:
            messages = [{**messages[0], "audio": None}, {"role": "assistant", "content": None, "audio": sound}]
        choices = [{"index": i, "message": m, "finish_reason": self.finish_reason} for i, m in enumerate(messages)]
        shown = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": f"{model}-2025-06-03"}
        return {**shown, "choices": choices, "usage": self.usage}


@dataclass
class Fault:
    """An error status with a message in OpenAI's shape."""

    status: int
    message: str = "something is wrong"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Raw:
    """Any bytes as the body of an answer."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Cut:
    """A good answer whose connection breaks after ``after`` bytes of the body; 0: before the status line."""

    after: int = 40
    answer: Answer = field(default_factory=Answer)


@dataclass
class Never:
    """Holds the answer back until the server is closed."""


@dataclass
class InPieces:
    """A good answer in pieces of ``size`` bytes, each sent by itself."""

    size: int = 16
    answer: Answer = field(default_factory=Answer)


Step = Answer | Fault | Raw | Cut | Never | InPieces


def usage(read: int, written: int, heard: int = 0, spoken: int = 0) -> dict[str, Any]:
    """Usage as OpenAI reports it; the totals include the audio tokens."""
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"audio_tokens": heard, "cached_tokens": 0},
        "completion_tokens_details": {"audio_tokens": spoken, "reasoning_tokens": 0},
    }


def speech(seconds: float = 0.5, rate: int = 24_000) -> bytes:
    """A WAV file to answer with."""
    t = np.arange(int(seconds * rate)) / rate
    buffer = io.BytesIO()
    soundfile.write(buffer, 0.2 * np.sin(2 * np.pi * 180 * t), rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # clients that give up are what is tested
            super().handle_error(request, client_address)


class OpenAIServer:
    """See the module's text."""

    def __init__(self, *, key: str | None = KEY, model: str = MODEL, needs_audio: bool = False) -> None:
        self.key, self.model, self.needs_audio = key, model, needs_audio
        self.needs_voice = True  # OpenAI does; vLLM-Omni does not
        self.answer: Callable[[Request], Step] = lambda request: Answer()
        self.requests: list[Request] = []
        self.faults: list[str] = []
        self.most_at_once = 0
        self.hold_until = 0  # hold answers back until this many requests have been under way together,
        self.linger_s = 0.0  # and then those first ones for so long, in case more come than should
        self.closing = threading.Event()
        self._steps: deque[Step] = deque()
        self._under_way = 0
        self._changed = threading.Condition()
        self._http = _HTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def script(self, *steps: Step) -> None:
        """What happens to the next valid requests, in this order; afterwards ``answer`` decides again."""
        self._steps.extend(steps)

    def take(self, request: Request) -> Step:
        """Count a request in and choose what happens to it."""
        with self._changed:
            self.requests.append(request)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self.most_at_once >= self.hold_until, PATIENCE_S):
                return Fault(400, f"only {self.most_at_once} came together, the test expected {self.hold_until}")
            if len(self.requests) <= self.hold_until:
                self._changed.wait_for(lambda: self.most_at_once > self.hold_until, self.linger_s)
            step = self._steps.popleft() if self._steps else None
        return self.answer(request) if step is None else step

    def leave(self) -> None:
        """Count a request out, before the last byte of its answer is sent."""
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def check(self, path: str, headers: dict[str, str], raw: bytes) -> Request:
        """The request, or ``ProtocolFault`` saying what is wrong with it."""
        if path != "/v1/chat/completions":
            raise ProtocolFault(f"unknown path {path}")
        if headers.get("content-type", "").split(";")[0] != "application/json":
            raise ProtocolFault(f"found content type {headers.get('content-type')}")
        try:
            body = json.loads(raw)
        except ValueError as error:
            raise ProtocolFault(f"the body is not JSON: {error}") from error
        _expect(isinstance(body, dict), "the body is not an object")
        for name, value in body.items():
            _expect(name in FIELDS, f"unknown field {name}")
            _expect(isinstance(value, FIELDS[name]) and not isinstance(value, bool), f"{name} has the wrong type")
        _expect(body.get("model") == self.model, f"the model {body.get('model')!r} does not exist")
        _expect(not {"max_tokens", "max_completion_tokens"} <= body.keys(), "two limits of tokens")
        _expect(body.get("max_tokens", body.get("max_completion_tokens", 0)) > 0, "no limit of tokens")
        request = Request(body, headers)
        messages = body.get("messages", [])
        _expect(len(messages) > 0, "no messages")
        for message in messages:
            _read_message(message, request)
        _expect(messages[-1]["role"] == "user", "the last message is not the user's")
        self._check_sound(body, request)
        return request

    def _check_sound(self, body: dict[str, Any], request: Request) -> None:
        modalities = body.get("modalities", ["text"])
        _expect(modalities in (["text"], ["text", "audio"], ["audio"]), f"modalities {modalities}")
        if "audio" in modalities:
            audio = body.get("audio", {} if self.needs_voice else {"voice": "its own", "format": "wav"})
            _expect(isinstance(audio, dict) and audio.keys() == {"voice", "format"}, "audio needs voice and format")
            _expect(audio["format"] == "wav", "audio.format is not wav")
        else:
            _expect("audio" not in body, "audio without its modality")
        if self.needs_audio:
            _expect(bool(request.clips) or request.speaks, "either input or output has to contain audio")


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ProtocolFault(otherwise)


def _read_message(message: Any, request: Request) -> None:
    _expect(isinstance(message, dict) and message.keys() <= {"role", "content", "name"}, "a message with other fields")
    role, content = message.get("role"), message.get("content")
    _expect(role in ("system", "developer", "user", "assistant"), f"role {role!r}")
    if isinstance(content, str):
        _expect(content != "", f"empty {role} message")
        request.texts.append((role, content))
        return
    _expect(isinstance(content, list) and len(content) > 0, f"content of {role} is neither text nor parts")
    for part in content:
        kind = part.get("type")
        _expect(part.keys() == {"type", kind}, f"a part with fields {sorted(part)}")
        if kind == "text":
            _expect(isinstance(part["text"], str) and part["text"] != "", "an empty text part")
            request.texts.append((role, part["text"]))
            continue
        _expect(role == "user", f"sound in a {role} message")
        request.clips.append(_decode(_base64_of(part, kind)))


def _base64_of(part: dict[str, Any], kind: str) -> str:
    if kind == "input_audio":
        _expect(part[kind].keys() == {"data", "format"}, "input_audio has other fields than data and format")
        _expect(part[kind]["format"] == "wav", "input_audio is not wav")
        return part[kind]["data"]
    _expect(kind == "audio_url", f"unknown part {kind}")
    _expect(part[kind].keys() == {"url"}, "audio_url has other fields than url")
    head, _, data = part[kind]["url"].partition(",")
    _expect(head == "data:audio/wav;base64", f"audio_url begins {head[:40]!r}")
    return data


def _decode(data: str) -> tuple[np.ndarray, int]:
    try:
        return soundfile.read(io.BytesIO(base64.b64decode(data, validate=True)), dtype="float32")
    except (binascii.Error, soundfile.LibsndfileError) as error:
        raise ProtocolFault(f"a recording cannot be decoded: {error}") from error


def _handler_for(server: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # otherwise every answer waits 40 ms for the acknowledgement of its headers

        def log_message(self, *words: object) -> None:
            """Say nothing: tests read what is logged."""

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = headers.get("authorization", "")
            if server.key is not None and given != f"Bearer {server.key}":
                shown = given.removeprefix("Bearer ")  # real servers echo keys, whole or in part
                self.send(Fault(401, f"Incorrect API key provided: {shown}, {shown[:12]}…", "invalid_api_key"))
                return
            try:
                request = server.check(self.path, headers, raw)
            except ProtocolFault as error:
                server.faults.append(str(error))
                self.send(Fault(400, f"protocol: {error}", "invalid_request_error"))
                return
            step = server.take(request)
            left = False
            try:
                if isinstance(step, Never):
                    self.close_connection = True
                    server.closing.wait(PATIENCE_S)
                    return
                server.leave()
                left = True
                self.send(step)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up, as some tests want
            finally:
                if not left:
                    server.leave()

        def do_GET(self) -> None:
            self.send(Fault(404, "only POST /v1/chat/completions is here"))

        def send(self, step: Step) -> None:
            if isinstance(step, Fault):
                fault = {"error": {"message": step.message, "type": "error", "param": None, "code": step.code}}
                self.send_body(json.dumps(fault).encode(), step.status, step.headers)
            elif isinstance(step, Raw):
                self.send_body(step.body, step.status, step.headers)
            elif isinstance(step, Cut):
                self.close_connection = True
                if step.after:
                    self.send_body(self.encode(step.answer), cut_after=step.after)
            elif isinstance(step, InPieces):
                self.send_body(self.encode(step.answer), piece=step.size)
            elif isinstance(step, Answer):
                self.send_body(self.encode(step))

        def encode(self, answer: Answer) -> bytes:
            return json.dumps(answer.document(server.model)).encode()

        def send_body(
            self,
            body: bytes,
            status: int = 200,
            headers: dict[str, str] | None = None,
            *,
            cut_after: int | None = None,
            piece: int | None = None,
        ) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "X-Request-Id": "1", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            body = body if cut_after is None else body[:cut_after]
            for start in range(0, len(body), piece or max(1, len(body))):
                self.wfile.write(body[start : start + (piece or len(body))])
                self.wfile.flush()

    return Handler
