import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echomind.errors import ConfigurationError, DataError
from echomind.scoring.televal import Answered, QuestionSet, exist_match, read_sets, score_televal, tokens

# Questions of each set, and shares of right answers as TELEVAL's README prints them (assets/result.md, "Basic
# Knowledge", commit 6acd665); the last number is the board's average.
SIZES = {
    **{"llamaqa-en": 300, "llamaqa-zh": 300, "triviaqa-en": 837, "triviaqa-zh": 837, "webq-en": 1938, "webq-zh": 1938},
    **{"chinesesimpleqa-zh": 2668, "chinese_quiz-zh": 827},
}
PRINTED = {
    "GPT4o-Audio": (80.67, 68.33, 73.60, 58.54, 61.35, 50.77, 34.49, 55.45, 52.93),
    "GLM-4-Voice": (67.67, 53.00, 34.89, 27.00, 37.00, 34.62, 14.47, 47.09, 31.55),
    "MiniCPM-o-2.6": (70.67, 58.33, 46.95, 30.59, 48.50, 39.42, 13.68, 46.25, 36.16),
    "Baichuan-Omni-1.5": (69.33, 58.00, 34.89, 29.75, 42.98, 39.32, 15.74, 51.09, 34.84),
    "LLaMA-Omni2": (69.33, 45.67, 25.45, 20.31, 31.89, 30.08, 8.81, 28.57, 24.89),
    "SpeechGPT-2.0-preview": (0.00, 36.33, 0.12, 13.62, 0.00, 20.33, 4.16, 27.12, 9.88),
    "Freeze-Omni": (66.00, 57.67, 37.87, 23.78, 41.95, 35.60, 14.48, 49.76, 33.05),
    "Qwen2.5-Omni": (69.67, 58.67, 43.13, 29.03, 44.32, 35.19, 13.42, 56.30, 34.77),
    "Kimi-Audio": (70.67, 65.33, 45.52, 32.97, 43.81, 39.27, 17.58, 53.51, 37.18),
    "StepAudio2-mini": (64.33, 59.67, 41.70, 34.41, 46.28, 40.92, 20.50, 61.86, 38.96),
    "Qwen3-Omni": (74.00, 71.00, 50.78, 45.40, 47.11, 46.23, 48.65, 63.56, 50.52),
    "Mimo-Audio-Instruct": (76.67, 79.33, 42.65, 43.49, 52.27, 54.80, 23.35, 67.80, 46.11),
}
RIGHT, WRONG, FAILED = (
    Answered("k", "It is Paris.", ("Paris",)),
    Answered("k", "Rome", ("Paris",)),
    Answered("k", "", ("a",)),
)


def made(name, right, wrong=0, failed=0):
    return QuestionSet(name, (RIGHT,) * right + (WRONG,) * wrong + (FAILED,) * failed)


@pytest.mark.parametrize(
    ("reply", "references", "right"),
    [
        ("The capital of France is Paris.", ["Paris"], True),
        ("the capital is PARIS!", ["paris"], True),
        ("Parisian cafés", ["Paris"], False),  # whole tokens alone
        ("New York City", ["new york"], True),
        ("York is new", ["new york"], False),
        ("new, york", ["New York"], True),  # punctuation is lost
        ("Beyoncé", ["Beyonce\u0301"], True),  # both decomposed
        ("Beyoncé", ["Beyonce"], False),
        ("首都是北京。", ["北京"], True),
        ("北方的京城", ["北京"], False),
        ("北 京", ["北京"], True),
        ("一共3个", ["3"], True),
        ("it is 42", ["41", "42"], True),
        ("it is 421", ["42"], False),
        ("costs $5", ["$5"], True),
        ("costs 5", ["$5"], False),
        ("it’s Paris", ["it's Paris"], True),  # not so in the released code
        ("mother—in—law", ["mother-in-law"], True),
        ("anything", ["..."], False),
        ("anything", ["...", "anything"], True),
        ("", ["Paris"], False),
    ],
)
def test_a_reply_contains_a_reference(reply, references, right):
    assert exist_match(reply, references) is right


