import html
import re

import plotly.graph_objects as go
import pytest

from echomind.leaderboard.figures import axis_title, plain, shortened, text_width, themed, with_theme
from echomind.leaderboard.metrics import METRICS
from tests.unit.leaderboard.made_rows import HOSTILE


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_name_is_anything_to_plotly(name):
    escaped = plain(name)
    assert html.unescape(escaped) == name
    assert not re.search(r"[<>$%{}\\]|&(?!#\d+;)", escaped)


def test_long_labels_are_cut_and_wide_letters_count_more():
    assert shortened("short", 10) == "short"
    assert shortened("m" * 80, 10) == "m" * 9 + "…"
    assert text_width("模型") > 3.5 and text_width("e\u0301") == 1
    cut = shortened("模型" * 20, 10)
    assert cut == "模型模型模…" and text_width(cut) <= 10
    assert shortened("ae\u0301" * 9, 5) == "ae\u0301ae\u0301…"


def test_plain_data_gets_the_same_look_as_a_checked_figure():
    quick = themed([{"type": "scatter", "x": [1], "y": [2]}], {"xaxis": {"range": [0, 1]}})
    checked = with_theme(go.Figure())
    assert quick.layout.paper_bgcolor == checked.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert quick.layout.xaxis.gridcolor == checked.layout.xaxis.gridcolor
    assert tuple(quick.layout.xaxis.range) == (0, 1) and quick.layout.xaxis.fixedrange
    go.Figure(quick.to_dict())  # plotly checks it here


def test_long_axis_titles_are_broken_and_lose_nothing():
    metric = METRICS["style_direction_minilm"]
    short, long = axis_title(metric, "→", 200), axis_title(metric, "→", 40)
    assert "<br>" not in short and long.replace("<br>", " ") == short
