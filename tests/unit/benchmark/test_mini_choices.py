import random
from collections import Counter

import pytest

from echomind.benchmark.mini_choices import Ask, Letters, wrong_options

CLASSES = "abcdefg"


def asks(counts, wanted=()):
    return [
        Ask(key, frozenset(CLASSES) - {key}, tuple(w for w in wanted if w != key))
        for key, count in counts.items()
        for _ in range(count)
    ]


@pytest.mark.parametrize("counts", [dict.fromkeys(CLASSES, 5), dict(zip(CLASSES, range(3, 10), strict=True))])
def test_every_class_is_right_once_in_four_times_it_is_shown(counts):
    questions = asks(counts)
    wrong = wrong_options(questions, 3, random.Random(1))
    shown = Counter(label for taken in wrong for label in taken)
    for key, count in counts.items():
        assert abs(shown[key] - 3 * count) <= 1, (key, shown)
    for ask, taken in zip(questions, wrong, strict=True):
        assert len(set(taken)) == 3 and ask.key not in taken


def test_wanted_options_stay_and_groups_are_kept_apart():
    group = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3, "f": 4, "g": 5}.get
    questions = asks({"a": 4, "c": 4, "e": 4, "g": 4}, wanted=("c",))
    for ask, taken in zip(questions, wrong_options(questions, 3, random.Random(2), group), strict=True):
        assert ("c" in taken) == (group(ask.key) != 2)
        assert len({group(label) for label in (ask.key, *taken)}) == 4


def test_only_what_is_certainly_wrong_is_offered():
    with pytest.raises(ValueError, match="'a'"):
        wrong_options([Ask("a", frozenset("bc"))], 3, random.Random(0))


def test_the_same_lot_gives_the_same_options():
    questions = asks(dict.fromkeys(CLASSES, 3))
    assert wrong_options(questions, 3, random.Random(5)) == wrong_options(questions, 3, random.Random(5))


@pytest.mark.parametrize("wrong", [1, 2, 3])
def test_letters_are_the_key_equally_often_in_all_and_for_each_class(wrong):
    letters = Letters(random.Random(3))
    drawn = []
    for number in range(48):
        key = CLASSES[number % 2]
        options, answer = letters.order(key, list("xyz"[:wrong]), key)
        assert options[answer] == key and sorted(options.values()) == sorted([key, *"xyz"[:wrong]])
        drawn.append((key, answer))
    assert set(Counter(answer for _, answer in drawn).values()) == {48 // (wrong + 1)}
    assert set(Counter(drawn).values()) == {24 // (wrong + 1)}


def test_an_item_asked_three_times_keeps_its_order_and_the_filler_has_no_place_of_its_own():
    letters = Letters(random.Random(4))
    options = {role: role for role in ("target", "neutral", "alternative", "other")}
    places, keys = Counter(), Counter()
    for _ in range(40):
        shown, where = letters.order_roles(options, ("target", "neutral", "alternative"))
        assert list(shown) == list("ABCD") and all(shown[letter] == role for role, letter in where.items())
        places[where["other"]] += 1
        keys.update(where[role] for role in ("target", "neutral", "alternative"))
    assert set(places.values()) == {10} and set(keys.values()) == {30}
