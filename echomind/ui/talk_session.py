"""A visitor's conversation and what the page shows of it, as plain values: no gradio here.

``Session`` is what gradio keeps for one visitor, in memory only. ``View`` is all that a turn changes on the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TypeVar

from markupsafe import Markup
from plotly.graph_objects import Figure

from echomind.audio import Clip, load_clip
from echomind.errors import EchoMindError
from echomind.models.protocol import Turn
from echomind.talk import events
from echomind.talk.engine import Engine
from echomind.talk.examples import Example
from echomind.talk.help_lines import INTERNATIONAL
from echomind.talk.trajectory import Moment
from echomind.talk.turn import MAX_TURNS, talk
from echomind.ui import talk_after, talk_view
from echomind.ui.talk_after import Found
from echomind.ui.talk_voice import Voiced, voice

NO_MODEL = (
    "The reply model is not installed on this server (there is no checkpoint in assets/model), "
    "so only the words are transcribed."
)
AUDIO_TYPES = {".ogg": "audio/ogg", ".flac": "audio/flac", ".wav": "audio/wav"}
MAX_CHARS = 1_000  # of a corrected transcript; a minute of fast speech has about 1,200 characters with spaces


@dataclass(frozen=True)
class Session:
    """``clip``: the last one, kept to be answered again; ``turns``: those before it; ``last``: its own.

    ``moments`` and ``last_moment``: what the model noted in them. ``country``: whose help lines to give.
    """

    clip: Clip | None = None
    turns: tuple[Turn, ...] = ()
    last: Turn | None = None
    moments: tuple[Moment, ...] = ()
    last_moment: Moment | None = None
    country: str = INTERNATIONAL

    @property
    def felt_so_far(self) -> tuple[Moment, ...]:
        """What was noted in all finished turns; questions about the speaker's own feelings are none of them."""
        return self.moments if self.last_moment is None else (*self.moments, self.last_moment)

    @property
    def so_far(self) -> tuple[Turn, ...]:
        """All finished turns."""
        return self.turns if self.last is None else (*self.turns, self.last)


@dataclass(frozen=True)
class View:
    """The page's changing parts; HTML but for ``transcript``, the text in the editable box, and figures."""

    status: Markup = talk_view.NOTHING
    transcript: str = ""
    sound: Markup = talk_view.NOTHING
    felt: Markup = talk_view.EMPTY_FELT
    why: Markup = talk_view.EMPTY_WHY
    reply: Markup = talk_view.EMPTY_REPLY
    voice: Markup = talk_view.NOTHING
    times: Markup = talk_view.NOTHING
    earlier: Markup = talk_view.NOTHING
    unheard: Markup = talk_view.NOTHING
    timeline: Figure | None = None
    timeline_words: Markup = talk_view.NOTHING
    plane: Figure | None = None
    plane_words: Markup = talk_view.NOTHING
    turns: Figure | None = None
    turns_words: Markup = talk_view.NOTHING


T = TypeVar("T")
Step = tuple[View, Session]
Steps = Generator[Step, None, None]


class Turnstile:
    """Which turn of one visitor may go on: the latest, until it is stopped. Shared by all events of the visitor."""

    def __init__(self) -> None:
        self._latest = 0

    def stop(self) -> None:
        """Let no turn go on that is under way."""
        self._latest += 1

    def pass_through(self, steps: Generator[T, None, None]) -> Iterator[T]:
        """The steps of a new turn, up to where it is stopped or another begins; then it is closed at once."""
        self.stop()
        mine = self._latest
        with closing(steps):
            for step in steps:
                if self._latest != mine:
                    return
                yield step


def new_clip(
    engine: Engine,
    load: Callable[[], Clip],
    topic: str,
    session: Session,
    *,
    sound: Markup = talk_view.NOTHING,
    aloud: bool,
) -> Steps:
    """A turn for a new clip, after the earlier ones. ``load`` decodes it; ``sound`` plays an example to the visitor."""
    turns, moments = session.so_far[-MAX_TURNS:], session.felt_so_far[-MAX_TURNS:]
    before = replace(session, clip=None, turns=turns, last=None, moments=moments, last_moment=None)
    view = View(status=talk_view.busy("Listening to the words …"), sound=sound, earlier=talk_view.earlier(before.turns))
    view = replace(view, **talk_after.over_turns(before.moments))
    yield view, before
    try:
        at = time.perf_counter()
        clip = load()
        decode_s = time.perf_counter() - at
    except EchoMindError as error:
        yield replace(view, status=talk_view.status(str(error), error=True)), session
        return
    yield from _turn(engine, view, replace(before, clip=clip), topic, None, aloud, decode_s)


