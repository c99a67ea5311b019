"""The Leaderboard, Correlations and About pages in a real browser."""

import json

import pytest

from echomind.settings import ROOT, Settings

TABLE, PLOT, ARTICLE = "#em-board table", "#em-plot .main-svg", ".em-article"
ROWS = "document.querySelectorAll('#em-board tbody tr').length"

# Labels of the plot that stand out of it or lap over another.
HARD_TO_READ = """() => {
  const box = (e) => e.getBoundingClientRect();
  const frame = box(document.querySelector("#em-plot .main-svg"));
  const labels = [...document.querySelectorAll("#em-plot .annotation-text")];
  return labels.filter((label, i) => {
    const a = box(label);
    const laps = labels.slice(0, i).map(box).some((b) =>
      a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1);
    return laps || a.left < frame.left - 1 || a.right > frame.right + 1;
  }).map((label) => label.textContent);
}"""


def settled(page):
    """The page and its fonts have arrived."""
    page.wait_for_load_state("load")
    page.wait_for_function("document.fonts.status === 'loaded'")


def names(page):
    return [text.splitlines()[0] for text in page.locator("#em-board tbody th").all_inner_texts()]


def sorted_by(page, key, state):
    page.wait_for_selector(f'th[aria-sort="{state}"] button[data-sort="{key}"]')


def test_the_first_screen_shows_the_whole_board(visit):
    page = visit("leaderboard", TABLE)
    settled(page)
    last = page.locator("#em-board tbody tr").last.bounding_box()
    assert last["y"] + last["height"] <= 900
    assert names(page)[0] == "GPT-4o-Audio" and len(names(page)) == 14


def test_a_column_is_sorted_from_the_keyboard_and_keeps_focus_and_place(visit):
    page = visit("leaderboard", TABLE, width=1000)
    settled(page)
    page.evaluate("document.querySelector('.em-scroll').scrollLeft = 120")
    page.locator("button[data-sort=wer]").focus()
    page.keyboard.press("Enter")
    sorted_by(page, "wer", "ascending")
    assert names(page)[0] == "Audio-Flamingo3"
    assert page.evaluate("document.activeElement.dataset.sort") == "wer"
    page.keyboard.press("Enter")
    sorted_by(page, "wer", "descending")
    assert names(page)[:2] == ["EchoX", "GPT-4o-Audio"]
    assert set(names(page)[-5:]) == {
        "Audio-Flamingo3+Think",
        "Audio-Flamingo3-chat",
        "GLM-4-voice",
        "OpenS2S",
        "Step-Audio",
    }
    assert page.evaluate("document.querySelector('.em-scroll').scrollLeft") == 120


def test_a_definition_opens_and_closes_from_the_keyboard(visit):
    page = visit("leaderboard", TABLE)
    settled(page)
    page.locator("button[popovertarget=about-wer]").focus()
    page.keyboard.press("Enter")
    page.locator("#about-wer").wait_for(state="visible")
    assert "lower is better" in page.locator("#about-wer").inner_text().lower()
    page.keyboard.press("Escape")
    page.locator("#about-wer").wait_for(state="hidden")


def test_search_is_literal_and_says_when_nothing_is_found(visit):
    page = visit("leaderboard", TABLE)
    settled(page)
    box = page.get_by_label("Find a model")
    box.fill("open nvidia")
    page.wait_for_function(f"{ROWS} === 3")
    box.fill(".*(")
    page.locator(".em-empty").wait_for()
    assert page.locator(".em-empty").inner_text().startswith("No model matches “.*(”.")
    box.fill("")
    page.wait_for_function(f"{ROWS} === 14")


def test_boards_and_languages_never_mix(visit):
    page = visit("leaderboard", TABLE)
    settled(page)
    page.get_by_label("Board", exact=True).click()
    page.get_by_role("option", name="HumDial").click()
    page.wait_for_function("document.querySelector('#em-board caption').innerText.includes('Chinese')")
    assert page.evaluate(ROWS) == 8
    assert page.locator("button[data-sort$=_en]").count() == 0
    page.get_by_label("English").click()
    page.wait_for_function("document.querySelector('#em-board caption').innerText.includes('English')")
    assert page.locator("button[data-sort$=_zh]").count() == 0
    assert page.locator("button[data-sort$=_en]").count() == 12


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_labels_of_the_plot_can_be_read(visit, width, scheme):
    page = visit("correlations", PLOT, width=width, scheme=scheme)
    settled(page)
    page.wait_for_function("document.querySelectorAll('#em-plot .annotation-text').length === 14")
    page.wait_for_function(f"({HARD_TO_READ})().length === 0")  # on a phone it is drawn twice
    assert page.evaluate("document.querySelector('#em-plot .main-svg').clientWidth < 400") == (width < 760)
    ink = page.evaluate("getComputedStyle(document.querySelector('#em-plot .annotation-text')).fill")
    assert ink == page.evaluate("getComputedStyle(document.body).color")


def test_choosing_axes_changes_plot_sentence_and_list(visit):
    page = visit("correlations", PLOT)
    settled(page)
    assert "one cannot say" in page.locator(".em-sentence").inner_text()
    page.get_by_label("Upward (y)").click()
    page.get_by_role("option", name="Vocal empathy").click()
    page.wait_for_function("document.querySelector('.em-sentence').innerText.includes('VES')")
    page.wait_for_function("document.querySelectorAll('#em-plot .annotation-text').length === 10")
    page.get_by_text("4 left out for lack of a score").click()
    assert page.get_by_text("no VES: this model does not speak").first.is_visible()


def test_hostile_names_run_nothing(visit, serve, tmp_path):
    record = json.loads((ROOT / "results" / "echomind" / "gpt-4o-audio.json").read_text())
    evil = "<img src=x onerror=alert(1)>${alert(2)}{{value}}"
    for index in range(5):
        record["model"]["name"] = f"{evil}{index}"
        record["scores"]["understanding_acc"] = 10.0 + index
        (tmp_path / "echomind").mkdir(exist_ok=True)
        (tmp_path / "echomind" / f"e{index}.json").write_text(json.dumps(record))
    base = serve(Settings(results_dir=tmp_path))
    page = visit("leaderboard", TABLE, base=base)
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    assert names(page)[0] == f"{evil}4"
    page.get_by_label("Find a model").fill("<script>alert(3)</script>")
    page.locator(".em-empty").wait_for()
    page = visit("correlations", PLOT, base=base)
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.wait_for_function("document.querySelectorAll('#em-plot .annotation-text').length > 0")
    label = page.locator("#em-plot .annotation-text").first.text_content()
    assert label.endswith("…") and evil.startswith(label[:-1]) and len(label) > 40  # the table has all of it
    assert evil in page.locator("#em-below").text_content()
    assert page.locator("img[src=x]").count() == 0
    assert alerts == []
