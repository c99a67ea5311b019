"""Hands-free turns as the page drives them, with real voice activity and stand-ins for recogniser and model."""

import base64
import threading
from dataclasses import replace

import numpy as np
import pytest

from echomind.audio import load_clip
from echomind.models.protocol import Cue, Turn
from echomind.settings import ROOT, Settings
from echomind.talk.engine import Engine
from echomind.ui.talk_live import GONE, NOTHING_HEARD, LiveTurns
from echomind.ui.talk_session import Session
from echomind.ui.talk_turnstile import Turnstile
from echomind.words import speaking


@pytest.fixture
def turns(models, recognizer, monkeypatch):
    settings = Settings(turns_per_minute=3)
    engine = Engine(settings)
    monkeypatch.setattr(engine, "models", lambda: models)
    monkeypatch.setattr(engine, "recognizer", lambda: recognizer)
    monkeypatch.setattr(engine, "warm", lambda: None)
    return LiveTurns(engine, settings)


@pytest.fixture(scope="module")
def spoken():
    samples = load_clip(ROOT / "assets" / "examples" / "walk_neutral.ogg").samples
    return np.concatenate([samples, np.random.default_rng(0).normal(0, 2e-4, 32_000).astype(np.float32)])


def hear(turns, key, samples):
    """What was told of the last piece."""
    for number, at in enumerate(range(0, len(samples), 16_000)):
        pcm = (samples[at : at + 16_000] * 32_767).astype("<i2").tobytes()
        told = turns.hear({"key": key, "number": number, "rate": 16_000, "pcm": base64.b64encode(pcm).decode()})
    return told


def test_a_turn_from_the_first_word_to_the_reply(turns, spoken, model):
    gate, before = Turnstile(), Session(None, (), Turn("earlier", "yes"), country="nz")
    begun = turns.begin("work", before, gate)
    told = hear(turns, begun.key, spoken)
    assert (told["phase"], told["ended"]) == ("over", "silence")
    steps = list(turns.answer("work", before, gate, aloud=False))
    view, session = next(step for step in steps if step[1].last != before.last)
    assert view.transcript == "Can I go outside now"
    assert session.turns == (Turn("earlier", "yes"),)
    assert session.last.reply == "Yes, of course. Take care!"
    assert 3 < session.clip.seconds < 7
    assert session.country == "nz"
    assert model.calls[-1][2:] == ("work", (Turn("earlier", "yes"),))
    assert all(after == before for shown, after in steps if not shown.times)
    assert turns.hear({"key": begun.key, "number": 99, "rate": 16_000, "pcm": ""})["ended"] == "closed"


def test_the_voice_is_told_while_one_speaks_in_the_language_of_whoever_began(turns, spoken, model):
    heard = {"volume": Cue("whisper", 0.9, {"whisper": 0.9})}
    seen = []

    def overhear(clip, tell):
        seen.append(clip.seconds)
        tell(heard)
        return True

    turns._engine.ears.overhear = overhear
    with speaking("zh"):
        begun = turns.begin("", Session(), Turnstile())
    told = hear(turns, begun.key, spoken[:40_000])
    assert told["voice"] == [{"words": "耳语", "percent": "90 %"}]
    assert told["phase"] == "speaking" and seen
    other = turns.begin("", Session(), Turnstile())
    assert hear(turns, other.key, spoken[:8_000])["voice"] == []


def test_the_voice_is_heard_by_the_model_while_no_turn_is_answered(turns, spoken, model):
    heard = threading.Event()

    def listen(clip):
        heard.set()
        return {}

    model.hear = listen
    turns._engine._model = model
    with turns._engine.turn():
        key = turns.begin("", Session(), Turnstile()).key
        hear(turns, key, spoken[:40_000])
        turns._engine.ears._thread.submit(lambda: None).result(30)
        assert not heard.is_set()
    key = turns.begin("", Session(), Turnstile()).key
    hear(turns, key, spoken[:40_000])
    assert heard.wait(30)


