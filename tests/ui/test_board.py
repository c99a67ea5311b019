"""The leaderboard in a real browser: filters, keys, columns, pins, links, and five hundred models like fourteen."""

import json
import os
import random

import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.metrics import METRICS
from echomind.settings import ROOT, Settings

TABLE = "#em-board table"
CAPTION = "(words) => document.querySelector('#em-board caption').innerText.includes(words)"
CAPTIONS = "#em-board .em-table caption"
ADDRESS = "(words) => decodeURIComponent(location.search) === words"
LONG_AGO = 1_700_000_000


def caption(page, words):
    page.wait_for_function(CAPTION, arg=words)


def slugs(page):
    return page.locator("#em-board tr[data-row]").evaluate_all("(rows) => rows.map((row) => row.dataset.row)")


@pytest.fixture
def board(visit):
    def go(query="", **how):
        page = visit(f"leaderboard{query}", TABLE, **how)
        page.wait_for_load_state("load")
        return page

    return go


def test_filters_become_chips_that_take_them_off_again(board):
    page = board()
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("dialog", name="Filters").get_by_text("closed").click()
    caption(page, "1 of 14 models")
    assert slugs(page) == ["gpt-4o-audio"]
    page.get_by_role("dialog", name="Filters").get_by_text("open", exact=True).click()
    caption(page, "· 14 models")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Take this filter off: Weights: closed").click()
    caption(page, "13 of 14 models")
    page.get_by_role("button", name="Filters (1)").wait_for()
    page.get_by_role("button", name="Take this filter off: Weights: open").press("Enter")
    caption(page, "· 14 models")
    assert page.locator(".em-chip").count() == 0


def test_quick_clicks_are_all_taken_in_their_order(board):
    page = board()
    page.evaluate(
        """() => {
          const click = (selector) => document.querySelector(`#em-board ${selector}`).click();
          click('[data-value="weights=open"]'); click('[data-value="speech=no"]'); click('[data-act=heat]');
          click('[data-sort=wer]'); click('[data-sort=wer]');
        }"""
    )
    page.wait_for_function(ADDRESS, arg="?sort=-wer&weights=open&speech=no&heat=1")
    caption(page, "4 of 14 models · by WER, worst first")
    assert page.locator("#em-board td[class*=em-shade]").count() > 0


def test_nothing_found_offers_the_way_back(board):
    page = board()
    page.get_by_label("Find a model").fill("([.*🙂模型")
    page.locator(".em-empty").wait_for()
    assert "No model matches “([.*🙂模型”." in page.locator(".em-empty").inner_text()
    page.locator(".em-empty").get_by_role("button", name="Clear filters").click()
    caption(page, "· 14 models")
    page.wait_for_function("document.querySelector('.em-board-controls input[placeholder], textarea').value === ''")


def test_sizes_are_a_range_with_open_ends(board):
    page = board()
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("from", exact=True).fill("8")
    page.get_by_label("from", exact=True).press("Tab")
    page.wait_for_function(ADDRESS, arg="?size=8..")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Take this filter off: Size: 8B and larger").wait_for()
    assert 0 < len(slugs(page)) < 14


def test_a_second_key_from_the_keyboard_and_from_the_list(board):
    page = board()
    page.locator("button[data-sort=ves]").focus()
    page.keyboard.press("Enter")
    caption(page, "by VES")
    page.locator("button[data-sort=name]").focus()
    page.keyboard.press("Shift+Enter")
    caption(page, "by VES, then Model")
    assert page.locator("th[aria-sort=descending]").count() == 1
    assert page.locator("th[aria-sort]:not([aria-sort=none])").count() == 1
    assert "second key" in page.locator("button[data-sort=name]").text_content()
    page.get_by_label("Further sort key").select_option("date")
    caption(page, "by VES, then Model, then Date")
    page.get_by_role("button", name="Take this sort key off: 2. Model").click()
    caption(page, "by VES, then Date")