def test_tokens():
    assert tokens("Don't pay €5, 你好World—ok C++") == [
        *("don", "t", "pay", "€", "5", "你", "好", "world", "ok", "c", "+", "+")
    ]
    assert tokens(" \n\t…") == []


@given(st.text(max_size=30), st.text(max_size=10), st.text(max_size=30))
def test_what_is_put_into_a_reply_is_found_in_it(before, reference, after):
    assert exist_match(f"{before} {reference} {after}", [reference]) is bool(tokens(reference))


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), st.lists(st.sampled_from(["a", "b", "c"]), min_size=1))
def test_a_match_is_a_run(said, wanted):
    runs = [said[i : i + len(wanted)] for i in range(len(said))]
    assert exist_match(" ".join(said), [" ".join(wanted)]) is (wanted in runs)


@pytest.mark.parametrize("model", PRINTED)
def test_the_board_s_average_is_the_mean_over_questions(model):
    *shares, average = PRINTED[model]
    sets = []
    for (name, size), share in zip(SIZES.items(), shares, strict=True):
        right = round(share * size / 100)
        sets.append(made(name, right, size - right))
    report = score_televal(sets)
    # printed shares are rounded, and some are no multiple of one question: 0.06 is half a question of the smallest set
    assert report.scores["televal_aqa_weighted"].value == pytest.approx(average, abs=0.02)
    for name, share in zip(SIZES, shares, strict=True):
        assert report.sets[name].value == pytest.approx(share, abs=0.07)
    plain = float(sum(map(Fraction, map(str, shares))) / 8)
    assert report.scores["televal_aqa_plain"].value == pytest.approx(plain, abs=0.07)
    assert abs(plain - average) > 1.5  # which of the two is printed matters


def test_means_by_language_and_their_intervals():
    report = score_televal([made("llamaqa-en", 8, 2), made("webq-en", 10, 28, 2), made("webq-zh", 0, 10), made("x", 5)])
    assert report.sets["llamaqa-en"].model_dump() == {
        "value": 80.0,
        "low": pytest.approx(49.02, abs=0.01),  # Wilson, 8 of 10
        "high": pytest.approx(94.33, abs=0.01),
        "n": 10,
        "failed": 0,
    }
    assert {name: cell.value for name, cell in report.scores.items()} == {
        "televal_aqa_weighted": pytest.approx(100 * 23 / 65),
        "televal_aqa_plain": pytest.approx((80 + 25 + 0 + 100) / 4),
        "televal_aqa_weighted_zh": 0.0,
        "televal_aqa_plain_zh": 0.0,
        "televal_aqa_weighted_en": pytest.approx(36.0),
        "televal_aqa_plain_en": pytest.approx(52.5),
    }
    assert (report.scores["televal_aqa_weighted"].n, report.scores["televal_aqa_weighted"].failed) == (65, 2)
    assert report.scores["televal_aqa_plain"].failed == 2
    for cell in [*report.scores.values(), *report.sets.values()]:
        assert 0 <= cell.low <= cell.value <= cell.high <= 100 and cell.low < cell.high
    plain, first, second = (report.scores["televal_aqa_plain_en"], report.sets["llamaqa-en"], report.sets["webq-en"])
    down = ((first.value - first.low) ** 2 + (second.value - second.low) ** 2) ** 0.5 / 2
    assert plain.value - plain.low == pytest.approx(down, abs=1e-5)
    assert score_televal([made("a", 3, 1)]).scores["televal_aqa_plain"] == score_televal([made("a", 3, 1)]).sets["a"]


def test_nothing_is_no_score():
    with pytest.raises(ConfigurationError, match="found no question"):
        score_televal([QuestionSet("webq-en", ())])


def lines(path, *values):
    path.write_text("\n".join(v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values))
    return path


