"""A question about the speaker's own feelings, by a button: answered from the turns, aloud, and no turn itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from echomind.talk.intent import Asked
from echomind.talk.prosody import prosody_for
from echomind.talk.speak import speak
from echomind.talk.speaking import Speak, Speaking
from echomind.talk.turn import answer_about
from echomind.ui import talk_view
from echomind.ui.talk_session import Session, Steps, View
from echomind.ui.talk_voice import Voiced, voice


def ask(question: Asked, session: Session, *, aloud: bool, say: Speak = speak) -> Steps:
    """The answer at once, then its sentences as they are spoken. The conversation stays as it is."""
    moments = session.felt_so_far
    text = answer_about(question, moments)
    said = Voiced()
    view = View(reply=talk_view.reply(text, writing=False, about_turns=True))
    yield view, session
    with Speaking(say) as speaking:
        if moments:
            speaking.delivery = prosody_for(moments[-1].emotion)
        for event in chain(speaking.feed(text), speaking.finish()):
            said = said.plus(event)
            yield replace(view, voice=voice(said, text, aloud=aloud, whole=False)), session
    yield replace(view, voice=voice(said, text, aloud=aloud, whole=True)), session
