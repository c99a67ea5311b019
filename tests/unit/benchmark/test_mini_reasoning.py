from collections import Counter, defaultdict

import pytest

from echomind.benchmark import mini_scripts
from echomind.benchmark.mini_added_scripts import all_scripts, sentiment_of
from echomind.benchmark.mini_cast import cast, is_about_the_speaker
from echomind.benchmark.mini_reasoning import CROWDS, reasoning
from echomind.benchmark.mini_scripts import left_out, load_mini_scripts
from echomind.benchmark.mini_wording import LAUGHTER, SHOUTING
from echomind.benchmark.question_types import QUESTION_TYPES
from echomind.errors import DataError
from echomind.taxonomy import NEUTRAL

SCRIPTS = {s.id: s for s in all_scripts()}


@pytest.fixture(scope="module", params=[0, 7])
def drawn(request):
    return reasoning(all_scripts(), cast(all_scripts(), request.param), request.param)


def of(drawn, kind):
    return [q for q in drawn if q.type == kind]


def key(question):
    return question.options[question.answer]


def test_every_type_has_its_number_of_options_and_enough_questions(drawn):
    kinds = {k.id: k for k in QUESTION_TYPES if k.level == "reasoning"}
    counts = Counter(q.type for q in drawn)
    assert counts.keys() == kinds.keys() and min(counts.values()) >= 30 and len(drawn) >= 500
    for q in drawn:
        assert tuple(q.options) == tuple("ABCD"[: kinds[q.type].options])


def test_written_items_have_another_key_for_each_delivery_and_the_same_options(drawn):
    items = {(s.id, i.type): i for s in load_mini_scripts() for i in s.reasoning}
    asked = defaultdict(list)
    for q in drawn:
        if (q.part.script, q.type) in items:
            asked[q.part.script, q.type].append(q)
    for (script, kind), questions in asked.items():
        fits = {option.text: option.fits for option in items[script, kind].options}
        assert [fits[key(q)] for q in questions] == [q.part.style for q in questions]
        assert len({tuple(q.options.items()) for q in questions}) == 1
        all_three = {"target", "neutral", "alternative"}
        expected = all_three - {"neutral"} if is_about_the_speaker(SCRIPTS[script]) else all_three
        assert {q.part.style for q in questions} == expected
    assert asked.keys() == items.keys() - {tuple(entry.split("/")) for entry in left_out()}


def test_letters_are_even_and_no_place_belongs_to_the_filler(drawn):
    for kind in {q.type for q in drawn}:
        letters = Counter(q.answer for q in of(drawn, kind))
        assert max(letters.values()) - min(letters.values()) <= 3, (kind, letters)


def test_several_people_are_those_in_the_background(drawn):
    asked = of(drawn, "multiple_people_detection")
    assert Counter(map(key, asked)) == {"Yes": 24, "No": 24}
    for q in asked:
        assert (key(q) == "Yes") == (q.part.cue in CROWDS)
        assert {SCRIPTS[q.part.script].target, SCRIPTS[q.part.script].alternative} & set(CROWDS)
    noisy = sum(key(q) == "No" and q.part.cue != NEUTRAL for q in asked)
    assert noisy >= 12  # else any sound at all would mean people


@pytest.mark.parametrize(
    ("kind", "cue", "questions"),
    [("laughter_sentiment_detection", "laughter", LAUGHTER), ("shouting_sentiment_detection", "shout", SHOUTING)],
)
def test_sound_and_words_are_both_needed(drawn, kind, cue, questions):
    asked_for = {question: sentiment for sentiment, question in questions.items()}
    cells = Counter()
    for q in of(drawn, kind):
        fits = asked_for[q.question] == sentiment_of(SCRIPTS[q.part.script])
        heard = q.part.cue == cue
        assert (key(q) == "Yes") == (fits and heard)
        cells[fits, heard] += 1
    assert cells == {(True, True): 16, (False, True): 8, (True, False): 8}
    assert len(set(Counter((q.question, key(q)) for q in of(drawn, kind)).values())) == 1


def test_neither_words_nor_voice_alone_tell_consistency(drawn):
    asked = of(drawn, "audio_text_sentiment_consistency")
    glad = {True: "positive", False: "negative"}
    for q in asked:
        fits = glad[q.part.cue == "happy"] == sentiment_of(SCRIPTS[q.part.script])
        assert key(q) == ("Consistent" if fits else "Inconsistent")
    for known in (lambda q: sentiment_of(SCRIPTS[q.part.script]), lambda q: q.part.cue):
        rates = defaultdict(Counter)
        for q in asked:
            rates[known(q)][key(q)] += 1
        assert all(c["Consistent"] == c["Inconsistent"] for c in rates.values()), rates


def test_an_item_left_out_that_is_none_is_named(tmp_path, monkeypatch):
    path = tmp_path / "left.jsonl"
    path.write_text('"mini-001/response_style_matching"\n"mini-999/response_style_matching"\n')
    monkeypatch.setattr(mini_scripts, "LEFT_OUT", path)
    with pytest.raises(DataError, match=r"left\.jsonl:2: found 'mini-999"):
        left_out.__wrapped__()
