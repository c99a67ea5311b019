"""What the Talk page says as a turn goes on, in the language of its visitor: states, faults, lines, queue, figures."""

import base64
import re
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest

from echomind import audio_faults
from echomind.audio import load_clip
from echomind.errors import VoiceError
from echomind.models.protocol import VAD, Cue, Perception
from echomind.settings import ROOT, Settings
from echomind.talk import events
from echomind.talk.care import check
from echomind.talk.contestants import Contestant, Replied
from echomind.talk.contrast_material import of_examples
from echomind.talk.engine import Engine
from echomind.talk.examples import read_examples
from echomind.talk.help_lines import COUNTRIES, INTERNATIONAL
from echomind.talk.speak import speak
from echomind.talk.turn import Models
from echomind.ui import talk_about, talk_aside, talk_session, talk_side_view, talk_view
from echomind.ui.talk_ask import ask
from echomind.ui.talk_contrast_steps import Mine, compare_mine, compare_ready, take
from echomind.ui.talk_live import LiveTurns
from echomind.ui.talk_session import Session, Telling, admitted, again, example, new_clip, typed
from echomind.ui.talk_side_steps import LAST, compare, sources
from echomind.ui.talk_turnstile import Turnstile
from echomind.ui.talk_voice import Voiced, voice
from echomind.words import here, speaking, t
from tests.unit.ui.chinese import CHINESE, foreign, texts

EXAMPLES = read_examples(ROOT / "assets" / "examples")
OURS, FAR = Contestant("echomind", "EchoMind"), Contestant("endpoint:far", "Far", "api.example.org")
DATA = (
    "tired",
    "worn out",
    "a long day",
    "your recording",
    "api.example.org",
    "Far",
)  # what models and settings call things


@pytest.fixture
def engine(models, model, recognizer, monkeypatch):
    model.perceive_text = lambda words, topic="", history=(): Perception(
        words, {}, VAD(3, 3, 3), VAD(3, 3, 3), state=("seen", words)
    )
    found = Engine(Settings(turns_per_minute=2))
    monkeypatch.setattr(found, "models", lambda: models)
    monkeypatch.setattr(found, "recognizer", lambda: recognizer)
    monkeypatch.setattr(found, "warm", lambda: None)
    return found


def html_of(steps):
    """All that steps of a conversation show: their HTML, and the words in their figures."""
    for view, _ in steps:
        yield from (getattr(view, name) for name in vars(view) if name != "transcript")


def figure_words(figure):
    layout, said = figure.to_plotly_json()["layout"], []
    said += [note["text"] for note in layout.get("annotations", ())]
    axes = [axis for name, axis in layout.items() if name.startswith(("xaxis", "yaxis"))]
    said += [axis["title"]["text"] for axis in axes if "title" in axis]
    said += [text for axis in axes for text in axis.get("ticktext") or ()]
    said += [trace.hovertemplate for trace in figure.data if trace.hovertemplate]
    said += [text for trace in figure.data[1:] if len(figure.data) == 3 for text in trace.text or ()]  # the plane's two
    return [
        part
        for text in said
        for part in text.replace("<extra></extra>", "").replace("<b>", "").replace("</b>", "").split("<br>")
    ]


@pytest.fixture
def said(parse):
    """The texts of HTML, figures and plain sentences, but for data."""

    def find(pieces):
        found = []
        for piece in pieces:
            if hasattr(piece, "to_plotly_json"):
                found += figure_words(piece)
            elif piece is not None:
                found += texts(parse(str(piece)))
        return sorted({text.strip() for text in found if text.strip() and not text.strip().startswith(DATA)})

    return find


def fault(error):
    def load():
        raise error

    return load