def test_pinned_rows_stay_on_top_and_lead_to_a_comparison(board):
    page = board()
    for name in ("Kimi-Audio", "EchoX"):
        page.get_by_role("button", name=f"Keep {name} on top").click()
        page.locator(f".em-pinned tr:has-text('{name}')").wait_for()
    assert slugs(page)[:3] == ["kimi-audio", "echox", "gpt-4o-audio"]
    assert page.get_by_role("button", name="Keep EchoX on top").get_attribute("aria-pressed") == "true"
    page.get_by_label("Find a model").fill("gpt")
    caption(page, "1 of 14 models")
    assert slugs(page) == ["kimi-audio", "echox", "gpt-4o-audio"]
    assert page.get_by_role("link", name="Compare these 2").get_attribute("href") == (
        "/models?board=echomind&compare=kimi-audio,echox"
    )
    for name in ("OpenS2S", "Step-Audio"):
        page.get_by_label("Find a model").fill(name)
        caption(page, "1 of 14 models")
        page.get_by_role("button", name=f"Keep {name} on top").click()
        page.locator(f".em-pinned tr:has-text('{name}')").wait_for()
    page.get_by_label("Find a model").fill("gpt")
    caption(page, "1 of 14 models")
    assert page.get_by_role("button", name="Keep GPT-4o-Audio on top").is_disabled()


def test_columns_by_preset_and_one_by_one(board):
    page = board()
    assert page.locator("thead button[data-sort=bleu]").count() == 0
    page.get_by_label("Columns", exact=True).select_option("words")
    page.locator("thead button[data-sort=bleu]").wait_for()
    assert page.locator("thead tr:nth-child(2) th").count() == 8
    page.get_by_role("button", name="Choose columns").click()
    page.get_by_role("dialog", name="Choose columns").get_by_text("BLEU").click()
    page.locator("thead button[data-sort=bleu]").wait_for(state="detached")
    page.get_by_role("dialog", name="Choose columns").get_by_text("NISQA").click()
    page.locator("thead button[data-sort=nisqa]").wait_for()
    assert page.get_by_role("dialog", name="Choose columns").is_visible()
    assert "columns=" in page.url


def test_a_link_shows_the_same_to_another_visitor(board):
    page = board()
    page.locator("button[data-sort=wer]").click()
    caption(page, "by WER")
    page.get_by_role("button", name="Keep EchoX on top").click()
    page.locator(".em-pinned").wait_for()
    page.get_by_label("Find a model").fill("audio")
    caption(page, "of 14 models")
    page.get_by_role("button", name="What changed when").click()
    page.get_by_text("The newest 14 changes").wait_for()
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("window.copied")
    assert link == page.url and "sort=wer&q=audio&pins=echox&tab=changes" in link
    other = board("?" + link.partition("?")[2])
    other.get_by_text("The newest 14 changes").wait_for()
    assert slugs(other) == slugs(page)
    assert other.get_by_label("Find a model").input_value() == "audio"
    assert other.locator(CAPTIONS).inner_text() == page.locator(CAPTIONS).inner_text()
    assert other.url == page.url


def test_who_comes_by_a_link_never_sees_the_first_view(board):
    seen = """
      window.seen = new Set();
      new MutationObserver(() => {
        const caption = document.querySelector('#em-board caption');
        if (caption && getComputedStyle(caption).visibility === 'visible') window.seen.add(caption.innerText);
      }).observe(document, {childList: true, subtree: true, characterData: true, attributes: true});
    """
    page = board("?board=echomind-mini", before=seen)
    caption(page, "EchoMind-Mini")
    page.wait_for_function("!document.documentElement.classList.contains('em-arriving')")
    page.locator(CAPTIONS).wait_for(state="visible")
    assert {words.partition(" · ")[0] for words in page.evaluate("[...window.seen]")} <= {"EchoMind-Mini"}
    assert page.get_by_label("Board", exact=True).input_value() == "EchoMind-Mini"


def test_what_a_link_names_in_vain_is_said_and_left_out(board):
    page = board("?licence=<script>alert(1)</script>&sort=wer&nope=1&__theme=light")
    page.locator(".em-link-note").wait_for()
    note = page.locator(".em-link-note").inner_text()
    assert "“licence=<script>alert(1)</script>” does not exist any more" in note and "“nope=1”" in note
    caption(page, "14 models · by WER")
    page.wait_for_function("location.search === '?sort=wer&__theme=light'")


