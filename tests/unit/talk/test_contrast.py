import numpy as np
import pytest

from echomind.audio import Clip
from echomind.models.protocol import VAD, Cue, Perception, Thinking
from echomind.talk.contrast import Answered, alike, answer, difference, marked, verdict
from echomind.taxonomy import CATEGORIES


def answered(reply="Good.", emotion="neutral", cue="", **stated):
    cues = {c.id: Cue(c.absent or "male", 0.9, dict.fromkeys(c.attributes, 0.05)) for c in CATEGORIES}
    for category, label in stated.items():
        cues[category] = Cue(label, 0.8, {**cues[category].scores, label: 0.8})
    perception = Perception("", cues, VAD(3, 3, 3), VAD(3, 3, 3))
    return Answered(cue, perception, Thinking(emotion, "", 0.8), reply)


def test_what_changed():
    found = difference(answered("Go on then."), answered("Go home then.", "sad", "sigh", nve="sigh"))
    assert found.cues == {"nve": ("none", "sigh")}
    assert found.emotion == ("neutral", "sad")
    assert found.words == (("same", "Go"), ("new", "home"), ("same", "then."))
    assert found.noticed
    assert found.meant == "stated"
    assert not found.same_reply


def test_nothing_changed():
    found = difference(answered(), answered(cue="sigh"))
    assert (found.cues, found.emotion, found.noticed, found.meant) == ({}, None, False, "missed")
    assert difference(answered(), answered()).meant is None
    assert difference(answered(), answered(cue="neutral")).meant is None


def test_a_cue_that_is_more_probable_but_not_stated_is_leaned_towards():
    other = answered(cue="sigh")
    other.perception.cues["nve"].scores["sigh"] = 0.16
    assert difference(answered(), other).meant == "leaning"
    assert verdict(answered(), [other]) == (
        "The model was not sure enough to state any difference. It leaned towards the cue that was meant. "
        "It answered with the same words."
    )
    stated = answered("Oh.", cue="whisper", volume="whisper")
    assert "It heard 1 of 2 cues that were meant and leaned towards 1 of 2." in verdict(answered(), [stated, other])
    assert "It leaned towards 1 of 2 cues that were meant." in verdict(answered(), [other, answered(cue="rain")])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Oh no!", "oh, no", (("same", "oh, no"),)),
        ("", "All new", (("new", "All new"),)),
        ("Some words", "", ()),
        ("a b c", "b x", (("same", "b"), ("new", "x"))),
    ],
)
def test_marks(before, after, expected):
    assert marked(before, after) == expected


def test_the_same_sentence_misheard_is_still_the_same():
    assert alike("I think we should start walking home", "i think we should start talking home")
    assert not alike("I think we should start walking home", "where is my other shoe")
    assert not alike("", "")


def test_the_verdict_says_plainly_when_nothing_was_noticed():
    told = verdict(answered(), [answered(cue="sad"), answered(cue="happy")])
    assert told == (
        "The model did not notice the voice: it states the same cues and the same emotion each time. "
        "It missed the cues that were meant. It answered with the same words."
    )


def test_the_verdict_counts():
    plain = answered()
    sad, happy = answered("Oh.", "sad", "sad"), answered()
    assert verdict(plain, [sad, happy]).startswith("The model noticed the voice in 1 of 2 deliveries.")
    both = [answered("Oh.", cue="whisper", volume="whisper"), answered("Hey.", cue="rain", weather="rain")]
    assert verdict(plain, both) == (
        "The model noticed that the voice changed. It heard the cues that were meant. Its reply changed too."
    )
    assert verdict(plain, []) == ""


def test_other_words_without_other_cues_are_not_called_noticing():
    assert "which says nothing" in verdict(answered(), [answered("Other words.")])


class Scripted:
    name = "scripted"

    def __init__(self, *items):
        self.items, self.asked = items, []

    def perceive(self, clip, transcript, *, topic="", history=()):
        self.asked.append((transcript, topic, tuple(history)))
        return answered().perception

    def reply(self, perception, *, seed=0):
        yield from self.items


def test_every_delivery_is_answered_with_the_same_words_and_no_history():
    model = Scripted(Thinking("sad", "rain", 0.5), "Oh", " dear. ")
    found = answer(Clip(np.zeros(10, dtype=np.float32)), "we met", model, "rain", "work")
    assert model.asked == [("we met", "work", ())]
    assert (found.cue, found.thinking.emotion, found.reply) == ("rain", "sad", "Oh dear.")
    assert answer(Clip(np.zeros(10, dtype=np.float32)), "x", Scripted("Yes.")).thinking.emotion == ""
