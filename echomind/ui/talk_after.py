"""What a finished turn still has to show: the timeline, the plane, the turns so far, and the reply without the voice.

All of it comes after the spoken reply, so nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from echomind.audio import Clip
from echomind.models.asr import Transcript
from echomind.models.protocol import Perception, SpokenLanguageModel, Thinking, Turn
from echomind.talk.sureness import is_notable
from echomind.talk.timeline import timeline
from echomind.talk.trajectory import Moment
from echomind.talk.unheard import reply_without_voice
from echomind.ui import talk_heard, talk_plane, talk_turns
from echomind.ui.markup import h
from echomind.words import t

Changes = dict[str, Any]  # fields of the page's view, by name


@dataclass
class Found:
    """What is known of a turn as it goes on."""

    heard: Transcript | None = None
    perception: Perception | None = None
    thinking: Thinking | None = None
    fixed: bool = False  # the reply was not the model's: help lines, or an answer about the speaker's own feelings

    @property
    def moment(self) -> Moment | None:
        """The turn as it counts for the trajectory; None where no model has felt it."""
        if self.heard is None or self.perception is None or self.thinking is None:
            return None
        signs = tuple(cue.label for name, cue in self.perception.cues.items() if is_notable(name, cue))
        return Moment(
            self.heard.text,
            self.thinking.emotion,
            self.thinking.cause,
            self.thinking.confidence,
            self.perception.speaker,
            self.perception.listener,
            signs,
        )


def measured(clip: Clip, found: Found) -> Changes:
    """Timeline and plane, drawn and in words."""
    along = timeline(clip, found.heard.words if found.heard else ())
    changes: Changes = {
        "timeline": talk_heard.timeline_figure(along),
        "timeline_words": talk_heard.timeline_words(along),
    }
    if found.perception is not None:
        changes["plane"] = talk_plane.plane_figure(found.perception.speaker, found.perception.listener)
        changes["plane_words"] = talk_plane.plane_words(found.perception)
    return changes


def over_turns(moments: tuple[Moment, ...]) -> Changes:
    """The turns so far as a line and a table."""
    return {"turns": talk_turns.turns_figure(moments), "turns_words": talk_turns.turns_table(moments)}


def unheard(
    model: SpokenLanguageModel, words: str, reply: str, topic: str, history: tuple[Turn, ...], *, seed: int = 0
) -> Iterator[Changes]:
    """The line with the reply to the words alone, as it is written; nothing where there were no words."""
    if not words.strip():
        return
    text = ""
    for piece in reply_without_voice(model, words, topic, history, seed=seed):
        text += piece
        yield {"unheard": unheard_line(text, reply, writing=True)}
    if text:
        yield {"unheard": unheard_line(text, reply, writing=False)}


def unheard_line(text: str, reply: str, *, writing: bool) -> Markup:
    """ "Without the voice I would have said", and whether that is the same."""
    same = not writing and text.strip() == reply.strip()
    return h(
        "p",
        h("span", t("Without the voice I would have said: "), class_="em-unheard-title"),
        h("span", t("the same. The voice made no difference here."))
        if same
        else h("span", f"“{text.strip()}”", lang="en"),
        class_="em-unheard",
    )
