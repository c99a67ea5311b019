"""Two tabs, of one visitor or of two: what is chosen in one changes nothing in the other."""

from tests.ui.every_page import open_page

ROWS = "document.querySelectorAll('#em-board tbody tr').length"


def find(tab, words, rows):
    """Searches in a tab, which a browser draws only while it is in front."""
    tab.bring_to_front()
    tab.get_by_label("Find a model").fill(words)
    tab.wait_for_function(f"{ROWS} === {rows}")


def test_two_tabs_do_not_share_a_view(browser, served):
    one, two = browser.new_context(), browser.new_context()
    tabs = [open_page(context.new_page(), "Leaderboard", (served, "")) for context in (one, one, two)]
    before = [tab.evaluate(ROWS) for tab in tabs]
    assert len(set(before)) == 1 and before[0] > 2
    find(tabs[0], "kimi", 1)
    for tab in tabs[1:]:
        find(tab, "echox", 1)
        assert "EchoX" in tab.locator("#em-board tbody").inner_text()
    assert "Kimi-Audio" in tabs[0].locator("#em-board tbody").inner_text()
    find(tabs[0], "", before[0])
    assert [tab.evaluate(ROWS) for tab in tabs[1:]] == [1, 1]
    one.close()
    two.close()
