"""Properties of the answer parser over generated answers and options."""

import string

from hypothesis import example, given
from hypothesis import strategies as st

from echomind.scoring.answer_parser import classify_answer, parse_answer

WORDS = """A B C D E a b c d the answer is not final option choice or and if because yes no male female happy music
? . , : ; ( ) [ ] / - ** <think> </think> <answer> </answer> \\boxed{ } 答案 选 是 { " ' Ｂ"""
answers = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*WORDS.split(), "\n", "\u200b"]), max_size=25).map(" ".join),
    st.lists(st.sampled_from([*WORDS.split(), "\n", "\u200b"]), max_size=25).map("".join),
)
option_texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["male", "female", "Yes", "No", "music", "happy music", "The speaker is male."]),
)
options_of = st.lists(option_texts, min_size=1, max_size=5).map(lambda texts: dict(zip("ABCDE", texts, strict=False)))
padding = st.text(" \t\n\r\u200b\ufeff\u00a0", max_size=8)


@given(answers, options_of)
@example("A", {"A": ""})
def test_any_text_gives_a_label_or_nothing(text, options):
    answer = classify_answer(text, options)
    assert answer.letter is None or answer.letter in options
    assert (answer.letter is None) == (answer.reason != "parsed")
    assert parse_answer(text, options) == answer.letter


@given(options_of, st.data(), padding, padding)
def test_the_official_form_is_always_read(options, data, before, after):
    letter = data.draw(st.sampled_from(sorted(options)))
    for form in (f"The answer is: {letter}", f"The answer is: [{letter}]", f"The answer is: {letter}."):
        for cased in (form, form.lower(), form.upper()):
            assert parse_answer(before + cased + after, options) == letter


@given(answers, options_of, padding, padding)
def test_padding_changes_nothing(text, options, before, after):
    assert classify_answer(before + text + after, options) == classify_answer(text, options)


@given(st.text(max_size=40), st.data())
def test_reasoning_before_the_last_think_tag_changes_nothing(thought, data):
    options = {"A": "male", "B": "female"}
    letter = data.draw(st.sampled_from("AB"))
    assert parse_answer(f"{thought}</think>The answer is: {letter}", options) == letter


@given(st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.sampled_from([". ", "\n", ", but ", ". No, wait: "]))
def test_two_statements_are_read_only_where_they_agree(first, second, between):
    options = {"A": "Happy", "B": "Sad", "C": "Angry", "D": "Surprised"}
    expected = first if first == second else None
    assert parse_answer(f"The answer is {first}{between}the answer is {second}", options) == expected


@given(
    st.lists(st.text(string.ascii_lowercase, min_size=3, max_size=9), min_size=4, max_size=4, unique=True), st.data()
)
def test_the_text_of_one_option_is_read(words, data):
    options = dict(zip("ABCD", words, strict=True))
    everyday = {"yes", "non", "not", "none", "both", "other", "neither", "without", "than", "less", "the", "answer"}
    letter = data.draw(st.sampled_from("ABCD"))
    if not everyday & set(words):
        assert parse_answer(options[letter].title() + ".", options) == letter


@given(answers, st.sampled_from(["male", "female"]))
def test_an_option_that_shares_no_word_is_never_chosen_by_text(text, word):
    options = {"Q": word, "R": "zzyzx"}
    if not any(c in "QqRr" for c in text) and "zzyzx" not in text.casefold():
        assert parse_answer(text, options) != "R"
