"""The whole of the leaderboard below its title, as one piece of HTML: tools, table, and what there is to know."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from echomind.leaderboard.arrange import Table
from echomind.leaderboard.changes import Change
from echomind.leaderboard.query import write_view
from echomind.ui.markup import h
from echomind.ui.table import MISSING, table_frame
from echomind.ui.table_notes import below_table
from echomind.ui.table_tools import table_tools


def board_table(
    table: Table, changes: Sequence[Change] | None = None, note: str = "", address: str = "", opening: bool = False
) -> Markup:
    """The board. ``note`` says what of a link could not be shown; ``address`` is where links to this page begin.

    ``opening``: as it stands in the page before anybody's view is known; what is clicked then waits.

    The parts are always the same ones, in the same places: the browser makes old parts like new ones, and keeps what
    the visitor opened.
    """
    return h(
        "div",
        h(
            "div",
            h("p", note, role="status", class_="em-notice em-link-note") if note else None,
            h("p", MISSING, role="status", class_="em-notice") if table.submissions_missing else None,
        ),
        table_tools(table),
        table_frame(table),
        below_table(table, changes),
        data_query=write_view(table.view),
        data_address=address,
        data_opening=opening,
        class_="em-board",
    )
