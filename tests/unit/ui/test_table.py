import copy
import json
from dataclasses import replace

import pytest

from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.query import Present, read_view
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View, board_choices
from echomind.settings import ROOT
from echomind.submissions.model import new_event
from echomind.submissions.store_local import LocalStore
from echomind.ui.board_view import board_table
from echomind.ui.table import parameters
from tests.unit.leaderboard.made_rows import HOSTILE, publish_row

RESULTS = ROOT / "results"
PLAIN_TAGS = {
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "div", "p", "ul", "li", "a", "span", "small", "strong"),
    *(
        "bdi",
        "button",
        "svg",
        "path",
        "label",
        "input",
        "select",
        "option",
        "fieldset",
        "legend",
        "section",
    ),
    *("pre", "code"),
}
EVIL = "<script>alert(1)</script>${alert(2)}{{value}}"


def draw(parse, view, results=RESULTS):
    return parse(board_table(arrange(view, Results(results))))


def test_it_is_a_real_table_with_caption_and_scopes(parse):
    page = draw(parse, View())
    assert page.all("caption")[0].text == "EchoMind · 14 models · by Understanding and reasoning"
    assert len(page.all("th", scope="row")) == 14
    assert [th.text for th in page.all("th", scope="colgroup")] == [
        "Understanding",
        "Reasoning",
        "Conversation: words",
        "Conversation: voice",
    ]
    assert sum(int(th.attributes["colspan"]) for th in page.all("th", scope="colgroup")) == 16


@pytest.mark.parametrize(
    ("board", "preset", "named"),
    [
        ("echomind", "voice", "Conversation: voice"),
        ("echomind", "people", "All columns"),
        ("humdial", "people", "Rated by people"),
        ("humdial", "overview", "All columns"),
    ],
)
def test_the_columns_are_named_for_what_is_shown(parse, board, preset, named):
    page = draw(parse, replace(View().on_board(board), preset=preset))
    options = page.all("select", data_act="preset")[0].all("option")
    assert [option.text for option in options if "selected" in option.attributes] == [named]


@pytest.mark.parametrize("board", [choice[1] for choice in board_choices()])
def test_every_row_has_as_many_cells_as_there_are_columns(parse, board):
    page = draw(parse, View().on_board(board))
    top, second = page.all("thead")[0].children
    columns = sum(1 for th in top.children if "rowspan" in th.attributes) + len(second.children)
    rows = page.all("tbody")[0].children
    if not any((RESULTS / board).glob("*.json")):
        assert rows[0].children[0].attributes["colspan"] == str(columns)
    else:
        assert {len(row.children) for row in rows} == {columns}


def test_exactly_one_column_carries_the_sort(parse):
    for view, key, state in (
        (View(), "understanding_reasoning", "descending"),
        (View().toggled("wer"), "wer", "ascending"),
        (View().toggled("wer").toggled("wer"), "wer", "descending"),
        (View().toggled("ves"), "ves", "descending"),
        (View().toggled("ves").toggled("ves"), "ves", "ascending"),
    ):
        page = draw(parse, view)
        sorted_by = [th for th in page.all("th") if th.attributes.get("aria-sort", "none") != "none"]
        assert [(th.all("button")[0].attributes["data-sort"], th.attributes["aria-sort"]) for th in sorted_by] == [
            (key, state)
        ]


def test_every_column_can_be_sorted_and_explained_by_a_button(parse):
    page = draw(parse, View())
    for metric in arrange(View(), Results(RESULTS)).metrics:
        assert page.all("button", data_sort=metric.id)
        opener = page.all("button", popovertarget=f"about-{metric.id}")
        about = page.all("div", id=f"about-{metric.id}")
        assert len(opener) == len(about) == 1
        assert METRICS[metric.id].definition in about[0].text
        assert METRICS[metric.id].range in about[0].text
        assert "is better" in about[0].text


def test_missing_scores_are_dashes_that_say_why(parse):
    page = draw(parse, View())
    dashes = page.all("span", role="img")
    assert len(dashes) == 5 + 3 + 4 * 4  # five without WER, three without SemSim, four that do not speak
    assert {dash.text for dash in dashes} == {"—"}
    reasons = {dash.attributes["aria-label"] for dash in dashes}
    assert "missing: this model does not speak" in reasons
    assert all(dash.attributes["title"] for dash in dashes)


