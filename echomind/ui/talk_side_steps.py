"""Models side by side step by step, as plain values: no gradio here."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing

from markupsafe import Markup

from echomind.audio import Clip, load_clip
from echomind.errors import EchoMindError
from echomind.talk.contestants import Contestant
from echomind.talk.examples import Example
from echomind.talk.side_by_side import InDanger, SideBySide
from echomind.ui import talk_side_view as view
from echomind.ui.talk_contrast_view import problem, working
from echomind.ui.talk_session import Session
from echomind.ui.talk_turnstile import Turnstile
from echomind.ui.talk_view import problem_words, reply
from echomind.ui.talk_words import delivery_words
from echomind.words import t

LAST = t("my last turn")  # where nothing was said yet, the first example stands in for it
Shown = tuple[Markup, Markup]  # the line that says what goes on, and the replies
Steps = Generator[Shown, None, None]


def sources(examples: Sequence[Example]) -> dict[str, Example | None]:
    """The clips to choose from by name; None for the visitor's last turn."""
    return {LAST: None} | {
        t("“{words}”, {manner}", words=one.transcript, manner=delivery_words(one.delivery)): one for one in examples
    }


def compare(
    side: SideBySide,
    chosen: tuple[Contestant, ...],
    source: str,
    known: Mapping[str, Example | None],
    session: Session,
    topic: str,
    *,
    agreed: Collection[str],
    gate: Turnstile,
    per_minute: int,
) -> Steps:
    """The replies as they come, or one line that says why there are none. ``agreed``: hosts the clip may go to."""
    try:
        gate.admit(per_minute)
        clip, what = _clip(source, known, session)
        yield working(t("Listening to the words …")), Markup("")
        with closing(side.answers(chosen, clip, topic, agreed=agreed, country=session.country)) as answers:
            for rows in answers:
                left = sum(not row.ended for row in rows)
                yield working(t("{n} still to answer …", n=left)) if left else Markup(""), view.comparison(what, rows)
    except InDanger as danger:
        yield Markup(""), reply(str(danger), writing=False, care=danger.args[0])
    except EchoMindError as error:
        yield problem(problem_words(error)), Markup("")


def _clip(source: str, known: Mapping[str, Example | None], session: Session) -> tuple[Clip, str]:
    example = known.get(source)
    if example is None and session.clip is not None:
        return session.clip, t("Your last turn, {s:.1f} s.", s=session.clip.seconds)
    chosen = example is not None
    example = example or next((one for one in known.values() if one is not None), None)
    if example is None:
        raise EchoMindError(t("found no clip; speak first, then compare"))
    clip = load_clip(example.path.read_bytes(), name=example.title)
    manner = delivery_words(example.delivery)
    what = t("“{words}”, {manner}, {s:.1f} s.", words=example.transcript, manner=manner, s=clip.seconds)
    return clip, what if chosen else t("You have not spoken yet, so this is an example: {what}", what=what)
