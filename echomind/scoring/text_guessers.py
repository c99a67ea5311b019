"""How far multiple-choice questions can be answered without listening: guessers that only see the words.

A set whose options give themselves away measures reading, not hearing. Each guesser gets a credit between 0 and 1 a
question: the share of the right option among those that it cannot tell apart, which is its expected score.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from echomind.benchmark.items import BenchmarkSet, Question

Credits = np.ndarray  # float64, one a question, in the order of the questions
WORD = r"[a-z']+"
FOLDS = 20  # parts of the scripts; each part is answered by a model that has seen the others


@dataclass(frozen=True)
class Guess:
    """Accuracy of a guesser over ``n`` questions beside chance.

    ``z``: distance from chance in standard errors over scripts; ``p``: one-sided, that luck does as well.
    """

    accuracy: float
    chance: float
    z: float
    p: float
    n: int


def _words(text: str) -> set[str]:
    return set(re.findall(WORD, text.casefold()))


def _credit(question: Question, scores: Mapping[str, float]) -> float:
    """Credit of a guesser that takes a letter with the highest score."""
    best = max(scores.values())
    tied = [letter for letter, value in scores.items() if value == best]
    return (question.answer in tied) / len(tied)


def _by_text(questions: Sequence[Question], score: Callable[[Question, str], float]) -> Credits:
    """A guesser that scores each option's text."""
    return np.array([_credit(q, {letter: score(q, text) for letter, text in q.options.items()}) for q in questions])


def _commonest(questions: Sequence[Question]) -> Credits:
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    for q in questions:
        shown[q.type.id].update(q.options.values())
    return _by_text(questions, lambda q, text: shown[q.type.id][text])


def _bag_of_words(questions: Sequence[Question]) -> Credits:
    """Logistic regression on the words of an option, for each type; answers scripts that it has not seen."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    credit = np.zeros(len(questions))
    for kind in dict.fromkeys(q.type.id for q in questions):
        places = [i for i, q in enumerate(questions) if q.type.id == kind]
        rows = [(i, letter) for i in places for letter in questions[i].options]
        words = CountVectorizer(binary=True, token_pattern=WORD).fit_transform(
            [questions[i].options[letter] for i, letter in rows]
        )
        right = np.array([questions[i].answer == letter for i, letter in rows])
        scripts = np.array([questions[i].script for i, _ in rows])
        believed = np.zeros(len(rows))
        for seen, new in GroupKFold(min(FOLDS, len(set(scripts)))).split(words, right, scripts):
            model = LogisticRegression(max_iter=1000).fit(words[seen], right[seen])
            believed[new] = model.decision_function(words[new])
        scores: dict[int, dict[str, float]] = defaultdict(dict)
        for (i, letter), value in zip(rows, believed, strict=True):
            scores[i][letter] = round(float(value), 9)  # equal texts score equally, whatever the order of sums
        for i in places:
            credit[i] = _credit(questions[i], scores[i])
    return credit


def credits_of(items: BenchmarkSet) -> dict[str, Credits]:
    """Credits of each guesser on ``items.questions``, all of which need a right answer."""
    questions = items.questions
    texts = {script.id: _words(script.text) for script in items.scripts}
    return {
        "first letter": np.array([float(q.answer == "A") for q in questions]),
        "longest option": _by_text(questions, lambda q, text: len(text)),
        "shortest option": _by_text(questions, lambda q, text: -len(text)),
        "commonest option": _commonest(questions),
        "most words of the script": _by_text(questions, lambda q, text: len(_words(text) & texts[q.script])),
        "bag of words": _bag_of_words(questions),
    }


def against_chance(questions: Sequence[Question], credit: Credits) -> Guess:
    """A guesser's accuracy beside a uniform guess; scripts are the units: questions on one are not independent."""
    expected = np.array([1 / len(q.options) for q in questions])
    by_script: dict[str, float] = defaultdict(float)
    for q, more in zip(questions, credit - expected, strict=True):
        by_script[q.script] += more
    sums = np.array(list(by_script.values()))
    error = float(np.sqrt((sums**2).sum()))
    z = float(sums.sum() / error) if error else 0.0
    return Guess(float(credit.mean()), float(expected.mean()), z, float(norm.sf(z)), len(credit))
