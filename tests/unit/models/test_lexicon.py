import pytest

from echomind.models.lexicon import Lexicon, everyday_after, everyday_words, inflections, stem, words_of


@pytest.mark.parametrize(
    "forms",
    [
        ("plan", "plans", "planned", "planning"),
        ("class", "classes"),
        ("result", "results"),
        ("study", "studies", "studied", "studying"),
        ("box", "boxes"),
        ("neighbor", "neighbor's", "neighbors"),
        ("movie", "movies"),
    ],
)
def test_inflections_share_a_stem(forms):
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("pair", [("red", "ring"), ("bus", "bush"), ("class", "clash"), ("his", "hiss")])
def test_different_words_do_not(pair):
    assert stem(pair[0]) != stem(pair[1])


def test_words_are_lower_case_and_keep_their_apostrophes():
    assert words_of("You're RIGHT, the neighbour’s dog: 12!") == ["you're", "right", "the", "neighbour's", "dog"]


def test_everyday_words_are_of_no_topic():
    words = everyday_words()
    assert {"you", "what", "today", "rest", "sounds"} <= words
    assert not words & {"dad", "project", "teacher", "partner", "karate", "tax"}
    assert all(words_of(word) == [word] for word in words)


def test_a_word_is_known_when_it_was_said_or_is_everyday():
    lexicon = Lexicon(["The results were posted this morning.", "My boss planned it"])
    assert lexicon.invented("What did your boss say about that result?") == []
    assert lexicon.invented("How is your dad, and the history project?") == ["dad", "history", "project"]
    assert lexicon.taken_up("The boss has a plan for today") == ["boss"]  # a plan is everyday


def test_half_a_word_is_no_word():
    assert Lexicon([]).invented("wipe it, do not wip it") == ["wip"]


def test_what_was_said_in_earlier_turns_is_known():
    assert Lexicon(["and now this", "I have a karate exam"]).invented("Good luck with karate.") == []
    assert Lexicon(["and now this"]).invented("Good luck with karate.") == ["karate"]


def test_half_an_everyday_word_is_too():
    assert set(everyday_after("toda")) == {"y"}
    assert sorted(everyday_after("")) == sorted(everyday_words())
    assert everyday_after("zz") == everyday_after("~") == []
    for beginning in ("a", "th", "you", "sound"):
        expected = {word.removeprefix(beginning) for word in everyday_words() if word.startswith(beginning)}
        assert set(everyday_after(beginning)) == expected


def test_half_a_word_is_known_by_what_it_can_become():
    lexicon = Lexicon(["the karate exam"])
    assert {"ate", "ates"} <= set(lexicon.said_after("kar"))
    assert {"karate", "exam", "the"} <= set(lexicon.said_after(""))
    assert lexicon.said_after("kazo") == []
    assert lexicon.is_whole("karate")
    assert not lexicon.is_whole("karat")
    assert "planned" not in inflections("exam")
    assert "exams" in inflections("exam")
