from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from echomind.errors import AudioError
from echomind.models.protocol import VAD, Cue, Perception, Thinking
from echomind.settings import ROOT, Settings
from echomind.talk.contrast import Answered
from echomind.talk.contrast_material import of_examples
from echomind.talk.engine import BusyError
from echomind.talk.turn import Models
from echomind.taxonomy import CATEGORIES
from echomind.ui.talk_contrast import material
from echomind.ui.talk_contrast_steps import Mine, compare_mine, compare_ready, take
from echomind.ui.talk_contrast_view import Card, Sound, comparison
from echomind.ui.talk_session import NO_MODEL

EVIL = "<img src=x onerror=alert(1)>{{value}}${1}\"'"


class Listens:
    """States ``cues`` for each clip in turn, and answers with the emotion that comes with them."""

    name = "scripted"

    def __init__(self, *cues):
        self.cues, self.words = list(cues), []

    def perceive(self, clip, transcript, *, topic="", history=()):
        self.words.append(transcript)
        stated = self.cues.pop(0)
        cues = {c.id: Cue(c.absent or "male", 0.9, dict.fromkeys(c.attributes, 0.05)) for c in CATEGORIES}
        for category, label in stated.items():
            cues[category] = Cue(label, 0.8, {**cues[category].scores, label: 0.8})
        return Perception(transcript, cues, VAD(3, 3, 3), VAD(3, 3, 3), state=stated)

    def reply(self, perception, *, seed=0):
        yield Thinking(next(iter(perception.state.values()), "neutral"), "rain", 0.8)
        yield "I see. " + " ".join(perception.state.values())


def engine_of(models):
    @contextmanager
    def turn():
        yield models

    return SimpleNamespace(turn=turn)


class Hears:
    name = "given"

    def __init__(self, *texts):
        self.texts = list(texts)

    def transcribe(self, clip):
        return SimpleNamespace(text=self.texts.pop(0), words=())


def test_ready_clips_are_compared_one_by_one(parse):
    script = of_examples(ROOT / "assets" / "examples")[0]
    model = Listens({}, {"nve": "sigh"}, {})
    steps = list(compare_ready(engine_of(Models(None, model)), script))
    waiting = [len(parse(result).all(class_="em-waiting")) for _, result in steps]
    assert waiting == [3, 2, 1, 0]
    assert model.words == [script.words] * 3
    said, result = steps[-1]
    assert said == ""
    page = parse(result)
    assert "The model noticed the voice in 1 of 2 deliveries." in page.all(class_="em-verdict-line")[0].text
    cards = page.all("section")
    assert [card.all("h3")[0].text for card in cards] == ["Neutral: plainly", "Target: sobbing", "Alternative: happy"]
    assert [mark.text for mark in cards[1].all("mark")] == ["sigh"]
    assert "Non-verbal expression: none heard → a sigh" in cards[1].text
    assert "What was meant: missed" in cards[1].text
    assert "Reply: the same" in cards[2].text
    assert [len(card.all("audio")) for card in cards] == [1, 1, 1]


def test_own_recordings_are_answered_with_the_words_of_the_first(clip, parse):
    model = Listens({}, {"volume": "whisper"})
    models = Models(Hears("we go home now", "something else entirely said"), model)
    steps = list(compare_mine(engine_of(models), Mine((clip, None, clip))))
    assert model.words == ["we go home now"] * 2
    page = parse(steps[-1][1])
    assert [card.all("h3")[0].text for card in page.all("section")] == ["Plainly", "A third way"]
    assert "Heard as other words: a third way." in page.text
    assert "What was meant" not in page.text


def test_the_page_says_plainly_when_nothing_was_noticed(clip, parse):
    models = Models(Hears("we go home", "we go home"), Listens({}, {}))
    *_, (_, result) = compare_mine(engine_of(models), Mine((clip, clip, None)))
    assert "did not notice the voice" in parse(result).all(class_="em-verdict-line")[0].text


@pytest.mark.parametrize("places", [(), (0,), (1, 2)])
def test_a_plain_delivery_and_another_are_needed(clip, places, parse):
    mine = Mine(tuple(clip if place in places else None for place in range(3)))
    ((said, result),) = compare_mine(engine_of(None), mine)
    assert "at least once in another way" in parse(said).all(role="alert")[0].text
    assert result == ""


def test_what_can_go_wrong_is_said(clip, parse):
    mine = Mine((clip, clip, None))

    def alert(engine):
        return parse(list(compare_mine(engine, mine))[-1][0]).all(role="alert")[0].text

    assert "No words were recognised" in alert(engine_of(Models(Hears("", ""), Listens())))
    assert alert(engine_of(Models(Hears("a b", "a b"), None, "not here"))) == NO_MODEL

    def turn():
        raise BusyError("please try again")

    assert alert(SimpleNamespace(turn=turn)) == "please try again"


def test_a_recording_takes_its_place_or_its_fault_is_said(clip, parse):
    mine, line = take(Mine(), 1, lambda: clip)
    assert mine.clips == (None, clip, None)
    assert "1.0 s, in memory only" in parse(line).text

    def broken():
        raise AudioError("your recording: found silence; expected speech")

    again, line = take(mine, 1, broken)
    assert again.clips == (None, None, None)
    assert "found silence" in parse(line).all(role="alert")[0].text


def test_texts_are_only_texts(parse):
    cues = {c.id: Cue(c.labels[0], 0.9, dict.fromkeys(c.attributes, 0.1)) for c in CATEGORIES}
    evil = Answered("", Perception(EVIL, cues, VAD(3, 3, 3), VAD(3, 3, 3)), Thinking(EVIL, EVIL, 0.9), EVIL)
    page = parse(comparison(EVIL, [Card("", EVIL, Sound(b"x", "audio/wav"))] * 2, [evil, evil], EVIL))
    assert not page.all("img")
    assert EVIL in page.text


def test_examples_come_first_and_every_name_is_its_own(tmp_path):
    found = material(Settings().assets_dir)
    assert len(found) > 100
    assert next(iter(found)).endswith("(sobbing / happy)")
    assert material(tmp_path) == {}
