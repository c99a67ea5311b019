"""Of which rows of a board the scores of single scripts are known: records in ``results/`` and scored submissions."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from echomind.errors import EchoMindError, ResultsError
from echomind.leaderboard.records import SLUG, Record
from echomind.leaderboard.scripts_data import ScriptItems, from_rows, items_path, read_items
from echomind.scoring.item_metric import ItemRow
from echomind.scoring.report import ScoreReport
from echomind.submissions.layout import from_json
from echomind.submissions.service import report_name
from echomind.submissions.store import Store, Submission

log = logging.getLogger(__name__)
_KEPT = 64  # models; some 100 kB each
_ROW = TypeAdapter(ItemRow)


def items_of(store: Store, submission: Submission) -> ScriptItems:
    """The sums by script of a scored submission, from the item rows kept beside the report that its row shows.

    Raises ``ResultsError`` where there are none or they cannot be read, ``StoreError`` as ``Store.read`` does.
    """
    receipt, report = submission.receipt, report_name(submission)
    events = (event for event in reversed(submission.events) if event.kind == "scored" and event.data["file"] == report)
    name = next((event.data.get("items", "") for event in events), "")
    if not name:
        raise ResultsError(f"{receipt.id}: found no scores of single items, expected them beside a report")
    where = f"{receipt.id}/{name}"
    scored = from_json(ScoreReport, store.read(receipt.id, report), f"{receipt.id}/{report}")
    rows = [_row(line, f"{where}, line {i}") for i, line in enumerate(store.read(receipt.id, name).splitlines(), 1)]
    try:
        return from_rows(
            rows, board=receipt.form.board, model=receipt.form.model, scorer=scored.scorer, set_digest=scored.set_digest
        )
    except ValidationError as error:
        raise ResultsError(f"{where}: found items that make no sums: {error.errors()[0]['msg']}") from None


def _row(line: bytes, where: str) -> ItemRow:
    try:
        return _ROW.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "row"
        raise ResultsError(f"{where}: {field}: {first['msg']}") from None


class KnownItems:
    """Sums by script of the rows of all boards, read when asked for and kept. Safe between threads.

    ``results_dir`` is a folder, or what says which one it is at this moment.
    """

    def __init__(self, results_dir: Path | Callable[[], Path], store: Store | None = None) -> None:
        self._results_dir, self.store = results_dir, store
        self._kept: OrderedDict[Hashable, ScriptItems | None] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def results_dir(self) -> Path:
        """The folder at this moment."""
        return self._results_dir if isinstance(self._results_dir, Path) else self._results_dir()

    def of(self, board: str, slug: str, record: Record) -> ScriptItems | None:
        """The sums of one row, ``None`` where they are not known: a published mean, or a file that is not there.

        What cannot be read counts as not known, and the log says why: a page that compares two models goes on without.
        """
        receipt = record.provenance.receipt
        if receipt is not None:
            return self._submitted(receipt, record)
        if not SLUG.fullmatch(slug):
            return None
        results_dir = self.results_dir
        path = items_path(results_dir, board, slug)
        try:
            stat = path.stat()
        except OSError:
            return None
        return self._once((results_dir, board, slug, stat.st_mtime_ns, stat.st_size), lambda: read_items(path))

    def _submitted(self, receipt: str, record: Record) -> ScriptItems | None:
        store = self.store
        if store is None:
            return None
        # what was scored never changes; another scorer makes another row
        return self._once((receipt, record.protocol.scorer), lambda: items_of(store, store.get(receipt)))

    def _once(self, key: Hashable, read: Callable[[], ScriptItems]) -> ScriptItems | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = None
        try:
            found = read()
        except ResultsError as error:  # the same bytes will say the same again
            log.error("scores of single scripts are missing: %s", error)
        except EchoMindError as error:
            log.error("scores of single scripts are missing for now: %s", error)
            return None
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
