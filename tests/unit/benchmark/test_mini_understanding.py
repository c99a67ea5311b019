from collections import Counter, defaultdict

import pytest

from echomind.benchmark.mini_added_scripts import AddedScript, all_scripts
from echomind.benchmark.mini_cast import cast
from echomind.benchmark.mini_understanding import understanding
from echomind.benchmark.mini_wording import AGES, CLASSES, GENDERS, PACES, PLAIN, QUESTIONS, STATEMENTS
from echomind.benchmark.question_types import QUESTION_TYPES
from echomind.taxonomy import ATTRIBUTES, CATEGORY_OF, NEUTRAL
from echomind.training.data import questions as trained

ATTRIBUTE_OF = {text: attribute for attribute, text in STATEMENTS.items()}


@pytest.fixture(scope="module", params=[0, 7])
def drawn(request):
    return understanding(all_scripts(), cast(all_scripts(), request.param), request.param)


def by_type(drawn):
    found = defaultdict(list)
    for question in drawn:
        found[question.type].append(question)
    return found


def test_every_type_has_its_number_of_options_and_enough_questions(drawn):
    found = by_type(drawn)
    kinds = {k.id: k for k in QUESTION_TYPES if k.level == "understanding"}
    assert found.keys() == kinds.keys()
    for kind, asked in found.items():
        assert len(asked) >= 30
        assert {tuple(q.options) for q in asked} == {tuple("ABCD"[: kinds[kind].options])}


def test_keys_say_what_was_put_into_the_clip(drawn):
    """The key is the cue of the clip (or its plain state); no wrong option could be heard in it."""
    plain = set(PLAIN.values())
    for q in drawn:
        key, cue = q.options[q.answer], q.part.cue
        wrong = [text for letter, text in q.options.items() if letter != q.answer]
        if q.type == "gender_recognition":
            assert key == GENDERS[q.part.gender] and cue in (NEUTRAL, "male", "female")
        elif q.type == "age_group_classification":
            assert key == AGES["adult" if cue == NEUTRAL else cue]
        elif q.type == "speaking_pace_classification":
            assert key == PACES[cue]
        else:
            assert key == (PLAIN[q.type] if cue == NEUTRAL else STATEMENTS[cue])
            assert all(q.part.lacks(ATTRIBUTE_OF[text]) for text in wrong if text not in plain)
            assert cue not in ("male", "female") or not plain & set(wrong)  # a plain man's voice is an everyday one


def test_every_cue_is_asked_coarsely_against_other_categories(drawn):
    asked = [q for q in drawn if q.type == "coarse_grained"]
    assert {q.part.cue for q in asked} == {*ATTRIBUTES, NEUTRAL}
    together = 0
    for q in asked:
        heard = [ATTRIBUTE_OF[text] for text in q.options.values() if text in ATTRIBUTE_OF]
        assert len({CATEGORY_OF[a] for a in heard}) == len(heard)
        together += q.part.cue != q.part.target != NEUTRAL and q.part.target in heard
    assert together > 40  # a guess from the words has the script's other cue to choose as well


def test_letters_and_option_texts_are_right_as_often_as_by_luck(drawn):
    for kind, asked in by_type(drawn).items():
        letters = Counter(q.answer for q in asked)
        assert max(letters.values()) - min(letters.values()) <= 2, (kind, letters)
        shown = Counter(text for q in asked for text in q.options.values())
        right = Counter(q.options[q.answer] for q in asked)
        options = len(asked[0].options)
        for text, count in shown.items():
            assert abs(right[text] - count / options) <= 1, (kind, text)


def test_plain_deliveries_are_asked_about_as_often_as_one_cue(drawn):
    for kind, asked in by_type(drawn).items():
        if kind in CLASSES:
            counts = Counter(q.part.cue for q in asked)
            others = [n for cue, n in counts.items() if cue != NEUTRAL]
            assert min(others) <= counts[NEUTRAL] <= 2 * max(others), (kind, counts)


def test_only_the_first_scripts_are_asked_where_these_are_enough(drawn):
    added = {s.id for s in all_scripts() if isinstance(s, AddedScript)}
    kinds = {q.type for q in drawn if q.part.script in added}
    assert kinds == {"age_group_classification", "speaking_pace_classification"}


def test_no_wording_was_trained_on():
    asked = {text for texts in trained._QUESTIONS.values() for text in texts}
    answers = {text for texts in trained._ANSWERS.values() for text in texts}
    assert not asked & set(QUESTIONS.values())
    assert not answers & {*STATEMENTS.values(), *GENDERS.values(), *AGES.values(), *PACES.values(), *PLAIN.values()}