def test_a_model_without_the_score_of_the_order_has_no_rank(parse):
    page = draw(parse, View().in_order("vocal_empathy"))
    first_cells = [row.children[0].text for row in page.all("tbody")[0].children]
    assert first_cells == [*map(str, range(1, 11)), "—", "—", "—", "—"]


def test_the_best_of_a_column_is_said_not_only_drawn(parse):
    row = draw(parse, View()).all("tbody")[0].children[0]
    assert "best 66.25≈ 64.87–67.61, n 4,576" in [cell.text for cell in row.children]
    texts = [cell.text for row in draw(parse, View()).all("tbody")[0].children for cell in row.children]
    assert sum(text.startswith("2nd ") for text in texts) >= 16


def test_sources_are_links_with_kind_and_date(parse):
    page = draw(parse, View())
    links = [a for a in page.all("a") if a.text == "Paper, 2025-10-26"]
    assert len(links) == 14
    for a in page.all("a"):
        outside = a.attributes["href"].startswith("http")
        assert a.attributes.get("rel") == ("noopener noreferrer" if outside else None)
    assert "EchoMind paper, Table 5 of v1" in page.text
    assert "second-hand" in draw(parse, View().on_board("echomind-arena")).text


def test_people_and_judges_stand_under_different_headings(parse):
    groups = [th.text for th in draw(parse, View().on_board("humdial")).all("th", scope="colgroup")]
    assert "Conversation: words" in groups and "Conversation: rated by people" in groups


def test_hostile_names_and_searches_stay_text(parse, tmp_path):
    record = json.loads((RESULTS / "echomind" / "gpt-4o-audio.json").read_text())
    for field in ("name", "org", "licence"):
        record["model"][field] = EVIL
    record["provenance"]["source"] = EVIL
    (tmp_path / "echomind").mkdir()
    (tmp_path / "echomind" / "evil.json").write_text(json.dumps(record))
    for view in (View(), View().searching(EVIL)):
        html = str(board_table(arrange(view, Results(tmp_path))))
        assert "<script" not in html
        page = parse(html)
        assert page.all("script") == []
        assert EVIL in page.text


def test_nothing_found_and_nothing_there_are_told_apart(parse, tmp_path):
    page = draw(parse, View().searching("(["))
    assert page.all("td", class_="em-empty")[0].text == "No model matches “([”.Clear filters"
    assert page.all("caption")[0].text.startswith("EchoMind · 0 of 14 models")
    assert "no results yet" in draw(parse, View(), tmp_path).text


def test_intervals_and_counts_are_shown_where_there_are_any(parse, tmp_path):
    record = json.loads((RESULTS / "echomind" / "gpt-4o-audio.json").read_text())
    record["intervals"] = {"understanding_acc": [64.88, 67.6]}
    (tmp_path / "echomind").mkdir()
    (tmp_path / "echomind" / "a.json").write_text(json.dumps(record))
    page = draw(parse, View(), tmp_path)
    assert "64.88–67.60" in page.text
    (cell,) = [td for td in page.all("td") if td.text.startswith("66.25")]
    assert [small.text for small in cell.all("small")] == ["64.88–67.60, n 4,576"]
    assert cell.attributes["style"] == "--v:66.2;--l:64.9;--h:67.6"


def test_another_protocol_is_shown_without_rank_and_with_the_reason(parse, tmp_path):
    (tmp_path / "echomind").mkdir()
    record = json.loads((RESULTS / "echomind" / "gpt-4o-audio.json").read_text())
    other = copy.deepcopy(record)
    other["model"]["name"] = "Other"
    other["protocol"]["prompt"] = "basic"
    other["scores"]["understanding_acc"] = 99.0
    (tmp_path / "echomind" / "a.json").write_text(json.dumps(record))
    (tmp_path / "echomind" / "b.json").write_text(json.dumps(other))
    last = draw(parse, View(), tmp_path).all("tbody")[0].children[-1]
    assert "another protocol" in last.children[0].children[0].attributes["title"]
    assert "99.00" in last.text and "best" not in last.text


