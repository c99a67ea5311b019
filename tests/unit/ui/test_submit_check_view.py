import pytest

from echomind.scoring.problems import Problem
from echomind.scoring.report import Cell, Coverage
from echomind.submissions.check import Check, Preview, PreviewMetric
from echomind.ui import submit_check_view as view

HOSTILE = '<script>alert(1)</script>"\'\u202e=HYPERLINK("x") 模型'


def a_preview(**changes):
    given = {
        "board": "echomind-mini",
        "model": HOSTILE,
        "prompt": "basic",
        "voice": "tts",
        "set_digest": "0" * 64,
        "metrics": (
            PreviewMetric("wer", 513),
            PreviewMetric("understanding_acc", 705, Cell(value=31.91, low=28.6, high=35.5, n=705, failed=2)),
            PreviewMetric("reasoning_acc", 1, Cell(value=0.0, n=1, failed=0)),
        ),
        "absent": {"dnsmos": "no sound of replies was handed in"},
    }
    return Preview(**(given | changes))


def test_every_text_from_outside_stays_text(parse):
    problem = Problem(*[HOSTILE] * 6)
    check = Check("echomind-mini", (problem,), (problem,), 1, 1, {HOSTILE: Coverage(expected=2, answered=1, failed=0)})
    html = view.check_html(check, 0.5, 1)
    page = parse(html)
    assert not page.all("script") and "<script" not in html
    assert "<script>alert(1)</script>" in page.text and "\u202e" not in page.text and "\\u202e" in page.text
    assert parse(view.preview_html(a_preview())).all("caption")[0].text.startswith("<script>")
    assert "\\u202e" in parse(view.not_checked_html(HOSTILE)).text


def test_problems_say_where_what_was_found_and_what_was_expected(parse):
    problems = (
        Problem("a.jsonl", "line 4", "asr/x/target", "key", "'x'", "one of the ids"),
        Problem("the form", field="prompt", found="nothing", expected="one of zero, basic, enhanced"),
        Problem(found="no file", expected="predictions"),
    )
    page = parse(view.check_html(Check("echomind-mini", problems, problem_count=3), 0.5, 1))
    rows = [[cell.text for cell in row.children] for row in page.all("tbody")[0].children]
    assert rows == [
        ["a.jsonlline 4", "asr/x/target · key", "'x'", "one of the ids"],
        ["The form", "Prompt condition", "nothing", "one of zero, basic, enhanced"],
        ["The upload", "—", "no file", "predictions"],
    ]
    assert page.all("h2")[0].text == "3 problems to put right first"
    listed = page.all("span", id="submit-problems")[0].attributes["data-text"]
    assert listed.splitlines()[0] == "a.jsonl: line 4: asr/x/target: key: found 'x', expected one of the ids"


def test_what_is_not_shown_is_counted(parse):
    problems = tuple(Problem("f", f"line {n}", found="x", expected="y") for n in range(view.SHOWN + 10))
    page = parse(view.check_html(Check("echomind-mini", problems, problem_count=5_000), 0.5, 1))
    assert len(page.all("tbody")[0].children) == view.SHOWN + 1
    assert "and 4,950 more" in page.text
    assert page.all("span", id="submit-problems")[0].attributes["data-text"].count("\n") == len(problems) + 1


@pytest.mark.parametrize(("seconds", "words"), [(0.01, "in under 0.1 s"), (0.84, "in 0.8 s")])
def test_a_good_check_says_what_is_answered_and_how_long_it_took(parse, seconds, words):
    coverage = {"understanding": Coverage(expected=10, answered=9, failed=1)}
    check = Check("echomind-mini", coverage=coverage, types=coverage, preview=a_preview())
    text = parse(view.check_html(check, seconds, 2)).text
    assert "Ready to hand in" in text and "9 of 10 items are answered" in text and "counts as wrong" in text
    assert words in text and "1 of them empty" in text


def test_the_preview_shows_what_is_known_and_why_the_rest_is_not(parse):
    page = parse(view.preview_html(a_preview()))
    rows = {row.children[0].text: [cell.text for cell in row.children[1:]] for row in page.all("tbody")[0].children}
    assert rows["Word error rateWER"] == ["when scored", "513"]
    assert rows["Understanding accuracyACC"] == ["31.91 %28.60–35.50", "705"]
    assert rows["Reasoning accuracyACC"] == ["0.00 %", "1"]  # one script: there is no interval
    assert rows["Speech qualityno sound of replies was handed in"] == ["—", "—"]
    assert "bleu" not in str(rows).lower()


def test_a_bar_never_leaves_its_frame():
    assert 'width="0.0%"' in view.bar(-1) and 'width="100.0%"' in view.bar(7) and 'width="50.0%"' in view.bar(0.5)
