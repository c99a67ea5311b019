"""The reply's voice on the page: sentences that are said in order as they come, and the whole as one file."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from secrets import token_hex

from markupsafe import Markup

from echomind.talk.events import Spoken
from echomind.talk.prosody import PLAIN, in_words
from echomind.talk.sentences import Sentences
from echomind.ui.markup import h
from echomind.words import t


@dataclass(frozen=True)
class Voiced:
    """The sentences of one turn that have been spoken so far. ``turn`` tells the browser one turn from another."""

    turn: str = field(default_factory=lambda: token_hex(4))
    spoken: tuple[Spoken, ...] = ()

    def plus(self, event: Spoken) -> Voiced:
        """With one more."""
        return replace(self, spoken=(*self.spoken, event))


def voice(said: Voiced, reply: str, *, aloud: bool, whole: bool) -> Markup:
    """The controls that speak a reply: by the browser's own voice, or by the sounds that came along.

    ``aloud``: whether it may start by itself (never for help lines, which someone could overhear). ``whole``: no more
    sentence will come; then there is a file, made of the sentences by the browser, and sentences that the server could
    not speak are there for the browser's voice.
    """
    delivery = said.spoken[0].delivery if said.spoken else PLAIN
    problem = next((event.problem for event in said.spoken if event.speech is None), "")
    parts = [_sentence(event.sentence, event.speech.wav if event.speech else None) for event in said.spoken]
    if whole and problem:
        reader = Sentences()
        parts += [_sentence(sentence, None) for sentence in [*reader.feed(reply), *reader.finish()][len(parts) :]]
    return h(
        "div",
        h("button", t("Hear it"), type="button", data_hear=True, class_="em-button"),
        h("button", t("Silence"), type="button", data_hush=True, hidden=True, class_="em-button em-quiet"),
        h("a", t("Download WAV"), data_download="echomind-reply.wav", class_="em-link")
        if whole and not problem
        else None,
        h("span", problem or _about(said), class_="em-fine") if whole or problem else None,
        parts,
        class_="em-voice",
        data_turn=said.turn,
        data_rate=f"{delivery.rate:.3f}",
        data_pitch=f"{2 ** (delivery.pitch_st / 12):.3f}",
        data_volume=f"{10 ** (delivery.volume_db / 20):.3f}",
        data_pause=f"{delivery.pause_s:.2f}",
        data_aloud=aloud,
    )


def _sentence(text: str, wav: bytes | None) -> Markup:
    sound = None if wav is None else base64.b64encode(wav).decode()
    return h("span", hidden=True, data_sentence=text, data_sound=sound, data_type="audio/wav")


def _about(said: Voiced) -> str:
    """Length, who spoke the file, and how: the voice is no person's."""
    speeches = [event.speech for event in said.spoken if event.speech]
    if not speeches:
        return ""
    pauses = said.spoken[0].delivery.pause_s * (len(speeches) - 1)
    engines = ", ".join(dict.fromkeys(speech.engine for speech in speeches))
    manner = in_words(said.spoken[0].delivery)
    seconds = sum(speech.seconds for speech in speeches) + pauses
    if not manner:
        return t("{seconds:.1f} s, a synthetic voice ({engines})", seconds=seconds, engines=engines)
    return t(
        "{seconds:.1f} s, a synthetic voice ({engines}), {manner} than usual",
        seconds=seconds,
        engines=engines,
        manner=manner,
    )