def test_files_become_sets(tmp_path):
    path = lines(
        tmp_path / "webq-zh.jsonl",
        {"key": "q1", "pred": "北京", "ref": ["北京", ["Beijing"]], "query": "哪里"},
        "",
        {"key": 2, "pred": None, "ref": "上海"},
        {"key": "q3", "pred": "", "ref": [["a"], "b"]},
    )
    [found] = read_sets([path])
    assert (found.name, found.language) == ("webq-zh", "zh")
    assert found.items == (
        Answered("q1", "北京", ("北京", "Beijing")),
        Answered("2", "", ("上海",)),
        Answered("q3", "", ("a", "b")),
    )
    assert score_televal([found]).scores["televal_aqa_weighted_zh"].failed == 2
    assert QuestionSet("webq", ()).language is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"key": "q"', "line 2, column 12: found Expecting ',' delimiter, expected valid JSON"),
        ("[]", "line 2: found an array of 0 values, expected an object"),
        ('{"pred": "a", "ref": "b"}', "line 2: key: found no such field, expected an id"),
        ('{"key": true, "pred": "a", "ref": "b"}', "line 2: key: found true, expected an id"),
        ('{"key": "q1", "pred": "a", "ref": "b"}', r"line 2: key: found 'q1' a second time, .* \(it is in line 1\)"),
        ('{"key": "q", "ref": "b"}', "line 2: q: pred: found no such field, expected text"),
        ('{"key": "q", "pred": 3, "ref": "b"}', "line 2: q: pred: found 3, expected text"),
        ('{"key": "q", "pred": "\\ud83d", "ref": "b"}', "line 2: q: pred: found half a character"),
        ('{"key": "q", "pred": "a"}', "line 2: q: ref: found no such field, expected a text, or a list"),
        ('{"key": "q", "pred": "a", "ref": null}', "line 2: q: ref: found null"),
        ('{"key": "q", "pred": "a", "ref": ["b", 3]}', "line 2: q: ref: found an array of 2 values"),
        ('{"key": "q", "pred": "a", "ref": []}', "line 2: q: ref: found an array of 0 values, expected an answer with"),
        ('{"key": "q", "pred": "a", "ref": "?!"}', r"line 2: q: ref: found '\?!', expected an answer with a letter"),
        ('{"key": "q", "pred": NaN, "ref": "b"}', "line 2: found NaN, expected a number"),
        ('{"key": "q", "key": "r", "pred": "a", "ref": "b"}', "line 2: found the key 'key' twice"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, line, told):
    good = {"key": "q1", "pred": "a", "ref": "b"}
    path = lines(tmp_path / "webq-en.jsonl", good, line)
    with pytest.raises(DataError, match=rf"\Awebq-en.jsonl: {told}"):
        read_sets([path])


def test_every_fault_is_told_up_to_twenty(tmp_path):
    path = lines(tmp_path / "webq-en.jsonl", *("{" for _ in range(23)))
    with pytest.raises(DataError) as caught:
        read_sets([path])
    told = str(caught.value).split("\n")
    assert len(told) == 21 and told[-1] == "and 3 more problems"


def test_files_that_are_none(tmp_path):
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "latin.jsonl").write_bytes(b'{"key": "\xe9"}')
    with pytest.raises(DataError) as caught:
        read_sets([tmp_path / "gone.jsonl", tmp_path / "empty.jsonl", tmp_path / "latin.jsonl", tmp_path])
    told = str(caught.value).split("\n")
    assert told[0].startswith("gone.jsonl: found a file that cannot be read (No such file")
    assert told[1] == "empty.jsonl: found an empty file, expected a file in JSON Lines"
    assert "0xe9" in told[2] and "UTF-8" in told[2]
    assert "cannot be read (Is a directory)" in told[3]
    (tmp_path / "more").mkdir()
    twice = [
        lines(folder / "a.jsonl", {"key": "q", "pred": "a", "ref": "b"}) for folder in (tmp_path, tmp_path / "more")
    ]
    with pytest.raises(DataError, match=r"a.jsonl: found the set 'a' a second time"):
        read_sets(twice)
