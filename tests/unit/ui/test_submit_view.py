import pytest

from echomind.settings import ROOT, Settings
from echomind.submissions.check import Check
from echomind.submissions.sent_files import Incoming
from echomind.ui import submit_view as view

HOSTILE = "<img src=x>\u202e../=1+1 模型.json"


def test_names_of_files_stay_text_and_have_sizes(parse, tmp_path):
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(3 * 2**20)
    page = parse(view.files_html([Incoming(HOSTILE, b"x" * 2048), Incoming("large", large)], told=HOSTILE))
    assert not page.all("img") and "<img src=x>\\u202e../=1+1 模型.json2 KB" in page.text
    assert "2 files, 3.0 MB." in page.text
    assert [button.attributes["data-remove"] for button in page.all("button")] == ["0", "1"]
    assert page.all("p", role="alert")[0].text.startswith("<img")


def test_nothing_chosen_shows_nothing():
    assert view.files_html([]) == ""


@pytest.mark.parametrize("way", ["here", "token", "huggingface", "closed"])
def test_every_way_says_who_hands_in(parse, way):
    text = parse(view.sign_in_html(way, "<b>ada</b>")).text
    assert "Signed in as <b>ada</b>." in text and len(text) > 80


def test_before_a_good_check_there_is_nothing_to_confirm():
    assert view.confirm_html(None, "ada", Settings()) == ""
    assert view.confirm_html(Check("echomind-mini", problem_count=1), "ada", Settings()) == ""


def test_what_is_taken_names_the_limit_and_offers_the_schema(parse, tmp_path):
    page = parse(view.accepted(Settings(max_upload_mb=7)))
    assert "Up to 7 MB in all" in page.text
    assert page.all("button", data_download=view.SCHEMA)
    assert page.all("span", id="submit-schema")[0].attributes["data-text"].startswith("{")
    assert not parse(view.accepted(Settings(assets_dir=tmp_path))).all("button")
    limit = parse(view.too_large(Settings(max_upload_mb=7))).all("p")[0].attributes
    assert limit["data-limit"] == str(7 * 2**20) and "7 MB" in limit["data-words"]


def test_the_example_for_scripts_is_shown_where_it_is(parse, tmp_path):
    assert view.script_html(tmp_path / "none.py") is None
    text = (ROOT / view.EXAMPLE).read_text(encoding="utf-8")
    assert parse(view.script_html(ROOT / view.EXAMPLE)).all("code")[0].text == text
    assert "My submissions" in parse(view.script_title(True)).text


def test_closed_boards_are_named_with_the_reason(parse):
    text = parse(view.boards_note(Settings())).text
    assert text.startswith("EchoMind and HumDial") and "lacks the reference answers" in text
    assert view.boards_note(Settings(echomind_set="x", humdial_set="y")) is None


def test_a_key_is_text_and_says_how_long_it_is_good(parse):
    page = parse(view.key_html("a<b>c", 8.0))
    assert page.all("code")[0].text == "a<b>c" and "8 hours" in page.text
