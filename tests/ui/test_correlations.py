"""The Correlations page in a real browser: keys, known pairs, the matrix, pictures, files, links and small screens."""

import csv
import io
import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.ui.every_page import at_width

PLOT = "#em-plot .main-svg"
SAID = "(words) => document.querySelector('.em-sentence')?.innerText.includes(words)"
BOXES = "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
WORDS = ("gtitle", "xtitle", "ytitle", "legendtext", "annotation-text")
# The plot fills its place, which follows the window.
DRAWN = """() => {
  const drawn = document.querySelector("#em-plot .main-svg"), place = drawn.closest(".js-plotly-plot");
  return Math.abs(drawn.getBoundingClientRect().width - place.getBoundingClientRect().width) < 1;
}"""
LABELS = "document.querySelectorAll('#em-plot .annotation-text').length"


def settled(page):
    page.wait_for_load_state("load")
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_function(f"{LABELS} > 0")


def address(page, part):
    page.wait_for_function("(part) => location.search.includes(part)", arg=part)


def test_axes_are_changed_by_keyboard_and_the_address_follows(visit):
    page = visit("correlations", PLOT, forgive=("Connection errored out",))  # on leaving it
    settled(page)
    box = page.get_by_label("Upward (y)")
    box.focus()
    box.fill("vocal emp")
    page.get_by_role("option", name="Vocal empathy (VES)").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function(SAID, arg="VES")
    address(page, "x=understanding_acc&y=ves")
    assert "n = 10 models" in page.locator("#em-plot .gtitle").text_content()
    page.reload(wait_until="domcontentloaded")
    page.wait_for_function(SAID, arg="VES")


def test_known_pairs_are_one_press_away_and_say_what_they_show(visit):
    page = visit("correlations", PLOT)
    settled(page)
    page.get_by_role("button", name="Understanding → Reasoning").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(SAID, arg="Reasoning accuracy")
    assert "understanding with reasoning (0.71, 14) goes together" in page.locator(".em-finding").inner_text()
    page.wait_for_selector("#em-presets button[aria-pressed=true]:has-text('Understanding → Reasoning')")
    page.get_by_role("button", name="Judge or people (English)").click()
    page.wait_for_function(SAID, arg="T3 D2, people")
    address(page, "board=humdial&x=t3_d1_en&y=t3_d2_human_en&language=en")
    assert "SenseDialog 4.91" in page.locator(".em-finding").inner_text()
    assert page.get_by_label("English").is_checked()


def test_an_address_opens_its_pair_and_keeps_what_is_not_its_own(visit):
    page = visit("correlations?preset=empathy-zh&__theme=dark", PLOT)
    page.wait_for_function(SAID, arg="T3 D1")
    address(page, "board=humdial&x=t3_d1_zh&y=t3_d2_human_zh&language=zh&__theme=dark")
    assert page.locator("#em-verdict .em-notice").count() == 0


@pytest.mark.parametrize("query", ["board=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&preset=gone", "x=ves&y=ves"])
def test_hostile_and_stale_addresses_are_answered_with_a_line_and_a_plot(visit, query):
    page = visit(f"correlations?{query}", "#em-verdict .em-notice")
    assert "was left out" in page.locator("#em-verdict .em-notice").inner_text()
    assert page.locator("#em-verdict img").count() == 0
    page.wait_for_selector(PLOT)


def test_the_matrix_is_walked_by_keys_and_opens_a_pair(visit):
    page = visit("correlations", PLOT)
    settled(page)
    assert page.locator(".em-matrix").count() == 0  # made when it is opened
    page.get_by_role("button", name="All pairs of this board").click()
    page.locator(".em-matrix").wait_for()
    cells = page.locator(".em-matrix button")
    assert cells.count() == 120
    assert page.locator(".em-matrix button[tabindex='0']").count() == 1
    page.locator(".em-matrix button[tabindex='0']").focus()
    assert page.evaluate("document.activeElement.dataset.pair") == "understanding_acc,c_speech_rel"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.pair") == "reasoning_acc,c_colloq_deg"
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.dataset.pair") == "wer,c_colloq_deg"
    page.keyboard.press("Enter")
    page.wait_for_function(SAID, arg="WER")
    address(page, "x=wer&y=c_colloq_deg")
    assert page.evaluate("document.activeElement.className").startswith("em-verdict")
    page.wait_for_selector(".em-matrix button[aria-current][data-pair='wer,c_colloq_deg']")
    page.get_by_label("Board", exact=True).click()
    page.get_by_role("option", name="HumDial, track 1").click()
    page.wait_for_function("document.querySelector('.em-matrix caption').innerText.includes('HumDial')")


def test_the_plot_is_saved_as_a_picture(visit):
    page = visit("correlations", PLOT)
    settled(page)
    data = {}
    for kind in ("png", "svg"):
        with page.expect_download() as download:
            page.locator(f"#em-take button[data-picture={kind}]").click()
        assert download.value.suggested_filename == f"echomind-understanding_acc-c_speech_rel.{kind}"
        data[kind] = download.value.path().read_bytes()
        assert len(data[kind]) > 10_000
    assert data["png"].startswith(b"\x89PNG")
    text = data["svg"].decode()
    assert "<svg" in text and "Kimi-Audio" in text and "n = 14 models" in text


