import datetime
import re
from dataclasses import replace

import pytest

from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.latex import escaped, to_latex
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View
from echomind.settings import ROOT
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.made_rows import HOSTILE, made_rows

DAY = datetime.date(2026, 11, 20)
RESULTS = Results(ROOT / "results")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("50 % & $x$ #1 a_b ^ ~", r"50 \% \& \$x\$ \#1 a\_b \textasciicircum{} \textasciitilde{}"),
        ("a--b", "a-{}-b"),
        ("line\nbreak\x00\u202e", "line break"),
        ("模型", "模型"),
        ("^^5c", r"\textasciicircum{}\textasciicircum{}5c"),
    ],
)
def test_text_is_printed_and_never_run(text, written):
    assert escaped(text) == written


def test_the_table_has_the_rows_and_columns_of_the_view():
    table = arrange(View().searching("audio").with_preset("level_understanding"), RESULTS)
    text = to_latex(table, DAY)
    for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\begin{tabular}{rlrrr}", r"\end{table}"):
        assert rule in text
    body = text.partition("\\midrule\n")[2].partition(r"\bottomrule")[0].splitlines()
    assert len(body) == len(table.rows) and all(line.count("&") == 4 for line in body)
    caption = re.search(r"\\caption\{(.*)\}", text)[1]
    assert "EchoMind, 2026-11-20" in caption and f"n = {len(table.rows)} of 14 rows" in caption
    assert "Items behind a score: 4,576." in caption


def test_missing_is_a_dash_and_intervals_are_small():
    text = to_latex(arrange(View(), RESULTS), DAY)
    row = next(line for line in text.splitlines() if "Audio-Flamingo3 &" in line)
    assert row.split(" & ")[-4:-1] == ["---"] * 3
    assert r"64.29 {\scriptsize $\approx ^{+1.38}_{-1.40}$}" in row
    assert r"2 {\scriptsize (2--4)} & Audio-Flamingo3" in row
    assert r"\scriptsize (" not in to_latex(arrange(replace(View(), official=True), RESULTS), DAY)


def test_hostile_names_leave_the_table_whole(tmp_path):
    store = LocalStore(tmp_path)
    made_rows(store, HOSTILE)
    table = arrange(View().on_board("echomind-mini"), Results(tmp_path / "none", store))
    text = to_latex(table, DAY)
    body = text.partition("\\midrule\n")[2].partition(r"\bottomrule")[0].splitlines()
    assert len(body) == len(HOSTILE)
    for line in body:
        assert len(re.findall(r"(?<!\\)&", line)) == len(table.metrics) + 1
        plain = re.sub(r"\\[{}$&#%_]", "", line)
        assert plain.count("{") == plain.count("}") and plain.count("$") % 2 == 0
