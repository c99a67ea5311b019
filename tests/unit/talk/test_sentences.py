import pytest

from echomind.talk.sentences import Sentences


def split(text):
    reader = Sentences()
    return [*reader.feed(text), *reader.finish()]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Oh no. That hurts! What now?", ["Oh no.", "That hurts!", "What now?"]),
        ("Well... you tried. Good.", ["Well... you tried.", "Good."]),
        ("Dr. Lee came at 3.5 p.m. to see J. Doe. Fine.", ["Dr. Lee came at 3.5 p.m. to see J. Doe.", "Fine."]),
        ("\u201cGo home.\u201d She meant it.", ["\u201cGo home.\u201d", "She meant it."]),
        ("no end at all", ["no end at all"]),
        ("  spaces \n between. Two  ", ["spaces between.", "Two"]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("", []),
        (" \n ", []),
    ],
)  # fmt: skip
def test_where_sentences_end(text, sentences):
    assert split(text) == sentences


def test_a_sentence_is_given_as_soon_as_the_next_begins():
    reader = Sentences()
    assert reader.feed("I hear you.") == []  # it may go on: "you.com"
    assert reader.feed(" ") == []
    assert reader.feed("Tell") == ["I hear you."]
    assert reader.finish() == ["Tell"]
    assert reader.finish() == []