def turns(engine, clip, recognizer):
    """Three turns of a conversation, one by an example, one that asks about feelings; and the same by buttons."""
    pieces = []
    for steps in (
        lambda session: new_clip(engine, lambda: clip, "work", session, aloud=True),
        lambda session: example(engine, EXAMPLES[1], "", session, aloud=False),
        lambda session: again(engine, "How did my feelings change?", "", session, aloud=False),
        lambda session: ask("reason", session, aloud=True),
    ):
        session = pieces[-1][1] if pieces else Session()
        pieces += list(steps(session))
    return html_of(pieces)


def help_lines(engine, clip, recognizer):
    """Fixed words in place of a reply."""
    recognizer.text = "I want to die"
    yield from html_of(new_clip(engine, lambda: clip, "", Session(country="nz"), aloud=True))
    yield from (here(name) for name, _ in talk_aside.choices())


@pytest.mark.parametrize("words", ["I want to die", "my husband hits me", "she's not breathing"])
@pytest.mark.parametrize("country", [INTERNATIONAL, *(country.id for country in COUNTRIES)])
def test_who_is_in_danger_reads_it_in_their_language_too(parse, words, country):
    care = check(words, country)
    reply = talk_view.reply(str(care.reply), writing=False, care=care.reply)
    assert [p.text for p in parse(reply).all("p", class_="em-reply-text")] == [str(care.reply)]
    with speaking("zh"):
        shown = parse(talk_view.reply(str(care.reply), writing=False, care=care.reply))
        english, chinese = shown.all("p", class_="em-reply-text")
        assert english.text == str(care.reply)
        numbers = [re.sub(r"\D", "", number) for number in re.findall(r"\d[\d -]*\d", english.text)]
        told = re.sub(r"(?<=\d)[ -](?=\d)", "", chinese.text)
        assert numbers and all(number in told for number in numbers)  # every number is there
        assert CHINESE.search(chinese.text) and not re.search(r"\b(or|on|the|call)\b", chinese.text)


def faults(engine, clip, recognizer):
    """What a visitor meets every day."""
    for error in (
        audio_faults.too_long("your recording", 60),
        audio_faults.silence("your recording", 0.0),
        audio_faults.not_audio("your recording", b""),
        engine.busy(),
    ):
        yield from html_of(new_clip(engine, fault(error), "", Session(), aloud=False))
    yield from html_of(again(engine, "hello", "", Session(), aloud=False))
    yield from html_of(again(engine, "x" * 1_001, "", Session(clip), aloud=False))
    yield from html_of(typed(engine, "", "", Session(), aloud=False))
    recognizer.text = ""
    yield from html_of(new_clip(engine, lambda: clip, "", Session(), aloud=False))
    without = SimpleNamespace(turn=in_turn(Models(recognizer, None, "no checkpoint")))
    yield from html_of(new_clip(without, lambda: clip, "", Session(), aloud=False))
    gate = Turnstile()
    for _ in range(2):
        yield from html_of(admitted(gate, 1, (step for step in ()), Session()))


def voiceless(engine, clip, recognizer):
    """A reply that no voice of the server could say, for each reason that it may have."""
    for text, seconds in (("…", 30.0), ("Well then.", 0.0)):
        with pytest.raises(VoiceError) as caught:
            speak(text, timeout_s=seconds)
        said = Voiced().plus(events.Spoken(None, caught.value.args[0], "Well then."))
        yield voice(said, "Well then.", aloud=True, whole=True)


def in_turn(models):
    @contextmanager
    def turn():
        yield models

    return turn


def in_line(engine, clip, recognizer):
    """While all places are taken."""
    telling = Telling(talk_session.View(), Session(), engine.models(), aloud=False, given=False)
    yield from html_of(telling.steps(iter([events.Waiting(3)])))


