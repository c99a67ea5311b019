"""A visitor's conversation and what the page shows of it, as plain values: no gradio here.

``Session`` is what gradio keeps for one visitor, in memory only. ``View`` is all that a turn changes on the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from markupsafe import Markup
from plotly.graph_objects import Figure

from echomind.audio import Clip, load_clip
from echomind.errors import EchoMindError
from echomind.models.protocol import Turn
from echomind.talk import events
from echomind.talk.engine import BusyError, Engine
from echomind.talk.examples import Example
from echomind.talk.help_lines import INTERNATIONAL
from echomind.talk.trajectory import Moment
from echomind.talk.turn import MAX_TURNS, Models, talk
from echomind.ui import talk_after, talk_view
from echomind.ui.talk_after import Found
from echomind.ui.talk_turnstile import Turnstile
from echomind.ui.talk_voice import Voiced, voice
from echomind.ui.talk_words import delivery_words
from echomind.words import t

NO_MODEL = t(
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
    felt: Markup = field(default_factory=lambda: talk_view.waiting(talk_view.EMPTY_FELT))
    why: Markup = field(default_factory=lambda: talk_view.waiting(talk_view.EMPTY_WHY))
    reply: Markup = field(default_factory=lambda: talk_view.waiting(talk_view.EMPTY_REPLY))
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


Step = tuple[View, Session]
Steps = Generator[Step, None, None]


def admitted(gate: Turnstile, per_minute: int, steps: Steps, session: Session) -> Steps:
    """``steps``, or the line that says that the visitor has had too many turns just now."""
    try:
        gate.admit(per_minute)
    except BusyError as error:
        steps.close()
        yield View(status=talk_view.status(talk_view.problem_words(error), error=True)), session
        return
    yield from steps


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
    before = following(session)
    view = replace(first_view(before), sound=sound)
    yield view, before
    try:
        at = time.perf_counter()
        clip = load()
        decode_s = time.perf_counter() - at
    except EchoMindError as error:
        yield replace(view, status=talk_view.status(talk_view.problem_words(error), error=True)), session
        return
    yield from _turn(engine, view, replace(before, clip=clip), topic, None, aloud, decode_s)


def example(engine: Engine, clip: Example, topic: str, session: Session, *, aloud: bool) -> Steps:
    """A turn for one of our own clips, which the visitor hears meanwhile."""
    data = clip.path.read_bytes()
    title = t("“{words}”, {manner}", words=clip.transcript, manner=delivery_words(clip.delivery))
    sound = talk_view.example_sound(title, data, AUDIO_TYPES[clip.path.suffix])
    yield from new_clip(engine, lambda: load_clip(data, name=clip.title), topic, session, sound=sound, aloud=aloud)


def again(engine: Engine, transcript: str, topic: str, session: Session, *, aloud: bool) -> Steps:
    """The last clip once more, with the words as the visitor corrected them."""
    text = " ".join(transcript.split())
    view = View(transcript=transcript, earlier=talk_view.earlier(session.turns))
    view = replace(view, **talk_after.over_turns(session.moments))
    if session.clip is None:
        yield replace(view, status=talk_view.status(t("Speak first, or try an example."), error=True)), session
        return
    if len(text) > MAX_CHARS:
        problem = t("Found {n} characters; at most {most} can be answered.", n=len(text), most=MAX_CHARS)
        yield replace(view, status=talk_view.status(problem, error=True)), session
        return
    yield from _turn(engine, view, replace(session, last=None, last_moment=None), topic, text, aloud, None)


def typed(engine: Engine, words: str, topic: str, session: Session, *, aloud: bool) -> Steps:
    """A turn for a message without a voice."""
    text = " ".join(words.split())
    before = following(session)
    view = replace(first_view(before), transcript=text)
    if not text or len(text) > MAX_CHARS:
        problem = t("Found {n} characters; expected 1 to {most}.", n=len(text), most=MAX_CHARS)
        yield replace(view, status=talk_view.status(problem, error=True)), session
        return
    yield from _turn(engine, view, before, topic, text, aloud, None)


def following(session: Session) -> Session:
    """The conversation as it stands before its next turn."""
    turns, moments = session.so_far[-MAX_TURNS:], session.felt_so_far[-MAX_TURNS:]
    return replace(session, clip=None, turns=turns, last=None, moments=moments, last_moment=None)


def first_view(before: Session) -> View:
    """What a turn shows before anything is known of it."""
    view = View(status=talk_view.busy(t("Listening to the words …")), earlier=talk_view.earlier(before.turns))
    return replace(view, **talk_after.over_turns(before.moments))


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
    try:
        with engine.turn() as models:
            source = talk(
                session.clip,
                models,
                topic,
                session.turns,
                transcript,
                decode_s=decode_s,
                country=session.country,
                moments=session.moments,
            )
            with closing(source):
                telling = Telling(view, session, models, aloud=aloud, given=transcript is not None)
                yield from telling.steps(source)
            yield from telling.afterwards(topic)
    except EchoMindError as error:
        yield replace(view, status=talk_view.status(talk_view.problem_words(error), error=True)), session


class Telling:
    """Turns what a turn tells into what the page shows. ``given``: the words stand in the box already."""

    def __init__(self, view: View, session: Session, models: Models, *, aloud: bool, given: bool) -> None:
        self.view, self.session, self._models, self._aloud, self._given = view, session, models, aloud, given
        self._first = view, session
        self.done = False
        self._pieces, self._emotion, self._care, self._said = "", "", "", Voiced()
        self._found = Found()

    def steps(self, told: Iterator[events.Event]) -> Iterator[Step]:
        """The page after each event."""
        for event in told:
            self._take_in(event)
            yield self.view, self.session

    def _take_in(self, event: events.Event) -> None:
        view, found, aloud = self.view, self._found, self._aloud and not self._care
        match event:
            case events.Waiting(position=position):
                waiting = t("All places are taken; yours is number {position} in line.", position=position)
                view = replace(view, status=talk_view.busy(waiting))
            case events.TakenBack():
                first, self.session = self._first
                view = replace(first, status=talk_view.NOTHING)  # who goes on is listened to: the panel says so
            case events.Heard(transcript=heard):
                found.heard = heard
                text = view.transcript if self._given else heard.text
                view = replace(view, transcript=text, status=talk_view.busy(t("Listening to the voice …")))
            case events.Perceived(perception=perception):
                found.perception = perception
                view = replace(view, felt=talk_view.felt(perception), status=talk_view.busy(t("Thinking …")))
            case events.Thought(thinking=thinking):
                self._emotion, found.thinking = thinking.emotion, thinking
                view = replace(view, why=talk_view.why(thinking), status=talk_view.busy(t("Answering …")))
            case events.Cared(care=care):
                self._care, found.fixed = care.reply, True
            case events.AskedBack():
                found.fixed, found.thinking = True, None
            case events.ReplyPiece(text=piece):
                self._pieces += piece
                view = replace(view, reply=_reply(self._pieces, found, writing=True, care=self._care))
            case events.Spoken():
                self._said = self._said.plus(event)
                view = replace(view, voice=voice(self._said, self._pieces, aloud=aloud, whole=False))
            case events.Done(reply=reply, timings=timings):
                self.done, self._pieces = True, reply
                closing_line = heard_nothing(view.transcript) if self._models.model else NO_MODEL
                view = replace(view, status=talk_view.status(closing_line), times=talk_view.times(timings))
                if self._models.model:
                    whole = voice(self._said, reply, aloud=aloud, whole=True)
                    view = replace(view, voice=whole, reply=_reply(reply, found, writing=False, care=self._care))
                turn = Turn(view.transcript, reply, self._emotion)
                self.session = replace(self.session, last=turn, last_moment=found.moment)
        self.view = view

    def afterwards(self, topic: str) -> Iterator[Step]:
        """What a finished turn still shows, for which nobody waits."""
        session, found = self.session, self._found
        if session.clip is None:
            self.view = replace(self.view, **talk_after.over_turns(session.felt_so_far))
            yield self.view, session
            return
        measured = talk_after.measured(session.clip, found)
        self.view = replace(self.view, **measured, **talk_after.over_turns(session.felt_so_far))
        yield self.view, session
        if self._models.model is not None and not found.fixed:
            words = found.heard.text if found.heard else ""
            for change in talk_after.unheard(self._models.model, words, self._pieces, topic, session.turns):
                self.view = replace(self.view, **change)
                yield self.view, session


def _reply(text: str, found: Found, *, writing: bool, care: str) -> Markup:
    return talk_view.reply(text, writing=writing, care=care, about_turns=found.fixed and not care)


def heard_nothing(transcript: str) -> str:
    """The closing line of a turn: empty, or a hint when no word was recognised."""
    if transcript.strip():
        return ""
    return t("No words were recognised. You can type what was said and answer again.")
