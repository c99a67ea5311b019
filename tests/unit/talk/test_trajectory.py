import pytest

from echomind.models.protocol import VAD
from echomind.talk.reasons import addressed, reason_told
from echomind.talk.trajectory import Moment, change_told, overall, polarity, quoted, shape


def moment(emotion, words="some words", *, v=3.0, a=3.0, sure=0.8, cause="", signs=()):
    return Moment(words, emotion, cause, sure, VAD(v, a, 3), VAD(3, 3, 3), signs)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3, 3.1, 2.9], "level"),
        ([2, 3, 4], "rise"),
        ([4, 3, 2], "fall"),
        ([4, 2, 4], "dip"),
        ([2, 4, 2], "peak"),
        ([3, 4, 2, 3], "waver"),
        ([2, 4, 3.2], "peak"),
        ([3, 3.5], "rise"),
        ([3], "level"),
    ],
)
def test_shapes(values, expected):
    assert shape(values, 0.4) == expected


def test_emotions_decide_and_valence_only_where_they_are_alike():
    assert overall([moment("neutral", v=4), moment("sad", v=4.5)]) == "fall"
    assert overall([moment("sad", v=1.5), moment("angry", v=2.5)]) == "rise"
    assert overall([moment("sad"), moment("sad")]) == "level"


def test_polarity():
    assert [polarity(e) for e in ("happy", "neutral", "surprise", "sad", "unwell", "")] == [1, 0, 0, -1, -1, 0]


def test_every_turn_is_named_in_order():
    moments = [
        moment("neutral", "We moved in March", a=2.5),
        moment("sad", "My old room is empty now"),
        moment("sad", "Nobody called"),
        moment("angry", "They promised to!", a=4.2),
    ]
    assert change_told(moments) == (
        "First you sounded neutral (“We moved in March”); then you were sad for two turns "
        "(“My old room is empty now”); "
        "then you ended angry (“They promised to”). All in all it went downhill, and your voice grew more excited. "
        "Thank you for telling me; I am listening if there is more."
    )


def test_turns_that_are_alike():
    told = change_told([moment("happy", v=3), moment("happy", v=3.2), moment("happy", v=3.1)])
    assert told == (
        "You sounded happy in all three turns. All in all it stayed much the same. "
        "It is good to hear you end on a bright note."
    )


def test_what_is_not_sure_is_perhaps():
    assert "you ended perhaps afraid" in change_told([moment("neutral"), moment("fear", sure=0.3)])
    assert "perhaps" not in change_told([moment("", sure=0.1), moment("neutral")])


def test_too_little_was_said():
    assert change_told([]).startswith("I have not heard you yet.")
    assert "one turn so far, and you sounded sad" in change_told([moment("sad")])
    assert reason_told([]).startswith("I have not heard you yet.")


def test_quotes_are_short_and_plain():
    assert quoted("word " * 30) == "word " * 9 + "…"
    assert quoted("  ") == "—"
    assert quoted("Stop!") == "Stop"


def test_a_cause_is_said_to_the_speaker():
    assert addressed("They miss their dog and blame themselves") == "you miss your dog and blame yourself"
    assert addressed("the theory of them") == "the theory of you"


def test_the_reason_brings_the_turns_together():
    moments = [
        moment("neutral", "I moved house", cause="they are telling about the new flat"),
        moment("sad", "The dog stayed behind", sure=0.6, cause="they miss their dog", signs=("sigh", "male")),
        moment("sad", "It is so quiet", sure=0.5, cause="nobody is at home"),
    ]
    assert reason_told(moments) == (
        "I think you feel sad because you miss your dog. "
        "I take that from your words, “The dog stayed behind”, and from "
        "how you said it: a sigh. Just before you sounded neutral; it came in when you said “The dog stayed behind”. "
        "It may also be that nobody is at home. Does that fit, or is it something else?"
    )


def test_the_feeling_with_most_weight_counts_and_the_last_of_equals():
    assert "you feel angry" in reason_told([moment("sad", sure=0.6), moment("angry", sure=0.6)])
    assert "you feel sad" in reason_told([moment("sad"), moment("angry"), moment("sad")])


def test_a_guess_is_called_one_and_nothing_is_made_up():
    assert reason_told([moment("sad", sure=0.3, cause="they lost")]).startswith("My guess is that you feel sad because")
    assert "could not tell the cause" in reason_told([moment("sad")])
    assert "I will not make up a reason" in reason_told([moment("neutral", "The bus was late")])
