"""Submitted names that a careless page would run, cut or turn round, as they are drawn by a real browser."""

import csv
import io
import json

import pytest

from echomind.settings import Settings
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.made_rows import HOSTILE, made_rows

TABLE, PLOT = "#em-board table", "#em-plot .main-svg"
LABELS = "[...document.querySelectorAll('#em-plot .annotation-text')].map((label) => label.textContent)"
LOOK = "(words) => document.querySelector('#em-board caption').innerText.includes(words)"


@pytest.fixture(scope="module")
def base(serve, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    made_rows(LocalStore(data / "submissions"), HOSTILE)
    return serve(Settings(data_dir=data, scoring_workers=0))


@pytest.fixture
def alerts():
    return []


@pytest.fixture
def open_board(visit, base, alerts):
    """A page on the board of EchoMind-Mini; what would open a dialog is noted."""

    def go(path, ready, **how):
        page = visit(
            path, ready, base=base, before="window.alert = (said) => (window.alerted ??= []).push(said)", **how
        )
        page.wait_for_load_state("load")
        page.get_by_label("Board", exact=True).click()
        page.get_by_role("option", name="EchoMind-Mini").click()
        return page

    return go


def nothing_ran(page):
    assert page.evaluate("window.alerted ?? []") == []
    assert page.locator("#em-board script, #em-plot script, #em-board b, #em-verdict b, #em-below b").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0


@pytest.mark.parametrize("width", [1440, 390])
def test_every_name_stands_in_the_table_as_itself(open_board, width):
    page = open_board("leaderboard", TABLE, width=width)
    page.wait_for_function(LOOK, arg="EchoMind-Mini")
    page.evaluate("document.querySelector('.em-scroll').scrollTop = 1e6")  # the rows after the first 20
    page.wait_for_function("document.querySelectorAll('#em-board tr[data-row]').length === 24")
    names = page.locator("#em-board tbody th bdi:first-child").evaluate_all(
        "(all) => all.filter((one) => !one.closest('small')).map((one) => one.textContent)"
    )
    assert set(HOSTILE) <= set(names)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    nothing_ran(page)
    assert page.title() == "Leaderboard · EchoMind"


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "$x^2$ and $$y$$", "%s %d %(name)s", r"C:\new\table\0 \\"]
)
def test_names_are_found_by_their_letters(open_board, name):
    page = open_board("leaderboard", TABLE)
    page.wait_for_function(LOOK, arg="EchoMind-Mini")
    page.get_by_label("Find a model").fill(name)
    page.wait_for_function(LOOK, arg="1 of 24")
    assert page.locator("#em-board tbody th bdi").first.text_content() == name
    page.get_by_label("Find a model").fill(f"{name} zzz")
    page.locator(".em-empty").wait_for()
    assert page.locator(".em-empty").text_content().startswith(f"No model matches “{name} zzz”.")
    nothing_ran(page)


def test_every_label_of_the_plot_is_the_name_or_its_beginning(open_board):
    page = open_board("correlations", PLOT)
    page.wait_for_function("document.querySelector('.em-sentence').innerText.includes('24 models')")
    page.wait_for_function(f"({LABELS}).includes('&amp; &lt;i&gt; &#36;')")
    labels = page.evaluate(LABELS)
    assert len(labels) > 12
    for label in labels:
        beginnings = [name for name in HOSTILE if name == label or name.startswith(label.removesuffix("…"))]
        assert beginnings or "floor" in label or label == "EchoMind tiny", label
    assert {"<b>bold</b><br>", "{{x}} {x} %{x}", "$x^2$ and $$y$$", "%s %d %(name)s"} <= set(labels)
    assert page.locator("#em-plot foreignObject, #em-plot mjx-container, #em-plot image").count() == 0
    page.get_by_text("The points as a table").click()
    points = page.locator("#em-below tbody th").all_text_contents()
    assert set(HOSTILE) <= set(points)
    nothing_ran(page)


def test_the_box_at_the_pointer_shows_the_whole_name(open_board):
    page = open_board("correlations", PLOT, width=390)
    page.wait_for_function("document.querySelector('.em-sentence').innerText.includes('24 models')")
    page.wait_for_function("document.querySelectorAll('#em-plot .scatterlayer .point').length === 24")
    shown = set()
    for index in range(24):
        point = page.locator("#em-plot .scatterlayer .point").nth(index)
        point.scroll_into_view_if_needed()
        box = point.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        lines = page.wait_for_function(
            """(known) => {
              const box = document.querySelector('#em-plot .hoverlayer .hovertext');
              const lines = box && [...box.querySelectorAll('.nums .line, .nums')].map((line) => line.textContent);
              return lines?.length && lines;
            }"""
        ).json_value()
        shown.add(lines[0] if len(lines) == 1 else "".join(lines[1:]))
        page.mouse.move(2, 2)
        page.wait_for_function("!document.querySelector('#em-plot .hoverlayer .hovertext')")
    for name in HOSTILE:
        assert any(text.startswith(name) for text in shown), (name, sorted(shown))


def test_files_carry_the_names_and_run_nothing(open_board):
    page = open_board("leaderboard", TABLE)
    page.wait_for_function(LOOK, arg="EchoMind-Mini")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.startswith("echomind-mini-20")
    data = download.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert {f"'{name}" if name[0] in "=+-@" else name for name in HOSTILE} <= {row["model_name"] for row in rows}
    page.get_by_label("Find a model").fill("共情")
    page.wait_for_function(LOOK, arg="1 of 24")
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    (row,) = json.loads(download.value.path().read_bytes())["rows"]
    assert row["record"]["model"]["name"] == "共情语音模型"