def test_points_are_saved_and_the_link_is_copied(visit):
    page = visit("correlations?y=ves", PLOT)
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Points as CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"), newline="")))
    assert len(rows) == 14 and sum(bool(row["left_out_because"]) for row in rows) == 4
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("document.querySelector('.em-said').textContent === 'Link copied'")
    page.context.grant_permissions(["clipboard-read"])
    assert page.evaluate("navigator.clipboard.readText()").endswith(
        "/correlations?board=echomind&x=understanding_acc&y=ves"
    )


def test_inside_one_model_a_plot_of_scripts_and_its_table(visit):
    page = visit("correlations?board=echomind-mini", PLOT)
    settled(page)
    page.get_by_role("button", name="Within one model").click()
    page.wait_for_selector("#em-within-plot .main-svg")
    page.wait_for_function("document.querySelector('#em-within-words').innerText.includes('Random answers (floor)')")
    page.get_by_label("Link", exact=True).click()
    page.get_by_role("option", name="Understanding accuracy → Reasoning accuracy").click()
    page.wait_for_function("document.querySelector('#em-within-words').innerText.includes('over 120 scripts')")
    page.get_by_label("Model", exact=True).click()
    page.get_by_role("option", name="EchoMind tiny").click()
    page.get_by_text("The plot as a table").click()
    page.wait_for_function("document.querySelector('#em-within-plot .gtitle').textContent.includes('EchoMind tiny')")
    with page.expect_download() as download:
        page.locator("#em-within-take button[data-picture=svg]").click()
    assert download.value.suggested_filename.startswith("echomind-mini-within-echomind-")
    assert download.value.path().stat().st_size > 3_000
    page.get_by_label("Board", exact=True).click()
    page.get_by_role("option", name="HumDial, track 1").click()
    page.locator("#em-within").wait_for(state="hidden")


def test_the_first_screen_holds_the_plot_and_its_sentence(visit):
    page = visit("correlations", PLOT)
    settled(page)
    for selector in (PLOT, ".em-sentence", "#em-verdict table", "#em-take"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] <= 900, selector


@pytest.mark.parametrize("widths", [(390, 320), (2560, 1440, 1024, 768)])
def test_nothing_is_cut_or_laps_over_at_any_width(visit, widths):
    page = visit("correlations?board=humdial&language=zh", PLOT, width=widths[0])
    settled(page)
    page.get_by_role("button", name="All pairs of this board").click()
    page.locator(".em-matrix").wait_for()
    for width in widths:
        at_width(page, width)
        page.wait_for_function(DRAWN)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        frame = page.locator(PLOT).first.bounding_box()
        for box in page.locator(", ".join(f"#em-plot .{part}" for part in WORDS)).evaluate_all(BOXES):
            assert box["left"] >= frame["x"] - 1 and box["right"] <= frame["x"] + frame["width"] + 1
            assert box["top"] >= frame["y"] - 1 and box["bottom"] <= frame["y"] + frame["height"] + 1
        title = page.locator("#em-plot .xtitle").bounding_box()
        ticks = page.locator("#em-plot .xtick text").first.bounding_box()
        legend = page.locator("#em-plot .legend").bounding_box()
        assert ticks["y"] + ticks["height"] <= title["y"] + 1 and title["y"] + title["height"] <= legend["y"] + 1


def test_labels_are_laid_out_anew_where_the_window_becomes_narrow(visit):
    page = visit("correlations", PLOT)
    settled(page)
    size = "parseFloat(document.querySelector('#em-plot .annotation-text').style.fontSize)"
    wide = page.evaluate(size)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"(wide) => {size} < wide", arg=wide)
    boxes = page.locator("#em-plot .annotation-text").evaluate_all(BOXES)
    assert len(boxes) > 8
    for one, other in itertools.combinations(boxes, 2):
        apart = one["right"] <= other["left"] + 1 or other["right"] <= one["left"] + 1
        assert apart or one["bottom"] <= other["top"] + 2 or other["bottom"] <= one["top"] + 2
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_function(f"(wide) => {size} === wide", arg=wide)


def test_axe_finds_nothing_serious(visit):
    page = visit("correlations?preset=figure2-understanding-acc-ves", PLOT)
    settled(page)
    page.get_by_role("button", name="All pairs of this board").click()
    page.locator(".em-matrix").wait_for()
    page.get_by_text("Without each model in turn").click()
    page.get_by_text("The points as a table").click()
    page.emulate_media(reduced_motion="reduce")  # axe would else measure colours half way to the other scheme
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("(dark) => document.body.classList.contains('dark') === dark", arg=scheme == "dark")
        found = Axe().run(page).response["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        assert serious == [], [(v["id"], [node["html"][:160] for node in v["nodes"]][:4]) for v in serious]
