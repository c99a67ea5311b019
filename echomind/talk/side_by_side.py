"""Up to three models answer the same clip. Kept here: one model of ``transformers`` at most, and clients of endpoints.

Nobody's recording leaves this server unless the speaker has agreed to the host by name; answers of endpoints are not
kept on the disk. A model that fails has its one line, and the others go on. Whoever sounds in danger gets help lines
instead, and nothing is sent anywhere.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import replace

from echomind.audio import Clip
from echomind.errors import CheckpointError, ConfigurationError, EchoMindError
from echomind.models.answering import ReplyRequest
from echomind.models.endpoint import EndpointModel, endpoint_settings
from echomind.models.endpoint_client import EndpointClient
from echomind.models.prompts import system_prompt
from echomind.models.protocol import Thinking
from echomind.models.transformers_slm import TransformersSLM
from echomind.talk.care import check
from echomind.talk.contestants import FLOOR, MOST, Contestant, Replied
from echomind.talk.engine import BusyError, Engine
from echomind.talk.help_lines import INTERNATIONAL
from echomind.talk.turn import Models
from echomind.talk.unheard import TextReader
from echomind.words import t

WAIT_S = 120.0  # for the one other model in memory, while it answers someone else
LONGEST_ANSWER_S = 60.0  # of an endpoint; nobody waits longer on a page
MOST_WORDS = 256  # tokens of a reply; a spoken one has about 80
Rows = tuple[Replied, ...]
LoadModel = Callable[[str], TransformersSLM]


class InDanger(Exception):
    """The words of the clip call for help; holds the warm plain reply with its lines."""


class OneModel:
    """At most one model of ``transformers`` in memory, and one caller of it at a time."""

    def __init__(self, load: LoadModel, *, wait_s: float = WAIT_S) -> None:
        self._load, self._wait_s = load, wait_s
        self._lock = threading.Lock()
        self._model: TransformersSLM | None = None
        self._here = ""

    @contextmanager
    def use(self, checkpoint: str) -> Iterator[TransformersSLM]:
        """The model of ``checkpoint``, for whose sake the one before is forgotten first.

        Raises ``BusyError`` where somebody else's answer takes too long, and what loading raises.
        """
        if not self._lock.acquire(timeout=self._wait_s):
            raise BusyError(t("another answer took longer than {s:g} s; please try again", s=self._wait_s))
        try:
            if self._model is None or self._here != checkpoint:
                self._model = None
                gc.collect()
                self._model, self._here = self._load(checkpoint), checkpoint
            yield self._model
        finally:
            self._lock.release()


def load_transformers(checkpoint: str) -> TransformersSLM:
    """A model of ``transformers`` that answers in text."""
    return TransformersSLM.load(checkpoint, max_new_tokens=MOST_WORDS)


class SideBySide:
    """Asks models for their replies to one clip. Thread-safe; one for the process."""

    def __init__(self, engine: Engine, *, load: LoadModel = load_transformers) -> None:
        self._engine = engine
        self._other = OneModel(load)
        self._lock = threading.Lock()
        self._endpoints: dict[str, EndpointModel] = {}

    def answers(
        self,
        chosen: tuple[Contestant, ...],
        clip: Clip,
        topic: str = "",
        *,
        agreed: Collection[str] = (),
        country: str = INTERNATIONAL,
    ) -> Generator[Rows, None, None]:
        """All replies so far, whenever one of them changes. ``agreed``: hosts to which the clip may be sent.

        Raises ``InDanger``; ``ConfigurationError`` for no model or more than three; what the recogniser raises.
        """
        if not 1 <= len(chosen) <= MOST:
            raise ConfigurationError(f"found {len(chosen)} models; expected 1 to {MOST}")
        rows = [Replied(who) for who in chosen]
        yield tuple(rows)
        words, asr_s = self._words(clip, country)
        request = ReplyRequest("side-by-side", clip, "basic", topic, system_prompt("basic", topic, None))
        pool = ThreadPoolExecutor(MOST, thread_name_prefix="echomind-side")
        try:
            sent: dict[Future[Replied], int] = {}
            for place, who in enumerate(chosen):
                if who.kind == "endpoint" and who.host in agreed:
                    sent[pool.submit(self._from_endpoint, who, request)] = place
                elif who.kind == "endpoint":
                    rows[place] = replace(
                        rows[place], problem=t("Not asked: you have not agreed to send to {host}.", host=who.host)
                    )
            yield tuple(rows)
            for place, who in enumerate(chosen):
                if who.kind != "endpoint":
                    with closing(self._here(who, request, words, asr_s)) as replies:
                        for rows[place] in replies:
                            yield tuple(rows)
            while sent:
                for future in wait(sent, return_when="FIRST_COMPLETED").done:
                    rows[sent.pop(future)] = future.result()
                yield tuple(rows)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _words(self, clip: Clip, country: str) -> tuple[str, float]:
        with self._engine.turn() as models:
            at = time.perf_counter()
            words = models.recognizer.transcribe(clip).text
            spent = time.perf_counter() - at
        care = check(words, country)
        if care is not None:
            raise InDanger(care.reply)
        return words, spent

    def _here(self, who: Contestant, request: ReplyRequest, words: str, asr_s: float) -> Generator[Replied, None, None]:
        """A reply made on this server, as it is written."""
        try:
            if who.kind == "transformers":
                with self._other.use(who.argument) as model, self._engine.turn():
                    at = time.perf_counter()
                    text = model.reply(request).text.strip()
                    yield Replied(who, text, None, time.perf_counter() - at)
            else:
                with self._engine.turn() as models:
                    yield from _own_reply(who, request, words, asr_s, models)
        except EchoMindError as error:
            yield Replied(who, problem=str(error))

    def _from_endpoint(self, who: Contestant, request: ReplyRequest) -> Replied:
        try:
            at = time.perf_counter()
            completion = self._endpoint(who.argument).completion(request, speaks=False)
            spent = time.perf_counter() - at
        except EchoMindError as error:
            return Replied(who, problem=str(error))
        words = completion.words.strip()
        if not words:
            return Replied(who, problem=f"{who.spec}: found a reply without words; expected some")
        return Replied(who, words, None, spent, completion.cost)

    def _endpoint(self, name: str) -> EndpointModel:
        """One client for the process, so that its budget is counted once; it keeps no answers on the disk."""
        with self._lock:
            if name not in self._endpoints:
                given = endpoint_settings(name, self._engine.settings.endpoints)
                patient = min(given.total_timeout_s, LONGEST_ANSWER_S)
                bounds = {
                    "cache": False,
                    "attempts": min(given.attempts, 2),
                    "longest_wait_s": min(given.longest_wait_s, 5.0),
                    "timeout_s": min(given.timeout_s, patient),
                    "total_timeout_s": patient,
                    "max_tokens": min(given.max_tokens, MOST_WORDS),
                }
                self._endpoints[name] = EndpointModel(EndpointClient(given.model_copy(update=bounds)))
            return self._endpoints[name]


def _own_reply(
    who: Contestant, request: ReplyRequest, words: str, asr_s: float, models: Models
) -> Generator[Replied, None, None]:
    """Our model's, with its ears or, for the floor, without them; recognising the words counts into its times."""
    model = models.model
    if model is None:
        raise CheckpointError(models.missing)
    at = time.perf_counter() - asr_s
    if who.spec != FLOOR:
        perception = model.perceive(request.clip, words, topic=request.topic)
    elif isinstance(model, TextReader):
        perception = model.perceive_text(words, topic=request.topic)
    else:
        raise ConfigurationError(f"{model.name} cannot leave the voice out")
    reply = Replied(who)
    for item in model.reply(perception, seed=0):
        if not isinstance(item, Thinking) and item:
            first = reply.first_s if reply.first_s is not None else time.perf_counter() - at
            reply = replace(reply, text=reply.text + item, first_s=first)
            yield reply
    yield replace(reply, text=reply.text.strip(), whole_s=time.perf_counter() - at)