def test_the_button(turns, spoken):
    gate = Turnstile()
    key = turns.begin("", Session(), gate).key
    hear(turns, key, spoken[:40_000])
    assert turns.finish({"key": key})["ended"] == "button"
    assert list(turns.answer("", Session(), gate, aloud=False))[-1][1].last.reply == "Yes, of course. Take care!"


def test_nothing_was_said(turns, parse):
    gate = Turnstile()
    key = turns.begin("", Session(), gate).key
    assert turns.finish({"key": key})["ended"] == "nothing"
    ((view, session),) = turns.answer("", Session(), gate, aloud=False)
    assert parse(view.status).text == NOTHING_HEARD
    assert session == Session()


def test_stopping_closes_the_turn(turns, spoken, parse):
    gate = Turnstile()
    key = turns.begin("", Session(), gate).key
    hear(turns, key, spoken)
    steps = gate.pass_through(turns.answer("", Session(), gate, aloud=False), open_turn=True)
    next(steps)
    gate.stop()
    assert list(steps) == []
    assert turns.finish({"key": key})["ended"] == "closed"
    ((view, _),) = turns.answer("", Session(), gate, aloud=False)
    assert parse(view.status).text == GONE
    gate.stop({"status": "Stopped."})  # by the visitor, whose browser had asked for the answer just before
    assert list(turns.answer("", Session(), gate, aloud=False)) == []


def test_an_answer_that_is_overtaken_leaves_the_turn_to_the_next(turns, spoken):
    gate, before = Turnstile(), Session()
    begun = turns.begin("", before, gate)
    assert hear(turns, begun.key, spoken)["phase"] == "over"
    first = gate.pass_through(turns.answer("", before, gate, aloud=False), open_turn=True)
    next(first), next(first)  # under way, as on a busy server when the second is asked for
    second = gate.pass_through(turns.answer("", before, gate, aloud=False), open_turn=True)
    next(second)
    assert list(first) == []
    assert [session.last.reply for _, session in second if session.last][-1:] == ["Yes, of course. Take care!"]
    assert turns.hear({"key": begun.key, "number": 99, "rate": 16_000, "pcm": ""})["ended"] == "closed"


def test_a_new_turn_closes_the_one_before(turns, spoken):
    gate = Turnstile()
    first = turns.begin("", Session(), gate).key
    second = turns.begin("", Session(), gate).key
    assert hear(turns, first, spoken[:16_000])["ended"] == "closed"
    assert hear(turns, second, spoken[:16_000])["ended"] == ""


def test_visitors_do_not_mix(turns, spoken):
    one, other = Turnstile(), Turnstile()
    keys = [turns.begin("", Session(), gate).key for gate in (one, other)]
    hear(turns, keys[0], spoken)
    one.stop()
    assert hear(turns, keys[1], spoken)["phase"] == "over"
    assert list(turns.answer("", Session(), other, aloud=False))[-1][1].last is not None


def test_so_many_turns_a_minute(turns):
    gate = Turnstile()
    for _ in range(3):
        assert turns.begin("", Session(), gate).key
    assert "found 3 turns within a minute" in turns.begin("", Session(), gate).problem


@pytest.mark.parametrize(
    ("chunk", "says"),
    [
        (None, "found no key"),
        ({}, "found no key"),
        ({"key": ["x"], "number": 0, "rate": 1, "pcm": ""}, "found another type"),
        ({"number": 7}, "expected piece 0"),
        ({"rate": 500}, "found 500 Hz"),
        ({"pcm": "%%%%"}, "not base64"),
    ],
)
def test_what_a_browser_calls_a_piece_may_be_anything(turns, chunk, says):
    key = turns.begin("", Session(), Turnstile()).key
    good = {"key": key, "number": 0, "rate": 16_000, "pcm": "AAAA" * 8}
    given = chunk if not chunk or "key" in chunk else good | chunk
    assert says in turns.hear(given)["error"]
    assert turns.finish(chunk if isinstance(chunk, list) else {"key": 3})["ended"] == "closed"