def test_official_places_and_places_that_say_how_sure_they_are(board):
    page = board()
    row = page.locator("tr[data-row='qwen2.5-omni-7b'] td").first
    assert row.inner_text().split() == ["2", "2–4"] or "2–4" in row.inner_text()
    assert "clearly better; somewhere from place 2 to 4" in row.get_attribute("title")
    page.get_by_label("Official places").check()
    page.wait_for_function(ADDRESS, arg="?official=1")
    assert row.inner_text().strip() == "4"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ticked_boxes_look_ticked(board, scheme):
    page = board("?heat=1", scheme=scheme)
    page.locator("input[data-act=heat][checked]").wait_for()
    ground = "(box) => getComputedStyle(box).backgroundColor"
    ticked, empty = (page.locator(f"input[data-act={act}]").evaluate(ground) for act in ("heat", "official"))
    assert ticked == page.evaluate("getComputedStyle(document.querySelector('.em-table')).color") != empty
    assert "svg" in page.locator("input[data-act=heat]").evaluate("(box) => getComputedStyle(box).backgroundImage")


def test_the_first_view_is_whole_on_a_screen_of_1440_pixels(board):
    page = board()
    assert page.locator("#em-board .em-scroll").evaluate("(frame) => frame.scrollWidth - frame.clientWidth") == 0
    last = page.locator("#em-board tbody tr").last.bounding_box()
    assert last["y"] + last["height"] <= 900


def test_on_a_phone_everything_is_there_and_nothing_overflows(board):
    page = board("?weights=open", width=390, height=844)
    caption(page, "13 of 14 models")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Filters (1)").click()
    panel = page.get_by_role("dialog", name="Filters").bounding_box()
    assert panel["x"] >= 0 and panel["x"] + panel["width"] <= 391
    page.get_by_role("button", name="Close").first.click()
    page.get_by_role("dialog", name="Filters").wait_for(state="hidden")


@pytest.fixture(scope="module")
def many(serve, tmp_path_factory):
    """An app with five hundred made models on the board of EchoMind."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "echomind").mkdir()
    record = json.loads((ROOT / "results" / "echomind" / "kimi-audio.json").read_text())
    chance = random.Random(1)
    for index in range(500):
        record["model"] |= {"name": f"Model {index:03}", "org": f"Org {index % 7}"}
        record["intervals"] = {}
        record["scores"] = {
            metric: round(chance.uniform(METRICS[metric].low or 0, METRICS[metric].high or 100), 2)
            for metric in BOARDS["echomind"].metrics
            if chance.random() < 0.9
        }
        record["n"] = {metric: 491 for metric in ("understanding_acc", "reasoning_acc") if metric in record["scores"]}
        path = folder / "echomind" / f"m{index:03}.json"
        path.write_text(json.dumps(record))
        os.utime(path, (LONG_AGO, LONG_AGO))
    return serve(Settings(results_dir=folder))


def test_five_hundred_models_come_a_window_at_a_time(board, many):
    page = board(base=many)
    caption(page, "500 models")
    caption(page, "the first 20 are shown")
    assert len(slugs(page)) == 20
    page.get_by_label("Find a model").fill("451 model")
    page.wait_for_function("document.querySelectorAll('#em-board tr[data-row]').length === 1")  # after "4", "45", ...
    caption(page, "1 of 500 models")
    assert slugs(page) == ["m451"]
    page.get_by_label("Find a model").fill("")
    caption(page, "the first 20 are shown")
    first = slugs(page)
    page.evaluate("document.querySelector('.em-scroll').scrollTop = 1e6")
    caption(page, "the first 140 are shown")
    assert slugs(page)[: len(first)] == first and len(slugs(page)) == 140
    page.get_by_role("button", name="Show all 500").click()
    page.wait_for_function("document.querySelectorAll('#em-board tr[data-row]').length === 500")
    assert page.locator(".em-more").count() == 0
    assert "are shown" not in page.locator(CAPTIONS).inner_text()
