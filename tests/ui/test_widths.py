"""Every page from the smallest phone to the widest screen: only marked frames scroll sideways, and no text is cut."""

import pytest

from tests.ui.every_page import PAGES, at_width, open_page, served_pages

WIDTHS = (2560, 1440, 768, 390, 320)
# Elements with words of their own that stand out of the page, or whose box cuts them. Frames may scroll, and what is
# hidden from the eye on purpose, or ends in "…", is not cut.
CUT = """() => {
  const FRAMES = ".em-scroll, .em-data, .em-sideways, .em-presets, .em-tools, div.em-told, .sub-frame, pre, "
    + "textarea, svg, .em-hidden";
  const frame = (e) => e.closest(FRAMES);
  const words = (e) => (e.type === "text" ? e.value : e.textContent).trim().slice(0, 50);
  const own = (e) => e.type === "text" || [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const found = [];
  for (const e of document.querySelectorAll("main *, nav :not(.em-skip), footer *")) {
    if (!own(e) || frame(e) || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.width <= 2 || box.height <= 2) continue;
    const out = box.left < -1 || box.right > innerWidth + 1;
    const cuts = style.overflowX !== "visible" && style.textOverflow !== "ellipsis";
    if (out || (cuts && e.scrollWidth > e.clientWidth + 1)) found.push(`${e.tagName} ${words(e)}`);
  }
  return found;
}"""
LINES = """() => [...new Set([...document.querySelectorAll("nav[aria-label=Pages] a:not(.em-skip)")]
  .map((a) => Math.round(a.getBoundingClientRect().top)))].length"""
LINKS = """() => [...document.querySelectorAll("nav[aria-label=Pages] a:not(.em-skip)")]
  .map((a) => a.getBoundingClientRect()).map((box) => [box.left, box.right, box.height])"""


@pytest.fixture(scope="module")
def served_all(run_app):
    return served_pages(run_app)


@pytest.fixture(scope="module")
def tab(browser):
    context = browser.new_context(viewport={"width": 2560, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_never_scrolls_sideways_and_cuts_no_text(tab, served_all, name):
    at_width(tab, WIDTHS[0])
    open_page(tab, name, served_all)
    for width in WIDTHS:
        at_width(tab, width)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, width
        assert tab.evaluate(CUT) == [], width


@pytest.mark.parametrize(("width", "lines"), [(1440, 1), (768, 1), (390, 1), (375, 1), (320, 2)])
def test_the_links_to_all_pages_are_on_the_screen_and_large_enough(tab, served_all, width, lines):
    at_width(tab, width)
    open_page(tab, "Leaderboard", served_all)
    assert tab.evaluate(LINES) == lines
    links = tab.evaluate(LINKS)
    assert len(links) == 7  # six pages and the other language
    assert all(
        left >= 0 and right <= width and height >= (44 if width < 560 else 24) for left, right, height in links
    ), links
