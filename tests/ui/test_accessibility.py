"""Every page for everybody: axe-core in both schemes; on any screen; the keyboard alone; less motion."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.ui.every_page import CUT, LINES, LINKS, PAGES, TEXTS, at_width, open_page, served_pages
from tests.unit.ui.chinese import CHINESE

# Of what axe finds in order it names one element a rule: naming them all takes longer than looking.
SHORT = {"resultTypes": ["violations"]}
ALL = {**SHORT, "rules": {"target-size": {"enabled": True}}}  # 24 px; axe leaves it off by default
COLOURS = {
    **SHORT,
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}  # the scheme changes no other
SHAPES = {**SHORT, "rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}}}
WIDTHS = (2560, 1440, 768, 390, 320)
TABS = 250  # more than any page has
TITLES = {
    "One model": "Models · EchoMind",
    "Compared": "Models · EchoMind",
    "Receipt": "Warm listener 7B · submission · EchoMind",
    "Moderation, open": "Model that failed · submission · EchoMind",
}
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.tagName[1]))"""
# What somebody could do with a pointer: seen, not disabled, and not said to be out of the order of Tab.
CONTROLS = """() => {
  const marks = 'a[href], button, input, select, textarea, summary, [role=button], [tabindex="0"]';
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const found = [...document.querySelectorAll(marks)].filter((e) =>
    seen(e) && !e.disabled && e.tabIndex >= 0 && e.type !== "file" && !e.closest("[inert]"));
  found.forEach((e, i) => { e.dataset.walked = i; });
  return found.map((e) => ({
    words: `${e.tagName} ${(e.getAttribute("aria-label") || e.innerText || e.name || e.value || "").slice(0, 40)}`,
    group: e.type === "radio" ? e.name : "",
  }));
}"""
# Where Tab has led to: which control, whether a ring is seen around it or its box, and whether it lies on the screen.
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  let ringed = false;
  for (let e = at, up = 0; e && up < 5; e = e.parentElement, up += 1) {
    const { outlineStyle, outlineWidth } = getComputedStyle(e);
    ringed ||= outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  }
  const box = at.getBoundingClientRect();
  return {
    control: at.dataset.walked ? Number(at.dataset.walked) : null,
    words: `${at.tagName} ${(at.getAttribute("aria-label") || at.innerText || "").slice(0, 40)}`,
    ringed,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.fixture(scope="module")
def served_all(run_app):
    return served_pages(run_app)


@pytest.fixture(scope="module")
def seen(browser, served_all):
    """Each page opened once for all tests of this file, as a visitor of its own.

    Of one visitor a browser opens six connections, and every page of gradio keeps one: the seventh tab would wait.
    """
    tabs = {}

    def go(name, scheme="light", width=1440):
        if name not in tabs:
            # Less motion: axe would else measure colours half way from one scheme to the other.
            tabs[name] = browser.new_context(
                viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
            ).new_page()
            open_page(tabs[name], name, served_all)
        tabs[name].emulate_media(color_scheme=scheme)
        at_width(tabs[name], width)
        return tabs[name]

    yield go
    for tab in tabs.values():
        tab.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_that_keeps_anybody_out(seen, name):
    for scheme, width, rules in (("dark", 1440, COLOURS), ("light", 1440, ALL), ("light", 390, SHAPES)):
        tab = seen(name, scheme, width)
        assert tab.locator("body.dark").count() == (scheme == "dark")
        found = Axe().run(tab, options=rules).response
        assert len(found["passes"]) > (20 if scheme == "light" else 0)
        grave = [fault for fault in found["violations"] if fault["impact"] in ("serious", "critical")]
        named = [(fault["id"], [node["html"][:150] for node in fault["nodes"]]) for fault in grave]
        assert named == [], (scheme, width)


@pytest.mark.parametrize("name", PAGES)
def test_the_tab_has_a_name_and_the_page_a_language_landmarks_and_headings_in_order(seen, name):
    tab = seen(name)
    title = TITLES.get(name, f"{name} · EchoMind")
    tab.wait_for_function("(title) => document.title === title", arg=title)
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert tab.locator("main").count() == 1 and tab.locator("footer").count() == 1
    pages = tab.get_by_role("navigation", name="Pages")
    assert pages.count() == 1
    current = pages.locator("[aria-current=page]").all_inner_texts()
    assert current == ([] if PAGES[name][0].split("?")[0] in ("submissions", "moderation") else [title_of_link(name)])
    levels = tab.evaluate(HEADINGS)
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels


def title_of_link(name):
    return "Models" if name in ("One model", "Compared") else name


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_english_never_scrolls_sideways_and_cuts_no_text(seen, name):
    tab = seen(name)
    words = tab.evaluate(TEXTS)
    assert len(words) > 8
    assert [text for text in words if CHINESE.search(text)] == []
    for width in WIDTHS:
        at_width(tab, width)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, width
        assert tab.evaluate(CUT) == [], width


@pytest.mark.parametrize(("width", "lines"), [(1440, 1), (768, 1), (390, 1), (375, 1), (320, 2)])
def test_the_links_to_all_pages_are_on_the_screen_and_large_enough(seen, width, lines):
    tab = seen("Leaderboard", width=width)
    assert tab.evaluate(LINES) == lines
    links = tab.evaluate(LINKS)
    assert len(links) == 7  # six pages and the other language
    assert all(
        left >= 0 and right <= width and height >= (44 if width < 560 else 24) for left, right, height in links
    ), links


@pytest.mark.parametrize("name", PAGES)
def test_tab_leads_to_every_control_in_reading_order_with_a_ring(seen, name):
    tab = seen(name)
    controls = tab.evaluate(CONTROLS)
    assert len(controls) >= 8
    tab.focus(".em-skip")
    walked, unringed, unseen = [0], [], []
    for _ in range(TABS):
        tab.keyboard.press("Tab")
        at = tab.evaluate(FOCUS)
        if at is None or at["control"] == 0:  # past the last one
            break
        if at["control"] is not None:
            walked.append(at["control"])
        unringed += [] if at["ringed"] else [at["words"]]
        unseen += [] if at["seen"] else [at["words"]]
    else:
        pytest.fail("Tab never left the page")
    reached = {controls[index]["group"] for index in walked} - {""}
    missed = [c["words"] for i, c in enumerate(controls) if i not in walked and c["group"] not in reached]
    assert missed == []
    assert unringed == [] and unseen == []
    assert walked == sorted(walked)  # as they stand in the document


def test_a_visitor_can_skip_the_links_to_all_pages(seen):
    tab = seen("About")
    tab.evaluate("scrollTo(0, 900)")
    tab.focus(".em-skip")
    assert tab.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement === document.querySelector('main')")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert tab.url.endswith("/about")


def test_what_a_key_opens_escape_closes_and_the_focus_is_back_where_it_was(seen):
    tab = seen("Leaderboard")
    for opener, opened, holds in (  # and how many controls are inside that Tab leads to
        (".em-tools [popovertarget=board-filters]", "#board-filters", 2),
        (".em-tools [popovertarget=board-columns]", "#board-columns", 2),
        (".em-table th .em-explain", ".em-popover:popover-open", 0),
    ):
        button = tab.locator(opener).first
        button.focus()
        tab.keyboard.press("Enter")
        tab.wait_for_selector(f"{opened} >> visible=true")
        for _ in range(holds):
            tab.keyboard.press("Tab")
            assert tab.evaluate("(opened) => document.activeElement.closest(opened) !== null", opened)
        tab.keyboard.press("Escape")
        tab.wait_for_selector(":popover-open", state="detached")
        assert button.evaluate("(button) => button === document.activeElement"), opener


def test_an_open_list_lets_go_of_the_focus(seen):
    tab = seen("Models")
    box = tab.get_by_label("Model", exact=True)
    box.focus()
    tab.wait_for_selector("ul[role=listbox]")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.tagName") == "A"
    tab.keyboard.press("Shift+Tab")
    assert box.evaluate("(input) => input === document.activeElement")


def test_reduced_motion_is_respected_everywhere(browser, served_all):
    moving = """() => [...document.querySelectorAll("*")].filter((e) => {
      const { transitionDuration, animationDuration, animationName } = getComputedStyle(e);
      const longest = (times) => Math.max(...times.split(",").map(parseFloat));
      return longest(transitionDuration) > 0.01 || (animationName !== "none" && longest(animationDuration) > 0.01);
    }).length"""
    counts = {}
    for wish in ("no-preference", "reduce"):
        context = browser.new_context(reduced_motion=wish)
        tab = open_page(context.new_page(), "Submit", served_all)
        counts[wish] = tab.evaluate(moving)
        context.close()
    assert counts["no-preference"] > 0 and counts["reduce"] == 0


def test_with_forced_colours_buttons_keep_an_edge_and_the_current_page_a_mark(browser, served_all):
    context = browser.new_context(forced_colors="active")
    tab = open_page(context.new_page(), "Talk", served_all)
    edges = tab.locator("main button:visible").evaluate_all(
        "(buttons) => buttons.map((b) => getComputedStyle(b).borderTopWidth + getComputedStyle(b).borderTopStyle)"
    )
    assert len(edges) > 5 and set(edges) == {"1pxsolid"}
    assert tab.locator("nav a.active").evaluate("(a) => getComputedStyle(a).outlineStyle") == "solid"
    context.close()


@pytest.mark.parametrize(("system", "asked"), [("light", "dark"), ("dark", "light")])
def test_the_first_paint_is_in_the_scheme_of_the_address_and_links_keep_it(browser, served_all, system, asked):
    context = browser.new_context(color_scheme=system, java_script_enabled=False)
    tab = context.new_page()
    paper = {}
    for scheme in (system, asked):
        tab.goto(f"{served_all[0]}about?__theme={scheme}")
        paper[scheme] = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.goto(f"{served_all[0]}about")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == paper[system] != paper[asked]
    context.close()
    context = browser.new_context(color_scheme=system)
    tab = context.new_page()
    tab.goto(f"{served_all[0]}about?__theme={asked}")
    tab.wait_for_selector("nav .em-skip", state="attached")
    tab.get_by_role("link", name="Submit", exact=True).click()
    tab.wait_for_selector("#submit-files")
    assert f"__theme={asked}" in tab.url
    assert tab.locator("body").evaluate("(body) => body.classList.contains('dark')") == (asked == "dark")
    context.close()
