"""Every page as a visitor finds it, and when it is there: for tests that look at all of them."""

from pydantic import SecretStr

from echomind.settings import Settings
from tests.unit.ui.shown_submissions import Shelf

TOKEN = "open sesame"
PAGES = {  # name: (address, what is there once it can be read); "receipt" stands for that of a published submission
    "Talk": ("", ".em-example-button"),
    "Leaderboard": ("leaderboard", "#em-board table"),
    "Correlations": ("correlations", "#em-plot .main-svg"),
    "Models": ("models", "#em-model .em-models"),
    "One model": ("models?model=echomind-mini/echomind", "#em-radar .main-svg"),
    "Compared": ("models?board=echomind-mini&compare=echomind,random,majority", "#em-differ .main-svg"),
    "Submit": ("submit", "#submit-files"),
    "Submissions": ("submissions", "#sub-receipt"),
    "Receipt": ("submissions?receipt={receipt}", "#sub-scores table"),
    "Moderation": ("moderation", "#mod-note .sub-said"),
    "Moderation, open": ("moderation", "#mod-note .sub-said"),
    "About": ("about", ".em-article"),
}

# What can be read or heard on a page: texts and the attributes that are read out. Names of models stand in <bdi>, what
# was said and replied is marked as English, and the words along the timeline are those that were said.
TEXTS = """() => {
  const nobodys = "script, style, bdi, code, pre, .em-language, [lang=en]:not(html), #talk-timeline .textpoint";
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(nobodys);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    if (textContent.trim() && seen(parentElement)) found.push(textContent.trim());
  }
  for (const name of ["title", "aria-label", "placeholder"]) {
    document.querySelectorAll(`[${name}]`).forEach((e) => { if (seen(e)) found.push(e.getAttribute(name)); });
  }
  return [...new Set(found)];
}"""

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


def served_pages(run_app):
    """Starts the app with a submission in every place, and returns its address and the receipt that is published."""
    kept = {}

    def prepare(data):
        shelf = kept["shelf"] = Shelf(data)
        shelf.add("published", "Warm listener 7B", hub_id="ada/slm", org="Ada & Söhne", params_b=7.0)
        shelf.claim("published")
        shelf.score("published")
        shelf.add("failed", "Model that failed")
        shelf.claim("failed")
        shelf.event("failed", "failed", reason="understanding.json, line 3: found “E”, expected one of A to D")

    running = run_app(Settings(scoring_workers=0, admin_token=SecretStr(TOKEN)), prepare)
    return running.url, kept["shelf"].ids["published"]


def open_page(tab, name, served):
    """Opens the page of this name in ``tab`` and waits until it can be read."""
    base, receipt = served
    address, ready = PAGES[name]
    tab.goto(base + address.format(receipt=receipt), wait_until="domcontentloaded")
    tab.wait_for_selector(ready)
    if name == "Moderation, open":
        tab.fill("#mod-key input", TOKEN)
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#mod-table table")
        tab.locator("#mod-table button[data-pick]").first.click()
        tab.wait_for_selector("#mod-head h2")
    tab.wait_for_load_state("load")
    tab.wait_for_function("document.fonts.status === 'loaded'")
    tab.wait_for_selector("nav .em-skip", state="attached")
    return tab


def at_width(tab, width, height=900):
    """Gives the page another width, and returns once it is laid out anew."""
    tab.set_viewport_size({"width": width, "height": height})
    tab.wait_for_function("(width) => window.innerWidth === width", arg=width)
    tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