@pytest.mark.parametrize(("billions", "text"), [(7.0, "7B"), (130.0, "130B"), (0.6, "0.6B"), (0.006026, "6.03M")])
def test_parameters_are_written_as_people_write_them(billions, text):
    assert parameters(billions) == text


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """Results of the mini board with submissions: two of one name, one of another prompt, one verified."""
    store = LocalStore(tmp_path_factory.mktemp("data") / "submissions")
    receipts = {
        "first": publish_row(store, 0, "Twin", 0.4, org="Lab"),
        "second": publish_row(store, 1, "twin", 0.6, org="Lab"),
        "other": publish_row(store, 2, "Otherwise", 0.9, prompt="zero"),
        "checked": publish_row(store, 3, "Checked", 0.8, url="https://example.org/checked"),
    }
    store.append(receipts["checked"].id, new_event("verified", "moderator"))
    return receipts, Results(RESULTS, store)


def rows_of(page):
    return {row.attributes["data-row"]: row for row in page.all("tbody")[0].children}


def row_of(page, receipt):
    (row,) = [row for row in rows_of(page).values() if row.all("a", href=f"/submissions?receipt={receipt.id}")]
    return row


def test_a_submission_s_row_says_what_it_is_and_leads_to_it(parse, sent):
    receipts, results = sent
    page = parse(board_table(arrange(View().on_board("echomind-mini"), results)))
    row = row_of(page, receipts["first"])
    assert row.children[-1].text == "Submission, 2026-11-20unverified"
    assert "unverified" in row.all("th")[0].text
    checked = row_of(page, receipts["checked"])
    assert checked.children[-1].text == "Submission, 2026-11-21verified"
    assert "unverified" not in checked.text
    assert "unverified until a person has compared it" in page.text
    cell = next(c for c in row.children if c.text.startswith("40.00") and c.all("small"))
    assert "n " in cell.all("small")[0].text and "≈" not in cell.text


def test_rows_of_one_name_are_told_apart_by_their_receipts(parse, sent):
    receipts, results = sent
    page = parse(board_table(arrange(View().on_board("echomind-mini"), results)))
    assert "8 rows of 7 models" in page.all("caption")[0].text
    marks = [row_of(page, receipts[key]).all("span", class_="em-mark")[0].text for key in ("first", "second")]
    assert marks == [receipts[key].id.partition("-")[2][:8] for key in ("first", "second")]
    assert len(page.all("span", class_="em-mark")) == 2
    found = arrange(View().on_board("echomind-mini").searching(marks[0]), results)
    assert [row.record.provenance.receipt for row in found.rows] == [receipts["first"].id]


def test_a_submission_with_another_prompt_is_listed_last_with_the_reason(parse, sent):
    receipts, results = sent
    page = parse(board_table(arrange(View().on_board("echomind-mini"), results)))
    row = row_of(page, receipts["other"])
    assert row is list(rows_of(page).values())[-1]
    assert "not ranked: no system prompt" in row.all("th")[0].text
    assert row.children[0].text == "—" and "best" not in row.text


def test_second_hand_is_said_of_papers_alone(parse, sent):
    page = parse(board_table(arrange(View().on_board("echomind-mini"), sent[1])))
    assert "second-hand" not in page.text
    arena = draw(parse, View().on_board("echomind-arena"))
    assert "second-hand" in arena.text and "unverified" not in arena.text and "Submissions." not in arena.text


def test_missing_submissions_are_told_in_one_line(parse, sent):
    table = arrange(View().on_board("echomind-mini"), sent[1])
    assert parse(board_table(table)).all("p", class_="em-notice") == []
    (notice,) = parse(board_table(replace(table, submissions_missing=True))).all("p", class_="em-notice")
    assert notice.text.startswith("Rows of submissions are missing for now")


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_stands_in_the_table_as_itself_and_is_found_by_its_words(parse, tmp_path, name):
    store = LocalStore(tmp_path)
    publish_row(store, 0, name, org=name)
    publish_row(store, 1, "Another model")
    results = Results(tmp_path / "nothing", store)
    table = arrange(View().on_board("echomind-mini").searching(name), results)
    assert [row.record.model.name for row in table.rows] == [name]
    page = parse(board_table(table))
    head = page.all("th", scope="row")[0]
    assert head.all("bdi")[0].text == name and head.all("bdi")[1].text == name
    assert head.all("button")[0].attributes["aria-label"] == f"Keep {name} on top"
    assert {element.tag for element in page.all()} <= PLAIN_TAGS
    nothing = parse(board_table(arrange(View().on_board("echomind-mini").searching(f"{name} zzz"), results)))
    assert nothing.all("td", class_="em-empty")[0].text == f"No model matches “{name} zzz”.Clear filters"


