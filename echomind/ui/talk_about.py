"""The Talk page's fixed words: what to do, what is promised, and which models are at work."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from echomind.errors import VoiceError
from echomind.models.asr import POCKETSPHINX
from echomind.models.notices import licence_notices
from echomind.settings import Settings
from echomind.talk.speak import voice_engine
from echomind.ui.markup import h, together
from echomind.words import joined, t


def heading() -> Markup:
    """Title and one sentence."""
    return h(
        "div",
        h("h1", t("Talk")),
        h("p", t("Say something in English. EchoMind listens to the words and to the voice, then answers.")),
        class_="em-title",
    )


def live_panel() -> Markup:
    """The button of the hands-free turn, words and voice as they are heard, and whether to go on listening."""
    return h(
        "div",
        h("button", t("Speak"), type="button", class_="em-speak", data_speak=True),
        h("p", "", class_="em-live-words", data_words=True, hidden=True),
        h(
            "div",
            h("span", t("In the voice so far")),
            h("ul", ""),
            class_="em-live-voice",
            data_voice=True,
            hidden=True,
        ),
        h("p", "", class_="em-hidden", role="status", data_state=True),
        h(
            "label",
            h("input", type="checkbox", data_keep=True),
            " ",
            t("Keep listening after each reply"),
            class_="em-keep em-tick",
        ),
        class_="em-live",
        data_live=True,
    )


def microphone_note(settings: Settings) -> Markup:
    """How to speak, and for how long; the page's script puts the reason here where the browser gives no microphone."""
    words = t(
        "Press Speak and say something, for up to {s:g} s. The reply comes when you stop speaking.",
        s=settings.max_turn_s,
    )
    return h("p", words, class_="em-mic-note", data_mic=True)


def other_ways(settings: Settings, most_chars: int) -> Markup:
    """How much can be sent otherwise, and what a browser cannot do that has no recorder."""
    return together(
        h(
            "p",
            t(
                "A recording or an upload may last up to {s:g} s, a message may have up to {n:,} characters.",
                s=settings.max_clip_s,
                n=most_chars,
            ),
            class_="em-fine",
        ),
        h("p", cannot_record(), class_="em-no-recorder"),
    )


def cannot_record() -> str:
    """What is shown in place of the button that records, where a browser has no recorder."""
    return t("This browser cannot record a clip to send. Upload a recording instead.")


def examples_heading() -> Markup:
    """Above the example buttons."""
    return h("h2", t("Same words, another voice"), h("small", t("Try an example")), class_="em-part")


def promises(settings: Settings) -> Markup:
    """Synthetic voice, nothing kept, and the models in use, as the settings name them."""
    ear = "PocketSphinx" if settings.asr == POCKETSPHINX else f"Whisper ({Path(settings.asr).name})"
    mind = Path(settings.model).name if settings.model else t("the EchoMind model in this app")
    try:
        file = Path(settings.voice_model).name or voice_engine()
        voice = t("your browser's voice; {file} for the file", file=file)
    except VoiceError:
        voice = t("your browser's voice; the server has none")
    return h(
        "div",
        h(
            "p",
            h("strong", t("The voice is synthetic, and the reply is written by a model that makes mistakes. ")),
            t(
                "Your audio is not kept: what is said hands-free never touches the disk, and a file is deleted from it "
                "as soon as it is read. The last clip stays in memory, an hour at most, only so that you can have it "
                "answered again."
            ),
        ),
        h(
            "p",
            t(
                "What is named here is a guess about a voice: no diagnosis, no judgement of a person. Expect more "
                "errors with accents, children, old voices and poor microphones. Who says they are in danger gets "
                "fixed words with help lines instead of the reply."
            ),
        ),
        h("p", t("Words: {ear}. Cues and reply: {mind}. Speech: {voice}.", ear=ear, mind=mind, voice=voice)),
        h("p", joined(t(" "), notices)) if (notices := licence_notices(settings)) else None,
        class_="em-promises",
    )