def test_whoever_goes_on_gets_their_words_back(turns, spoken, recognizer):
    gate, before = Turnstile(), replace(Session(), country="nz")
    key = turns.begin("", before, gate).key
    loud = np.flatnonzero(np.abs(spoken) > 0.05)
    rest, number, told = spoken[loud[0] :], 0, {"phase": "waiting"}
    while told["phase"] != "answering":
        told = turns.hear(_piece(key, number, spoken[1_600 * number : 1_600 * (number + 1)]))
        number += 1
    steps = turns.answer("", before, gate, aloud=False)
    shown = []
    for view, session in steps:
        shown.append((view, session))
        if "Yes" in view.reply:
            break
    for at in range(0, 24_000, 1_600):
        told = turns.hear(_piece(key, number, rest[at : at + 1_600]))
        number += 1
    assert told["phase"] == "speaking"
    view, session = list(steps)[-1]
    assert "Yes" not in view.reply
    assert view.status == ""  # the panel says that it listens again
    assert session == before
    assert turns.finish({"key": key})["ended"] == "button"


def test_an_answer_asked_for_by_a_pause_that_was_none_says_nothing(turns, spoken):
    gate, number, told = Turnstile(), 0, {"phase": "waiting"}
    key = turns.begin("", Session(), gate).key
    assert list(turns.answer("", Session(), gate, aloud=False)) == []  # for the turn before, which was stopped
    loud = spoken[np.flatnonzero(np.abs(spoken) > 0.05)[0] :]

    def go_on_until(phase, sound):
        nonlocal number, told
        first = number
        while told["phase"] != phase:
            at = 1_600 * (number - first)
            told = turns.hear(_piece(key, number, sound[at : at + 1_600]))
            number += 1

    go_on_until("answering", spoken)
    begun = turns.answer("", Session(), gate, aloud=False)
    view, _ = next(begun)
    assert "Thinking" in view.status
    go_on_until("speaking", loud)
    assert [view.status for view, _ in begun] == [""]
    assert list(turns.answer("", Session(), gate, aloud=False)) == []


def _piece(key, number, samples):
    pcm = base64.b64encode((samples * 32_767).astype("<i2").tobytes()).decode()
    return {"key": key, "number": number, "rate": 16_000, "pcm": pcm}


def talking(seconds, spoken):
    """Somebody who never pauses for so long."""
    loud = np.flatnonzero(np.abs(spoken) > 0.05)
    speech = spoken[loud[0] : loud[-1]]
    return np.tile(speech, round(seconds * 16_000) // len(speech) + 1)[: round(seconds * 16_000)]


def test_a_turn_of_thirty_seconds_is_taken_and_a_longer_one_is_answered_so_far(turns, spoken, parse):
    gate = Turnstile()
    key = turns.begin("", Session(), gate).key
    assert hear(turns, key, talking(29, spoken))["ended"] == ""
    turns.finish({"key": key})
    view, session = list(turns.answer("", Session(), gate, aloud=False))[-1]
    assert session.clip.seconds == pytest.approx(29, abs=0.2)
    assert parse(view.status).text == ""
    key = turns.begin("", Session(), gate).key
    told = hear(turns, key, talking(33, spoken))
    assert (told["ended"], round(told["seconds"])) == ("limit", 30)
    view, session = list(turns.answer("", Session(), gate, aloud=False))[-1]
    assert session.clip.seconds == pytest.approx(30, abs=0.2)
    assert session.last.reply == "Yes, of course. Take care!"
    assert parse(view.status).text == "A turn may last 30 s; what was said until then is answered."


def test_the_limit_of_a_turn_is_a_setting(turns, spoken):
    turns._settings = Settings(max_turn_s=5)
    key = turns.begin("", Session(), Turnstile()).key
    told = hear(turns, key, talking(7, spoken))
    assert (told["ended"], round(told["seconds"])) == ("limit", 5)
