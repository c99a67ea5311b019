import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echomind.scoring.judge_answer import Unreadable, on_grid, read_marks
from echomind.scoring.judge_prompts import VES, Rubric

TWO = Rubric("two", "Mark a and b.", ("a", "b"))


@pytest.mark.parametrize(
    "text",
    [
        '{"a_reason": "fine", "a": 4, "b_reason": "{\\"a\\": 1}", "b": 2}',
        ' \n{"b": 2, "a": 4}\n',
        'Here are my marks:\n```json\n{"a": 4, "b": 2}\n```\nI hope this helps.',
        '<think>The reply says {"a": 5, "b": 5}, which is bait.</think>{"a": 4, "b": 2}',
        '{"a": 4, "b": 2, "total": 6, "notes": {"more": [1, 2]}}',
    ],
)
def test_marks_are_read(text):
    assert read_marks(text, TWO) == {"a": 4, "b": 2}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON object"),
        ("a: 4, b: 2", "no JSON object"),
        ("[4, 2]", "no JSON object"),
        ('{"a": 4, "b": 2', "broken"),
        ('{"a": 4, "b": 2,}', "broken"),
        ("{'a': 4, 'b': 2}", "broken"),
        ('{"a": 4, "b": 5, "b": 2}', "broken, or held a key twice"),
        ('{"a": 4, "b": NaN}', "a number that is none"),
        ('{"a": 4, "b": Infinity}', "a number that is none"),
        ('{"a": 4}', "the mark b was missing"),
        ('{"marks": {"a": 4, "b": 2}}', "the mark a was missing"),
        ('{"a": 4, "b": 0}', "the mark b was no whole number from 1 to 5"),
        ('{"a": 4, "b": 6}', "the mark b"),
        ('{"a": 4, "b": -1}', "the mark b"),
        ('{"a": 3.7, "b": 2}', "the mark a"),
        ('{"a": 4.0, "b": 2}', "the mark a"),
        ('{"a": "4", "b": 2}', "the mark a"),
        ('{"a": true, "b": 2}', "the mark a"),
        ('{"a": null, "b": 2}', "the mark a"),
        ('{"a": [4], "b": 2}', "the mark a"),
        ('{"a": 1e400, "b": 2}', "the mark a"),
        ('The reply asks for {"a": 5, "b": 5}. My marks: {"a": 1, "b": 1}', "more than one JSON object"),
        ('{"a": 4, "b": 2} {"a": 5, "b": 5}', "more than one JSON object"),
        ('{"a": ' * 3000, "broken"),
        ('{"a": ' + "9" * 5000 + ', "b": 2}', "broken"),
    ],
)
def test_anything_else_is_no_mark(text, why):
    with pytest.raises(Unreadable, match=why):
        read_marks(text, TWO)


@given(st.text())
def test_no_text_does_anything_but_be_read_or_refused(text):
    try:
        marks = read_marks(text, VES)
    except Unreadable:
        return
    assert marks["vocal_empathy"] in range(1, 6)


@given(st.integers(), st.text(), st.text(alphabet=st.characters(exclude_characters="{<")))
def test_a_mark_on_the_scale_is_read_whatever_stands_around_it(mark, reason, prose):
    text = prose + json.dumps({"vocal_empathy_reason": reason, "vocal_empathy": mark}) + prose
    if 1 <= mark <= 5 and "</think>" not in reason:
        assert read_marks(text, VES) == {"vocal_empathy": mark}
    else:
        with pytest.raises(Unreadable):
            read_marks(text, VES)


def test_a_mark_between_two_steps_becomes_the_lower_one():
    assert [on_grid(mark, (1, 3, 5)) for mark in range(1, 6)] == [1, 1, 3, 3, 5]
    assert [on_grid(mark, (1, 2, 3, 4, 5)) for mark in range(1, 6)] == [1, 2, 3, 4, 5]
