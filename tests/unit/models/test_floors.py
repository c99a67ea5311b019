from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare

from echomind.audio import Clip
from echomind.benchmark.mini_scripts import load_mini_scripts
from echomind.errors import ConfigurationError
from echomind.models.answering import ChoiceRequest, ReplyRequest
from echomind.models.floors import MajorityModel, RandomModel, corpus_digest, medoid
from echomind.training.data.corpus import load_openers, load_scenarios
from tests.unit.scoring.made_sets import made_set

CLIP = Clip(np.zeros(1600, dtype=np.float32))
UTTERANCES = {u for s in load_scenarios() for u in s.utterances}


def choice(question):
    return ChoiceRequest(question.id, CLIP, question.type.id, question.question, question.options)


def letter(answer):
    head, _, last = answer.rpartition(" ")
    assert head == "The answer is:"
    return last


def reply(key):
    return ReplyRequest(key, CLIP, "zero", "", "")


def right_share(model, questions):
    return np.mean([letter(model.choose(choice(q))) == q.answer for q in questions])


def test_random_letters_are_even_and_at_chance():
    questions = made_set(60, seed=3).questions
    by_count = {}
    for question in questions:
        by_count.setdefault(len(question.options), []).append(question)
    model = RandomModel()
    for count, asked in by_count.items():
        given = Counter(letter(model.choose(choice(q))) for q in asked)
        assert set(given) == set("ABCD"[:count])
        assert chisquare(list(given.values())).pvalue > 1e-3
        hits = sum(letter(model.choose(choice(q))) == q.answer for q in asked)
        assert binomtest(hits, len(asked), 1 / count).pvalue > 1e-3


def test_random_is_the_same_for_the_same_item_and_differs_between_items_and_seeds():
    def all_of(model):
        words = [model.transcribe(key, CLIP) for key in keys]
        return words, [model.reply(reply(key)).text for key in keys]

    keys = [f"id_{n}/target" for n in range(40)]
    words, replies = all_of(RandomModel())
    assert (words, replies) == all_of(RandomModel())
    other_words, other_replies = all_of(RandomModel(seed=1))
    assert words != other_words
    assert replies != other_replies
    assert len(set(words)) > 35
    assert len(set(replies)) > 30
    assert set(words) <= UTTERANCES
    bodies = {body for s in load_scenarios() for group in s.bodies.values() for body in group}
    openers = {opener for group in load_openers()["openers"].values() for opener in group}
    for text in replies:
        assert any(text.startswith(start) for start in bodies | openers)


def test_what_floors_say_shares_no_sentence_with_the_benchmark_of_our_own():
    asked = {script.text.casefold() for script in load_mini_scripts()}
    assert not asked & {u.casefold() for u in UTTERANCES}


def test_majority_reaches_the_best_constant_answer_and_no_more():
    benchmark = made_set(20, seed=5)
    model = MajorityModel(benchmark)
    by_type = {}
    for question in benchmark.questions:
        by_type.setdefault(question.type.id, []).append(question)
    for questions in by_type.values():
        best = max(Counter(q.answer for q in questions).values()) / len(questions)
        assert right_share(model, questions) == pytest.approx(best)
        assert len({letter(model.choose(choice(q))) for q in questions}) == 1


def shuffled(question, turn):
    """The same question with its options in another order, under other letters."""
    texts = list(question.options.values())
    texts = texts[turn % len(texts) :] + texts[: turn % len(texts)]
    options = dict(zip("ABCD", texts, strict=False))
    answer = next(key for key, text in options.items() if text == question.options[question.answer])
    return replace(question, options=options, answer=answer)


def test_where_there_are_classes_the_constant_is_a_class_whatever_its_letter():
    benchmark = made_set(20, seed=5)
    questions = tuple(shuffled(q, n) for n, q in enumerate(benchmark.questions))
    model = MajorityModel(replace(benchmark, questions=questions))
    of_type = [q for q in questions if q.type.id == "gender_recognition"]
    best = max(Counter(q.options[q.answer] for q in of_type).values()) / len(of_type)
    assert right_share(model, of_type) == pytest.approx(best)
    assert len({q.options[letter(model.choose(choice(q)))] for q in of_type}) == 1


def test_options_of_their_own_in_each_question_are_no_classes():
    """Else the constant would be the right text itself, which stands in one question alone."""
    benchmark = made_set(20, seed=5)
    questions = tuple(replace(q, options={key: f"{q.id} {key}" for key in q.options}) for q in benchmark.questions)
    model = MajorityModel(replace(benchmark, questions=questions))
    of_type = [q for q in questions if q.type.id == "coarse_grained"]
    best = max(Counter(q.answer for q in of_type).values()) / len(of_type)
    assert right_share(model, of_type) == pytest.approx(best)
    assert best < 1


def test_majority_says_the_same_words_to_everything():
    model = MajorityModel(made_set(2))
    assert {model.transcribe(key, CLIP) for key in "abc"} <= UTTERANCES
    assert len({model.reply(reply(key)).text for key in "abc"}) == 1
    assert MajorityModel(made_set(3)).reply(reply("d")) == model.reply(reply("a"))


def test_majority_needs_a_key_and_ties_go_to_the_first_letter():
    benchmark = made_set(2, questions_per_script=9)
    keyless = replace(benchmark, questions=tuple(replace(q, answer=None) for q in benchmark.questions))
    with pytest.raises(ConfigurationError, match="gives no answers for coarse_grained"):
        MajorityModel(keyless)
    one, two = (replace(benchmark.questions[0], id=n, answer=n, options={"A": n, "B": "x"}) for n in "AB")
    assert MajorityModel(replace(benchmark, questions=(two, one))).constants == {one.type.id: "A"}


def test_the_medoid_is_the_text_closest_to_the_others():
    texts = ["the cat sat", "the cat sat down", "the cat sat down here", "quite another thing"]
    assert medoid(texts) == "the cat sat down"
    assert medoid(list(reversed(texts)) * 3) == "the cat sat down"
    assert medoid(["alone"]) == "alone"


def test_the_versions_name_what_the_answers_depend_on():
    assert RandomModel(seed=4).version == f"seed 4, corpus {corpus_digest()}"
    benchmark = made_set(2, questions_per_script=9)
    assert MajorityModel(benchmark).version == f"key {benchmark.digest[:12]}, corpus {corpus_digest()}"
