"""The hands-free turn as the page drives it: begin, hear, finish, answer. No gradio here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from echomind.errors import EchoMindError
from echomind.models.asr import listen_with
from echomind.settings import Settings
from echomind.talk.ahead import answering
from echomind.talk.engine import Engine
from echomind.talk.listeners import Listeners
from echomind.talk.listening import QUIETEST_DB, Listening, Progress
from echomind.ui import talk_view
from echomind.ui.talk_session import Session, Steps, Telling, first_view, following
from echomind.ui.talk_turnstile import Turnstile
from echomind.words import here, speaking, t

NOTHING_HEARD = t("No speech was heard. Press Speak and say something, or use one of the other ways.")
GONE = t("This turn is over. Press Speak to begin another.")


@dataclass(frozen=True)
class Begun:
    """What the page needs to know of a turn that was opened: its ``key``, or the ``problem`` that prevented it."""

    key: str = ""
    problem: str = ""


class LiveTurns:
    """The open turns of all visitors of one page."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self._listeners = Listeners()

    def begin(self, topic: str, session: Session, gate: Turnstile) -> Begun:
        """Open a turn after those of ``session``; the visitor's turn before it is stopped."""
        gate.stop()
        before = following(session)
        try:
            gate.admit(self._settings.turns_per_minute)
            recognizer = self._engine.recognizer()
            self._engine.warm()  # the model is needed when the first words have been said
            prepare = answering(self._engine, topic, before.turns, country=session.country, moments=before.moments)
            listening = Listening(
                listen_with(recognizer),
                prepare,
                limit_s=self._settings.max_turn_s,
                overhear=self._engine.ears.overhear,
                ahead=self._engine.ears.ahead,
            )
            key = self._listeners.open(listening)
        except EchoMindError as error:
            return Begun(problem=here(talk_view.problem_words(error)))
        gate.hold(lambda: self._listeners.close(key), key)
        return Begun(key)

    def hear(self, chunk: Mapping[str, Any]) -> dict[str, Any]:
        """The next piece of an open turn: ``key``, ``number``, ``rate``, ``pcm``. What is known by now, or ``error``.

        ``voice``: what is heard in the voice so far, the strongest first, in the visitor's language.

        What a browser calls a piece may be anything.
        """
        try:
            key, number, rate, pcm = (chunk[name] for name in ("key", "number", "rate", "pcm"))
            if not (
                isinstance(key, str) and isinstance(pcm, str) and isinstance(number, int) and isinstance(rate, int)
            ):
                return {"error": "found another type of key, number, rate or pcm; expected text and whole numbers"}
        except (KeyError, TypeError):
            return {"error": "found no key, number, rate or pcm; expected all four"}
        listening = self._listeners.find(key)
        if listening is None:
            return closed()
        with speaking(self._listeners.language_of(key)):
            try:
                known = self._listeners.hear(key, number, rate, pcm).as_dict()
            except EchoMindError as error:
                return {"error": here(talk_view.problem_words(error))}
            return known | {"voice": talk_view.voice_so_far(listening.cues)}

    def finish(self, turn: Mapping[str, Any]) -> dict[str, Any]:
        """The visitor says that this is all. ``turn`` holds the ``key``."""
        key = turn.get("key") if isinstance(turn, Mapping) else None
        listening = self._listeners.find(key) if isinstance(key, str) else None
        return closed() if listening is None else listening.finish().as_dict()

    def answer(self, topic: str, session: Session, gate: Turnstile, *, aloud: bool) -> Steps:
        """The answer to the visitor's open turn, from where it was taken."""
        key = gate.held
        listening = self._listeners.find(key)
        if listening is None:
            if gate.last_word is None:
                yield replace(first_view(session), status=talk_view.status(GONE)), session
            return
        before, progress = following(session), listening.progress
        if progress.phase not in ("answering", "over"):
            return  # the speaker went on before this began, or it was asked for a turn that has been stopped
        view = replace(first_view(before), transcript=progress.words, status=talk_view.busy(t("Thinking …")))
        if progress.ended == "nothing":
            self._listeners.close(key)
            yield replace(view, status=talk_view.status(NOTHING_HEARD)), session
            return
        yield view, session
        answered = False  # until then another answer may follow, or be under way: the turn is not this one's to close
        try:
            telling = Telling(view, before, self._engine.models(), aloud=aloud, given=False)
            for shown, _ in telling.steps(listening.answer()):
                yield shown, session
            if telling.view is view:  # the speaker went on in this moment: there is nothing to tell
                yield replace(view, status=talk_view.NOTHING), session
            answered = telling.done
            if answered and listening.progress.ended == "limit" and telling.view.transcript.strip():
                reached = t(
                    "A turn may last {s:g} s; what was said until then is answered.", s=self._settings.max_turn_s
                )
                telling.view = replace(telling.view, status=talk_view.status(reached))
            if answered:
                telling.session = replace(telling.session, clip=listening.clip)
                yield telling.view, telling.session
                with self._engine.turn():
                    yield from telling.afterwards(topic)
        except EchoMindError as error:
            answered = True
            yield replace(view, status=talk_view.status(talk_view.problem_words(error), error=True)), session
        finally:
            if answered and listening.progress.phase == "over":
                self._listeners.close(key)


def closed() -> dict[str, Any]:
    """What is known of a turn that is not open any more."""
    return Progress("over", "", QUIETEST_DB, False, 0.0, "closed").as_dict()