def hands_free(engine, clip, recognizer):
    """Opened, heard, answered, cut off at the limit, closed, refused."""
    live, gate = LiveTurns(engine, Settings(turns_per_minute=4, max_turn_s=5)), Turnstile()
    samples = load_clip(ROOT / "assets" / "examples" / "walk_neutral.ogg").samples
    quiet = np.zeros(48_000, np.float32)
    cues = {"nve": Cue("sigh", 0.4, {"sigh": 0.4}), "volume": Cue("whisper", 0.9, {"whisper": 0.9})}

    def overhear(_, tell):
        tell(cues)
        return True

    engine.ears.overhear = overhear
    for sound in (np.concatenate([samples[:40_000], quiet]), np.concatenate([samples, samples]), quiet):
        key = live.begin("", Session(), gate).key
        for number, at in enumerate(range(0, len(sound), 16_000)):
            pcm = base64.b64encode((sound[at : at + 16_000] * 32_767).astype("<i2").tobytes()).decode()
            told = live.hear({"key": key, "number": number, "rate": 16_000, "pcm": pcm})
            yield from (line["words"] for line in told.get("voice", ()))
        live.finish({"key": key})
        yield from html_of(live.answer("", Session(), gate, aloud=True))
    yield from html_of(live.answer("", Session(), gate, aloud=True))
    live.begin("", Session(), gate)
    yield live.begin("", Session(), gate).problem
    live._listeners._at_once = 0
    yield LiveTurns(engine, Settings()).begin("", Session(), Turnstile()).problem
    yield live.begin("", Session(), Turnstile()).problem


def side_by_side(engine, clip, recognizer):
    """Where a clip goes, the replies as they come, and each way in which there are none."""
    known = sources(EXAMPLES)
    rows = [
        Replied(OURS, "Hello.", 0.51, 1.26),
        Replied(FAR, "", None, 2.0, 0.0042),
        Replied(FAR, problem=t("Not asked: you have not agreed to send to {host}.", host="api.example.org")),
    ]
    side = SimpleNamespace(answers=lambda *_, **__: (row for row in (tuple(rows[:1]), tuple(rows))))
    yield from map(here, known)
    for session, gate in ((Session(), Turnstile()), (Session(clip), Turnstile())):
        for _ in range(2):
            steps = compare(side, (OURS,), LAST, known, session, "", agreed=(), gate=gate, per_minute=1)
            yield from chain.from_iterable(steps)
    yield from chain.from_iterable(
        compare(side, (OURS,), LAST, {LAST: None}, Session(), "", agreed=(), gate=Turnstile(), per_minute=0)
    )
    yield talk_side_view.where([OURS, FAR], alone=False)
    yield talk_side_view.where([], alone=True)
    yield here(talk_side_view.send_label([FAR, replace(FAR, host="b.example.org")]))
    yield talk_side_view.heading()


def deliveries(engine, clip, recognizer):
    """Three of ours, and a visitor's own."""
    yield from chain.from_iterable(compare_ready(engine, of_examples(ROOT / "assets" / "examples")[0]))
    mine, line = take(Mine(), 0, lambda: clip)
    yield line
    yield take(mine, 1, fault(audio_faults.silence("your recording", 0.0)))[1]
    yield from chain.from_iterable(compare_mine(engine, mine))
    yield from chain.from_iterable(compare_mine(engine, mine.having(1, clip)))
    recognizer.text = ""
    yield from chain.from_iterable(compare_mine(engine, mine.having(1, clip)))


def fixed(engine, clip, recognizer):
    """What stands on the page from the start."""
    settings = Settings()
    yield from (talk_about.heading(), talk_about.live_panel(), talk_about.microphone_note(settings))
    yield from (talk_about.other_ways(settings, 1_000), talk_about.promises(settings), talk_about.examples_heading())


PARTS = (turns, help_lines, faults, voiceless, in_line, hands_free, side_by_side, deliveries, fixed)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_it_is_chinese_to_who_reads_chinese(said, engine, clip, recognizer, part):
    with speaking("zh"):
        found = said(part(engine, clip, recognizer))
    assert found and any(CHINESE.search(text) for text in found)
    assert [text for text in found if foreign(text)] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_it_is_english_to_everybody_else(said, engine, clip, recognizer, part):
    found = said(part(engine, clip, recognizer))
    assert found
    assert [text for text in found if CHINESE.search(text)] == []
