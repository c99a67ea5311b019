"""A model behind an OpenAI-compatible endpoint sits the benchmark: vLLM and vLLM-Omni, GPT-4o-audio and the like.

What a model is sent: transcription, the clip and ``transcription_prompt``; a question, the clip and
``question_prompt``; a reply, the system prompt of the condition where there is one and the clip alone. Servers may add
a system prompt of their own in the zero condition (Qwen's chat templates do); that cannot be seen from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from echomind.audio import Clip, load_clip
from echomind.endpoint_settings import EndpointSettings
from echomind.errors import ConfigurationError
from echomind.models.answering import ChoiceRequest, ReplyRequest, SpokenReply
from echomind.models.endpoint_client import Completion, EndpointClient, EndpointError, Spending
from echomind.models.endpoint_wire import LONGEST_REPLY_S, text_part
from echomind.models.prompts import PROMPTS_VERSION, question_prompt, transcription_prompt
from echomind.settings import get_settings

PREFIX = "endpoint:"


def endpoint_settings(name: str, endpoints: Mapping[str, EndpointSettings] | None = None) -> EndpointSettings:
    """Settings of an endpoint by its name, with or without ``endpoint:``; ``endpoints`` default to the settings'.

    Raises ``ConfigurationError`` listing the known names.
    """
    known = get_settings().endpoints if endpoints is None else endpoints
    found = known.get(name.removeprefix(PREFIX))
    if found is None:
        names = ", ".join(sorted(known)) or "none, ECHOMIND_ENDPOINTS names them"
        raise ConfigurationError(f"no endpoint is called {name.removeprefix(PREFIX)[:80]!r}; known: {names}")
    return found


class EndpointModel:
    """An ``AnsweringModel`` over one ``EndpointClient``; calls may come from ``concurrency`` threads.

    Words are returned as they came: the text, or the transcript of the speech where there is no text. Raises
    ``EndpointError`` when a request failed for good, ``EndpointRefused`` (also a ``ConfigurationError``) when every
    further one would.
    """

    def __init__(self, client: EndpointClient) -> None:
        self.client = client
        self.name = f"{PREFIX}{client.settings.name}"
        self.concurrency = client.settings.concurrency

    @classmethod
    def from_settings(cls, name: str) -> EndpointModel:
        """The endpoint of this name in ``ECHOMIND_ENDPOINTS``, e.g. ``"gpt4o"`` or ``"endpoint:gpt4o"``."""
        return cls(EndpointClient(endpoint_settings(name), tag=f"prompts-{PROMPTS_VERSION}"))

    def spending(self) -> Spending:
        """What was asked for so far and what it cost."""
        return self.client.spending()

    def transcribe(self, key: str, clip: Clip) -> str:
        """The words of the clip, as the model gives them."""
        return self._words(key, self._ask([self._user(clip, transcription_prompt())]))

    def choose(self, request: ChoiceRequest) -> str:
        """The model's answer to a question about the clip, in its own words."""
        prompt = question_prompt(request.question, request.options)
        return self._words(request.key, self._ask([self._user(request.clip, prompt)]))

    def reply(self, request: ReplyRequest) -> SpokenReply:
        """What the model would say to the speaker; spoken where the endpoint speaks."""
        completion = self.completion(request, speaks=self.client.settings.speech_out)
        words = self._words(request.key, completion)
        if completion.audio is None:
            return SpokenReply(words)
        name = f"reply to {request.key}"
        return SpokenReply(words, load_clip(completion.audio, max_seconds=LONGEST_REPLY_S, name=name))

    def completion(self, request: ReplyRequest, *, speaks: bool) -> Completion:
        """The reply as the endpoint sent it, with what it cost; ``speaks``: ask for its sound as well."""
        system = [{"role": "system", "content": request.system}] if request.system else []
        return self._ask([*system, self._user(request.clip)], speaks=speaks)

    def _user(self, clip: Clip, prompt: str = "") -> dict[str, Any]:
        parts = [self.client.audio_part(clip)]
        return {"role": "user", "content": [*parts, text_part(prompt)] if prompt else parts}

    def _ask(self, messages: Sequence[Mapping[str, Any]], *, speaks: bool = False) -> Completion:
        settings = self.client.settings
        modalities = None
        if settings.speech_out:  # said either way: a server that can speak does so by default (vLLM-Omni)
            modalities = ["text", "audio"] if speaks else ["text"]
        return self.client.complete(
            messages,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            modalities=modalities,
            audio={"voice": settings.voice, "format": "wav"} if speaks and settings.voice else None,
            seed=settings.seed,
        )

    def _words(self, key: str, completion: Completion) -> str:
        if not completion.words.strip():
            raise EndpointError(f"{self.name}: {key}: found speech without its words; expected text or a transcript")
        return completion.words
