import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.actions import MOST, acted, acted_all
from echomind.leaderboard.view import ALL_ROWS, MORE, WINDOW, Sort, View


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("sort", "wer"), ("sort", "wer")], View(sorts=(Sort("wer", False),))),
        ([("sort", "wer"), ("then", "name"), ("unsort", "wer")], View(sorts=(Sort("name"),))),
        ([("then", "name"), ("then", "name")], View(sorts=(Sort("understanding_reasoning"), Sort("name", False)))),
        ([("filter", "org=a=b")], View(filters=(("org", ("a=b",)),))),
        ([("filter", "org=a"), ("filter", "org=a")], View()),
        ([("size", "1..")], View(size=(1.0, None))),
        ([("size", "x..7")], View(size=(None, 7.0))),
        ([("size", "")], View()),
        ([("pin", "a"), ("pin", "b"), ("pin", "a")], View(pins=("b",))),
        ([("pin", "a"), ("unpin", "")], View()),
        ([("heat", ""), ("official", "")], View(heat=True, official=True)),
        ([("more", "")], View(rows=WINDOW + MORE)),
        ([("all", ""), ("more", ""), ("sort", "wer")], View(rows=ALL_ROWS, sorts=(Sort("wer"),))),
        ([("more", ""), ("sort", "wer")], View(sorts=(Sort("wer"),))),
        ([("search", "qwen"), ("search", "qwen 7b")], View(text="qwen 7b")),
        ([("more", ""), ("search", "a")], View(text="a")),
        ([("search", "a"), ("unsearch", "")], View()),
        ([("tab", "cite"), ("tab", "changes")], View(tab="changes")),
        ([("tab", "cite"), ("tab", "cite")], View()),
        ([("preset", "words")], View(preset="words")),
    ],
)
def test_what_is_done_gives_the_view(told, expected):
    assert acted_all(View(), told) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__init__", ""),
        ("on_board", "humdial"),
        ("sort", "nope"),
        ("then", "t1_avg_zh"),
        ("filter", "nope=x"),
        ("preset", "../.."),
        ("column", "t1_avg_zh"),
        ("pin", "../x"),
        ("pin", ""),
        ("tab", "x"),
    ],
)
def test_what_no_page_offers_is_refused(name, value):
    with pytest.raises(EchoMindError):
        acted(View(), name, value)


def test_five_pins_and_endless_messages_are_refused():
    four = acted_all(View(), [("pin", slug) for slug in "abcd"])
    with pytest.raises(EchoMindError, match="4 rows are pinned"):
        acted(four, "pin", "e")
    with pytest.raises(EchoMindError, match=f"more than {MOST}"):
        acted_all(View(), [("heat", "")] * (MOST + 1))


def test_a_further_key_beyond_the_most_takes_the_place_of_the_last():
    view = acted_all(View(), [("sort", "wer"), *(("then", key) for key in ("ves", "bleu", "name", "date"))])
    assert [sort.by for sort in view.sorts] == ["wer", "ves", "bleu", "date"]
