"""From what a hand does to what an eye sees, measured inside a real Chromium: milliseconds.

A click or a key begins at the time that the browser gives the event. It ends at the second frame after the page's
elements have become what is waited for: by then they have been laid out and painted. Playwright's own way to and from
the browser is not in it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PATIENCE_MS = 30_000

# ``arm`` waits for an event and then until the texts of all ``places`` differ from what they are now. ``opened`` is the
# time from the beginning of the navigation until ``there`` first gives true. Both at the second frame after that.
_CLOCK = """
(() => {
  if (window.top !== window) return;
  const told = (place) => {
    const found = document.querySelector(place);
    return found ? found.textContent + (found.getAttribute('aria-rowcount') ?? '') : null;
  };
  const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now())));
  window.taken = window.opened = null;
  window.arm = (type, places) => {
    const before = places.map(told);
    let began = null, done = false;
    window.taken = null;
    const look = () => {
      if (began === null || done || !places.every((place, i) => ![null, before[i]].includes(told(place)))) return;
      done = true;
      watch.disconnect();
      painted((now) => { window.taken = now - began; });
    };
    const watch = new MutationObserver(look);
    watch.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
    addEventListener(type, (event) => { began ??= event.timeStamp; }, {capture: true, once: true});
  };
  const there = () => { const found = window.first && document.querySelector(window.first);
    return found && found.getClientRects().length && getComputedStyle(found).visibility === 'visible'; };
  const first = new MutationObserver(() => {
    if (!there()) return;
    first.disconnect();
    painted((now) => { window.opened = now; });
  });
  first.observe(document, {subtree: true, childList: true, attributes: true});
})();
"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium. ``RuntimeError`` where there is none."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("found no chromium; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def clock(first: str) -> str:
    """The script that a page needs before anything else; ``first``: the element that makes it useful."""
    return f"window.first = {first!r};\n{_CLOCK}"


def opened(browser: Browser, url: str, first: str) -> tuple[Page, float]:
    """A page as a new visitor opens it, and the milliseconds until its ``first`` element was painted."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(clock(first))
    page.goto(url, wait_until="domcontentloaded")
    return page, waited(page, "opened")


def waited(page: Page, name: str) -> float:
    """The milliseconds that a clock of the page has taken, once it has."""
    return float(page.wait_for_function(f"() => window.{name}", polling=20).json_value())


def timed(page: Page, kind: str, places: list[str], do: Any) -> float:
    """Milliseconds from the next event of this ``kind``, which ``do`` causes, until all ``places`` are painted anew."""
    page.evaluate("([kind, places]) => window.arm(kind, places)", [kind, places])
    do()
    return waited(page, "taken")
