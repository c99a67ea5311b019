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
