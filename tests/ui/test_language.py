"""Every page in Chinese and in English: whole, by the browser's wish or the visitor's choice, and nobody else's."""

import re

import pytest

from echomind.slm.configuration import THINKING_EMOTIONS
from tests.ui.every_page import PAGES, TEXTS, open_page, served_pages
from tests.unit.ui.chinese import CHINESE, foreign

# All that screen readers are told from now on.
TOLD = """() => {
  window.told = [];
  new MutationObserver(() => {
    document.querySelectorAll("[role=status].sr-only").forEach((e) => {
      if (e.textContent.trim() && told.at(-1) !== e.textContent.trim()) told.push(e.textContent.trim());
    });
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def served_all(run_app):
    return served_pages(run_app)


@pytest.fixture
def visitor(browser):
    """Opens the browser of a visitor with languages of their own."""
    contexts = []

    def come(locale):
        contexts.append(browser.new_context(locale=locale, viewport={"width": 1440, "height": 900}))
        tab = contexts[-1].new_page()
        tab.set_default_timeout(120_000)
        return tab

    yield come
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def chinese_tab(browser):
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_chinese_from_top_to_bottom(chinese_tab, served_all, name):
    tab = open_page(chinese_tab, name, served_all)
    assert tab.evaluate("document.documentElement.lang") == "zh-CN"
    tab.wait_for_function("document.title !== 'EchoMind'")
    tab.wait_for_function("!document.body.innerText.includes('queue: ')")  # gradio's own, while a page's events wait,
    # and once more for a moment where another event begins
    found = [text for text in tab.evaluate(TEXTS) if not text.startswith("queue: ")]
    assert sum(bool(CHINESE.search(text)) for text in found) > 8
    assert [text for text in found if foreign(text)] == []


FELT = tuple(THINKING_EMOTIONS)  # the model's own words, over the turns in their figure


def talked(tab, served_all):
    """The Talk page with all its parts opened and used: two turns, three deliveries, two models; what it says then."""
    tab = open_page(tab, "Talk", served_all)
    tab.click("#talk-other > button")
    for place, button in enumerate(tab.locator(".em-example-button").all()[:2], 1):
        button.click()
        tab.wait_for_selector(".em-unheard, #talk-status .em-error")
        tab.wait_for_selector(".em-busy", state="detached")
        tab.wait_for_function("(n) => document.querySelectorAll('.em-earlier li').length === n - 1", arg=place)
    tab.wait_for_selector("#talk-turns .js-plotly-plot")
    tab.click("#talk-timeline-words summary")
    tab.click(".em-earlier summary")
    tab.click("#contrast-go")
    tab.wait_for_selector(".em-verdict-line")
    found = set(tab.evaluate(TEXTS))
    tab.locator("#talk-contrast button[role=tab]").nth(1).click()
    tab.click("#contrast-go-mine")
    tab.wait_for_selector("#talk-contrast-mine-status p")
    tab.click("#side-go")
    tab.wait_for_function("document.querySelectorAll('#side-replies .em-contrast-card .em-fine').length === 4")
    tab.click(".em-ask >> nth=0")
    tab.wait_for_selector("#talk-reply .em-fine")
    return [text for text in found | set(tab.evaluate(TEXTS)) if text not in FELT]


def test_all_that_can_be_opened_on_the_talk_page_is_chinese(visitor, served_all):
    found = talked(visitor("zh-CN"), served_all)
    assert sum(bool(CHINESE.search(text)) for text in found) > 120
    assert [text for text in found if foreign(text)] == []


def test_a_hands_free_turn_speaks_the_language_of_the_page(visitor, served_all):
    tab = visitor("zh-CN")
    tab.context.grant_permissions(["microphone"])
    open_page(tab, "Talk", served_all)
    tab.click("[data-speak]")
    tab.wait_for_function("/^正在听/.test(document.querySelector('[data-speak]').textContent)")
    tab.wait_for_selector("[data-voice]:not([hidden]) li")
    lines = tab.locator("[data-voice]").inner_text().split("\n")
    assert [text for text in lines if foreign(text)] == []
    tab.wait_for_selector("#talk-times .em-times")
    assert tab.locator("[data-speak]").inner_text() == "说话"
    told = tab.locator("#talk-times, #talk-felt").all_inner_texts()
    assert all(CHINESE.search(text) for text in told)


def test_the_page_that_is_english_alone_says_so_to_who_reads_chinese(visitor, served_all):
    tab = open_page(visitor("zh-CN"), "Talk", served_all)
    assert CHINESE.search(tab.locator("#em-only-english").inner_text())
    assert open_page(visitor("en-GB"), "Talk", served_all).locator("#em-only-english").count() == 0


@pytest.mark.parametrize(("locale", "done"), [("zh-CN", "完成"), ("fr-FR", "Done")])
def test_screen_readers_are_told_in_words_that_a_turn_is_done(visitor, served_all, locale, done):
    tab = open_page(visitor(locale), "Talk", served_all)
    tab.click("#talk-other > button")
    tab.evaluate(TOLD)
    tab.locator(".em-example-button").first.click()
    tab.wait_for_selector(".em-unheard")
    tab.wait_for_function(f"told.some((text) => text.includes({done!r}))")
    assert [text for text in tab.evaluate("told") if re.search(r"[a-z]\.[a-z]", text)] == []


def sort_by_wer(tab):
    tab.locator("#em-board button[data-sort=wer]").click()
    tab.wait_for_function("document.querySelector('th[aria-sort=ascending] [data-sort=wer]') !== null")


def test_two_visitors_at_once_keep_their_languages(visitor, served_all):
    tabs = {locale: open_page(visitor(locale), "Leaderboard", served_all) for locale in ("zh-CN", "en-GB")}
    for _ in range(2):
        for tab in tabs.values():
            tab.bring_to_front()
            sort_by_wer(tab)
            tab.locator("#em-board button[data-sort=name]").click()
            tab.wait_for_function("document.querySelector('th[aria-sort=ascending] [data-sort=name]') !== null")
    assert [text for text in tabs["zh-CN"].evaluate(TEXTS) if foreign(text)] == []
    assert [text for text in tabs["en-GB"].evaluate(TEXTS) if CHINESE.search(text)] == []


def test_the_choice_of_a_language_keeps_the_view_and_is_remembered(visitor, served_all):
    base, _ = served_all
    tab = open_page(visitor("en-GB"), "Leaderboard", served_all)
    sort_by_wer(tab)
    tab.wait_for_function("location.search.includes('sort=wer')")
    switch = tab.locator("nav .em-language")
    assert switch.get_attribute("lang") == "zh-CN" and switch.inner_text() == "中文"
    switch.click()
    tab.wait_for_selector("html[lang=zh-CN] th[aria-sort=ascending] [data-sort=wer]")
    assert "__lang=zh" in tab.url and "sort=wer" in tab.url
    assert tab.evaluate("navigator.language") == "zh-CN"
    assert [text for text in tab.evaluate(TEXTS) if foreign(text)] == []
    tab.get_by_role("link", name="关于", exact=True).click()
    tab.wait_for_selector("html[lang=zh-CN] .em-article")
    assert "__lang=zh" in tab.url
    tab.goto(f"{base}about")
    tab.wait_for_selector(
        "html[lang=zh-CN] .em-article"
    )  # an address that names none, in a browser that asks for English
    tab.locator("nav .em-language").click()
    tab.wait_for_selector("html[lang=en] .em-article")
    tab.goto(f"{base}about")
    tab.wait_for_selector("html[lang=en] .em-article")
    assert "__lang" not in tab.url


def test_names_from_outside_are_names_in_any_language(visitor, served_all):
    base, _ = served_all
    tab = visitor("zh-CN")
    tab.goto(f"{base}models?model=echomind/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    line = tab.locator("#em-model .em-notice")
    line.wait_for()
    assert "<img src=x onerror=alert(1)>" in line.inner_text() and CHINESE.search(line.inner_text())
    assert tab.locator("#em-model img").count() == 0
