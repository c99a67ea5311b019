"""The Models page in a real browser: addresses, choosing, comparing, what can be taken along, and small screens."""

import json

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

from echomind.settings import ROOT
from tests.ui.every_page import at_width

LIST, ONE, FIGURE = "#em-model .em-models", "#em-model .em-facts", "#em-radar .main-svg"
# What the page asks for at first stays away until ``emLetGo`` is called: a busy machine.
LATE = """
const sent = window.fetch;
const go = new Promise((resolve) => { window.emLetGo = resolve; });
window.fetch = async (...asked) => {
  if (String(asked[1]?.body).includes('"trigger_id":0,')) await go;
  return sent(...asked);
};
"""
MINI = json.loads((ROOT / "results" / "echomind-mini" / "echomind.json").read_text(encoding="utf-8"))


def settled(page):
    page.wait_for_load_state("load")
    page.wait_for_function("document.fonts.status === 'loaded'")


def heading(page, words):
    page.locator("#em-model h2", has_text=words).first.wait_for()


def address(page, query):
    page.wait_for_function("(query) => location.search === query", arg=query)


def test_a_model_is_opened_from_the_list_and_the_address_follows(visit):
    page = visit("models", LIST)
    settled(page)
    page.get_by_role("link", name="Kimi-Audio").click()
    heading(page, "Kimi-Audio")
    address(page, "?model=echomind/kimi-audio")
    page.wait_for_selector(FIGURE)
    assert "16 of 16 metrics have a score" in page.locator("#em-model").inner_text()


def test_who_is_quicker_than_the_page_keeps_the_choice(visit):
    page = visit("models", LIST, before=LATE)
    settled(page)
    page.get_by_role("link", name="Kimi-Audio").click()
    page.wait_for_selector(FIGURE)
    with page.expect_response("**/queue/join*"):
        page.evaluate("emLetGo()")
    page.wait_for_timeout(1_000)  # its answer comes with no request of its own
    assert page.locator("#em-model h2", has_text="Kimi-Audio").first.is_visible() and page.is_visible(FIGURE)


def test_an_address_opens_its_model_and_keeps_what_is_not_its_own(visit):
    page = visit("models?model=echomind-mini/echomind&__theme=dark", ONE)
    heading(page, "EchoMind tiny")
    address(page, "?model=echomind-mini/echomind&__theme=dark")
    page.wait_for_selector("#em-parts .main-svg")
    assert page.locator("#em-parts .barlayer .point").count() == 18


@pytest.mark.parametrize("slug", ["gone", "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "..%2F..%2Fsettings"])
def test_a_stale_or_hostile_address_is_answered_with_a_line_and_the_list(visit, slug):
    page = visit(f"models?model=echomind/{slug}", "#em-model .em-notice")
    assert "has no row" in page.locator("#em-model .em-notice").inner_text()
    assert page.locator("#em-model img").count() == 0
    assert page.get_by_role("link", name="Kimi-Audio").is_visible()


def test_a_model_is_found_by_typing_part_of_its_name(visit):
    page = visit("models", LIST)
    settled(page)
    box = page.get_by_label("Model", exact=True)
    box.click()
    box.fill("omni-7b")
    page.get_by_role("option", name="Qwen2.5-Omni-7B").click()
    heading(page, "Qwen2.5-Omni-7B")
    assert page.locator("#em-model nav a").count() == 3
    page.locator("#em-model nav a").nth(1).click()
    page.wait_for_function("location.search === '?model=echomind-upper-bound/qwen2.5-omni-7b'")
    page.wait_for_function("document.querySelector('#em-model nav a[aria-current]').innerText.includes('cue given')")


def test_a_model_is_opened_by_keys_alone(visit):
    page = visit("models", LIST)
    settled(page)
    page.get_by_label("Model", exact=True).focus()
    page.keyboard.type("omni-7b")
    page.get_by_role("option", name="Qwen2.5-Omni-7B").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    heading(page, "Qwen2.5-Omni-7B")
    address(page, "?model=echomind/qwen2.5-omni-7b")


def test_models_are_compared_and_let_go_again(visit):
    page = visit("models?model=echomind-mini/echomind", ONE)
    settled(page)
    box = page.get_by_label("Compare with (up to 3)")
    box.click()
    page.get_by_role("option", name="Random answers (floor)").click()
    heading(page, "2 models of EchoMind-Mini")
    address(page, "?board=echomind-mini&compare=echomind,random")
    page.wait_for_selector("#em-differ .main-svg")
    assert "paired, 171 scripts" in page.locator("#em-scores").inner_text()
    page.get_by_role("link", name="Random answers (floor)").click()
    heading(page, "Random answers (floor)")
    page.wait_for_selector("#em-differ", state="hidden")


def test_what_is_taken_along_can_be_read_back(visit):
    page = visit("models?model=echomind/gpt-4o-audio", ONE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#em-along summary", has_text="YAML").click()
    page.locator("#em-along [data-copy=take-yaml]").click()
    page.locator("#em-along button", has_text="Copied").wait_for()
    entries = yaml.safe_load(page.evaluate("navigator.clipboard.readText()"))
    assert {entry["dataset"]["id"] for entry in entries} == {"hlt-cuhksz/EchoMind"} and len(entries) == 16
    page.locator("#em-along summary", has_text="JSON").click()
    with page.expect_download() as saved:
        page.locator("#em-along [data-download=take-json]").click()
    assert saved.value.suggested_filename == "echomind-gpt-4o-audio.json"
    record = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert record["model"]["name"] == "GPT-4o-Audio" and record["schema"] == 1


def test_the_whole_record_is_saved_as_it_is(visit):
    page = visit("models?model=echomind-mini/echomind", ONE)
    page.locator("#em-along summary", has_text="JSON").click()
    with page.expect_download() as saved:
        page.locator("#em-along [data-download=take-json]").click()
    assert json.loads(saved.value.path().read_text(encoding="utf-8")) == MINI


def test_only_frames_scroll_sideways_never_the_page(visit):
    page = visit("models?model=humdial/teleai", "#em-model section[data-query]")
    settled(page)
    for width in (1440, 390, 320):
        at_width(page, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["models?model=echomind-mini/echomind", "models?compare=kimi-audio,step-audio"])
def test_nothing_keeps_anybody_out(visit, path):
    page = visit(path, FIGURE)
    settled(page)
    page.emulate_media(reduced_motion="reduce")  # axe would else measure colours half way to the other scheme
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("(dark) => document.body.classList.contains('dark') === dark", arg=scheme == "dark")
        found = Axe().run(page).response
        assert len(found["passes"]) > 30
        assert [(fault["id"], [node["html"][:150] for node in fault["nodes"]]) for fault in found["violations"]] == []
