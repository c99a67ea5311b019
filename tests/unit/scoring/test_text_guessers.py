import sys
from pathlib import Path

import numpy as np
import pytest

from echomind.benchmark.items import BenchmarkSet, Question, Script
from echomind.benchmark.mini_items import mini_items
from echomind.benchmark.question_types import LEVELS, QUESTION_TYPE
from echomind.scoring.text_guessers import against_chance, credits_of

INTENT = QUESTION_TYPE["speaker_intent_recognition"]


def made(answers, scripts=40):
    """One question a script: options and key from ``answers(number, rng)``."""
    rng = np.random.default_rng(0)
    questions = []
    for number in range(scripts):
        options, answer = answers(number, rng)
        lettered = dict(zip("ABCD", options, strict=False))
        questions.append(Question(f"q{number}", INTENT, f"s{number}", "target", Path("x"), "?", lettered, answer))
    items = tuple(Script(f"s{n}", "t", "the old blue suitcase", "happy", {}) for n in range(scripts))
    return BenchmarkSet("made", "tts", items, tuple(questions), "0")


def shuffled(texts, right, rng):
    order = rng.permutation(len(texts))
    return [texts[i] for i in order], "ABCD"[list(order).index(right)]


LEAKS = {
    "first letter": lambda n, rng: ([f"w{n}a", f"w{n}b", f"w{n}c", f"w{n}d"], "A"),
    "longest option": lambda n, rng: shuffled([f"{n} is a long one", f"{n} b", f"{n} c", f"{n} d"], 0, rng),
    "shortest option": lambda n, rng: shuffled([f"{n}", f"{n} is longer", f"{n} so is it", f"{n} and that"], 0, rng),
    "commonest option": lambda n, rng: shuffled(["always", f"{n} b", f"{n} c", f"{n} d"], 0, rng),
    "most words of the script": lambda n, rng: shuffled(["blue suitcase", "red bag", "no box", "a cup"], 0, rng),
    "bag of words": lambda n, rng: shuffled([f"kind {n}w", f"rude {n}w", f"cold {n}w", f"late {n}w"], 0, rng),
}


@pytest.mark.parametrize("name", LEAKS)
def test_each_guesser_finds_its_leak(name):
    items = made(LEAKS[name])
    guess = against_chance(items.questions, credits_of(items)[name])
    assert guess.accuracy > 0.9 and guess.z > 5 and guess.p < 1e-6, guess


def test_guessers_are_lost_where_words_tell_nothing():
    texts = ["one way", "two ways", "six ways", "ten ways"]
    items = made(lambda n, rng: shuffled(texts, int(rng.integers(4)), rng), scripts=200)
    for name, credit in credits_of(items).items():
        guess = against_chance(items.questions, credit)
        assert abs(guess.z) < 3, (name, guess)


def test_ties_are_split_and_scripts_are_the_units():
    items = made(lambda n, rng: (["a b", "c d", "e f", "g h"], "C"))
    longest = credits_of(items)["longest option"]
    assert longest.tolist() == [0.25] * 40
    guess = against_chance(items.questions, longest)
    assert (guess.accuracy, guess.chance, guess.z, guess.n) == (0.25, 0.25, 0.0, 40)
    one_script = [Question(q.id, q.type, "s0", q.style, q.audio, "?", q.options, q.answer) for q in items.questions]
    right = np.ones(40)
    assert against_chance(one_script, right).z == pytest.approx(1.0)  # forty answers, but only one script
    assert against_chance(items.questions, right).z == pytest.approx(40**0.5)


def test_mini_gives_nothing_away_to_guessers_that_only_read(capsys):
    """No guesser beats a uniform guess on a level or a type; prints what each reaches."""
    built = mini_items(0)
    items = BenchmarkSet("echomind-mini", "tts", built.scripts, built.questions, built.digest)
    worst = []
    for name, credit in credits_of(items).items():
        for part in (*LEVELS, *dict.fromkeys(q.type.id for q in items.questions)):
            places = [i for i, q in enumerate(items.questions) if part in (q.level, q.type.id)]
            guess = against_chance([items.questions[i] for i in places], credit[places])
            worst.append((guess.z, name, part, guess))
            # One of twelve levels and one of a hundred types may be lucky: p of 0.01 and 0.0005.
            assert guess.p > (0.01 if part in LEVELS else 0.0005), (name, part, guess)
            if part in LEVELS:
                with capsys.disabled():
                    reached = f"{guess.accuracy:.3f} (chance {guess.chance:.3f}, z {guess.z:+.1f})"
                    sys.stderr.write(f"{name}, {part}: {reached}\n")
    assert max(worst)[0] < 3.3