def example(engine: Engine, clip: Example, topic: str, session: Session, *, aloud: bool) -> Steps:
    """A turn for one of our own clips, which the visitor hears meanwhile."""
    data = clip.path.read_bytes()
    sound = talk_view.example_sound(clip.title, data, AUDIO_TYPES[clip.path.suffix])
    yield from new_clip(engine, lambda: load_clip(data, name=clip.title), topic, session, sound=sound, aloud=aloud)


def again(engine: Engine, transcript: str, topic: str, session: Session, *, aloud: bool) -> Steps:
    """The last clip once more, with the words as the visitor corrected them."""
    text = " ".join(transcript.split())
    view = View(transcript=transcript, earlier=talk_view.earlier(session.turns))
    view = replace(view, **talk_after.over_turns(session.moments))
    if session.clip is None:
        yield replace(view, status=talk_view.status("Speak first, or try an example.", error=True)), session
        return
    if len(text) > MAX_CHARS:
        problem = f"Found {len(text)} characters; at most {MAX_CHARS} can be answered."
        yield replace(view, status=talk_view.status(problem, error=True)), session
        return
    yield from _turn(engine, view, replace(session, last=None, last_moment=None), topic, text, aloud, None)


def _turn(
    engine: Engine,
    view: View,
    session: Session,
    topic: str,
    transcript: str | None,
    aloud: bool,
    decode_s: float | None,
) -> Steps:
    """Run the pipeline and show what is known, as soon as it is known."""
    clip = session.clip
    assert clip is not None, "a turn needs a clip"  # noqa: S101 (both callers have checked)
    pieces, emotion, care, said, found = "", "", False, Voiced(), Found()
    try:
        with engine.turn() as models:
            for event in talk(
                clip,
                models,
                topic,
                session.turns,
                transcript,
                decode_s=decode_s,
                country=session.country,
                moments=session.moments,
            ):
                match event:
                    case events.Heard(transcript=heard):
                        found.heard = heard
                        text = heard.text if transcript is None else view.transcript
                        view = replace(view, transcript=text, status=talk_view.busy("Listening to the voice …"))
                    case events.Perceived(perception=perception):
                        found.perception = perception
                        view = replace(view, felt=talk_view.felt(perception), status=talk_view.busy("Thinking …"))
                    case events.Thought(thinking=thinking):
                        emotion, found.thinking = thinking.emotion, thinking
                        view = replace(view, why=talk_view.why(thinking), status=talk_view.busy("Answering …"))
                    case events.Cared():
                        care = found.fixed = True
                    case events.AskedBack():
                        found.fixed, found.thinking = True, None
                    case events.ReplyPiece(text=piece):
                        pieces += piece
                        view = replace(view, reply=_reply(pieces, found, writing=True, care=care))
                    case events.Spoken():
                        said = said.plus(event)
                        view = replace(view, voice=voice(said, pieces, aloud=aloud and not care, whole=False))
                    case events.Done(reply=reply, timings=timings):
                        closing = heard_nothing(view.transcript) if models.model else NO_MODEL
                        view = replace(view, status=talk_view.status(closing), times=talk_view.times(timings))
                        if models.model:
                            whole = voice(said, reply, aloud=aloud and not care, whole=True)
                            view = replace(view, voice=whole, reply=_reply(reply, found, writing=False, care=care))
                        turn = Turn(view.transcript, reply, emotion)
                        session = replace(session, last=turn, last_moment=found.moment)
                yield view, session
            view = replace(view, **talk_after.measured(clip, found), **talk_after.over_turns(session.felt_so_far))
            yield view, session
            if models.model is not None and not found.fixed:
                words = found.heard.text if found.heard else ""
                for change in talk_after.unheard(models.model, words, reply, topic, session.turns):
                    view = replace(view, **change)
                    yield view, session
    except EchoMindError as error:
        yield replace(view, status=talk_view.status(str(error), error=True)), session


def _reply(text: str, found: Found, *, writing: bool, care: bool) -> Markup:
    return talk_view.reply(text, writing=writing, care=care, about_turns=found.fixed and not care)


def heard_nothing(transcript: str) -> str:
    """The closing line of a turn: empty, or a hint when no word was recognised."""
    if transcript.strip():
        return ""
    return "No words were recognised. You can type what was said and answer again."
