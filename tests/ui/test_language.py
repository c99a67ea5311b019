"""Every page in Chinese and in English: whole, by the browser's wish or the visitor's choice, and nobody else's."""

import pytest

from tests.ui.every_page import PAGES, open_page, served_pages
from tests.unit.ui.chinese import CHINESE, foreign

TRANSLATED = [name for name in PAGES if name != "Talk"]
# What can be read or heard on a page: texts and the attributes that are read out. Names of models stand in <bdi>.
TEXTS = """() => {
  const seen = (e) => e.checkVisibility() && !e.closest("script, style, bdi, code, pre, .em-language");
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


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_page_is_chinese_from_top_to_bottom(visitor, served_all, name):
    tab = open_page(visitor("zh-CN"), name, served_all)
    assert tab.evaluate("document.documentElement.lang") == "zh-CN"
    tab.wait_for_function("document.title !== 'EchoMind'")
    found = tab.evaluate(TEXTS)
    assert sum(bool(CHINESE.search(text)) for text in found) > 8
    assert [text for text in found if foreign(text)] == []


def test_the_page_that_is_english_alone_says_so_to_who_reads_chinese(visitor, served_all):
    tab = open_page(visitor("zh-CN"), "Talk", served_all)
    assert CHINESE.search(tab.locator("#em-only-english").inner_text())
    assert open_page(visitor("en-GB"), "Talk", served_all).locator("#em-only-english").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_english_from_top_to_bottom(visitor, served_all, name):
    tab = open_page(visitor("en-GB"), name, served_all)
    assert tab.evaluate("document.documentElement.lang") == "en"
    found = tab.evaluate(TEXTS)
    assert len(found) > 8
    assert [text for text in found if CHINESE.search(text)] == []


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