def test_a_note_about_a_link_is_text(parse):
    view, note = read_view("show=<img src=x onerror=alert(1)>&board=<b>", Present())
    page = parse(board_table(arrange(view, Results(RESULTS)), note=note))
    assert page.all("img") == [] and page.all("b") == []
    assert "<img src=x" in page.all("p", class_="em-notice em-link-note")[0].text


def test_a_rank_shows_the_places_it_may_be_and_says_so_in_words(parse):
    row = next(r for r in draw(parse, View()).all("tr") if r.attributes.get("data-row") == "kimi-audio")
    cell = row.children[0]
    assert cell.text == "5may be 5–6" and cell.all("small")[0].attributes["class"] == "em-approximate"
    assert cell.attributes["title"].startswith("4 of 14 are clearly better; somewhere from place 5 to 6")
    official = draw(parse, View(official=True)).all("tbody")[0].children[5]
    assert official.children[0].text == "6" and "own site counts" in official.children[0].attributes["title"]


def test_the_next_key_is_said_but_only_the_first_carries_aria_sort(parse):
    page = draw(parse, View().in_order("wer").then_by("name"))
    assert [
        th.attributes["aria-sort"] for th in page.all("th") if th.attributes.get("aria-sort", "none") != "none"
    ] == ["ascending"]
    (button,) = page.all("button", data_sort="name")
    assert button.text == "Model▲2, second key"


def test_chips_take_off_what_they_name(parse):
    view = View().with_filter("weights", "open").with_size(1, 7).searching("audio").then_by("name")
    chips = draw(parse, view).all("button", class_="em-chip")
    assert [(chip.attributes["data-act"], chip.attributes["data-value"]) for chip in chips] == [
        ("unsearch", ""),
        ("filter", "weights=open"),
        ("size", ".."),
        ("unsort", "understanding_reasoning"),
        ("unsort", "name"),
    ]
    assert all(chip.attributes["aria-label"].startswith("Take this") for chip in chips)


def test_panels_offer_what_there_is_with_counts(parse):
    page = draw(parse, View().with_filter("weights", "open"))
    boxes = {b.attributes["data-value"]: b for b in page.all("input", data_act="filter")}
    assert "checked" in boxes["weights=open"].attributes and "checked" not in boxes["weights=closed"].attributes
    assert boxes["weights=open"].parent.text == "open13"
    assert "prompt=best" not in boxes  # all rows are alike in it
    assert len(page.all("input", data_act="column")) == 16


def test_two_pins_lead_to_a_comparison(parse):
    one = View().with_pin("echox")
    assert draw(parse, one).all("a", class_="em-compare em-tool") == []
    (link,) = draw(parse, one.with_pin("kimi-audio")).all("a", class_="em-compare em-tool")
    assert link.attributes["href"] == "/models?board=echomind&compare=kimi-audio,echox"
    page = draw(parse, one.with_pin("kimi-audio"))
    assert [len(body.children) for body in page.all("tbody")] == [2, 12]


def test_a_window_says_what_it_leaves_out(parse):
    page = draw(parse, replace(View(), rows=5))
    assert len(page.all("tbody")[0].children) == 5
    assert page.all("caption")[0].text.endswith("the first 5 are shown")
    assert [b.text for b in page.all("p", class_="em-more")[0].all("button")] == ["Show 9 more", "Show all 14"]


def test_filters_to_nothing_are_friendly(parse):
    page = draw(parse, View().with_filter("weights", "closed").with_size(1, 2))
    assert page.all("td", class_="em-empty")[0].text == "No model passes these filters.Clear filters"
    assert page.all("td", class_="em-empty")[0].all("button")[0].attributes["data-act"] == "clear"


def test_the_address_of_the_view_stands_in_the_page(parse):
    page = draw(parse, View().in_order("wer"))
    assert page.all("div", class_="em-board")[0].attributes["data-query"] == "sort=wer&show=all"
