import csv
import datetime
import io
import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.exports import Export, about_view, export, to_csv, written
from echomind.leaderboard.flat_rows import columns
from echomind.leaderboard.parquet import ABOUT
from echomind.leaderboard.records import ModelInfo, Protocol, Provenance
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View
from echomind.settings import ROOT
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.made_rows import HOSTILE, made_rows

DAY = datetime.date(2026, 11, 20)
BOARD = "echomind-mini"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    store = LocalStore(tmp_path_factory.mktemp("data") / "submissions")
    made_rows(store, HOSTILE)
    return Results(ROOT / "results", store)


def read(table):
    return pq.read_table(io.BytesIO(export(table, DAY, "parquet", "https://x.example/leaderboard")))


@pytest.mark.parametrize("board", BOARDS)
def test_rows_columns_and_values_are_those_of_the_csv(results, board):
    table = arrange(View().on_board(board), results)
    found = read(table)
    lines = list(csv.DictReader(io.StringIO(to_csv(table).removeprefix("\ufeff"), newline="")))
    assert found.column_names == list(lines[0])
    assert [{name: written(cell) for name, cell in row.items()} for row in found.to_pylist()] == lines


def test_types_are_kept_and_what_is_missing_is_null(results):
    table = arrange(View().on_board(BOARD), results)
    found = read(table)
    for metric in table.metrics:
        assert found.schema.field(metric.id).type == found.schema.field(f"{metric.id}_low").type == pa.float64()
        assert found.schema.field(f"{metric.id}_n").type == pa.int64()
        scores = [row.record.scores.get(metric.id) for row in table.rows]
        assert found.column(metric.id).to_pylist() == scores
        assert found.column(metric.id).null_count == scores.count(None)
    assert found.column("dnsmos").null_count > 0
    assert found.schema.field("provenance_date").type == pa.date32()
    assert found.schema.field("provenance_verified").type == pa.bool_()
    assert found.schema.field("rank").type == pa.int64()


def test_a_column_without_a_value_and_a_view_without_rows_have_the_same_types(results):
    whole = arrange(View().on_board(BOARD), results)
    nothing = arrange(View().on_board(BOARD).searching("there is none"), results)
    assert not nothing.rows and read(nothing).num_rows == 0
    assert read(nothing).schema.equals(read(whole).schema)  # metadata apart
    assert pa.concat_tables([read(nothing).replace_schema_metadata(), read(whole).replace_schema_metadata()]).num_rows


def test_text_is_text(results):
    """No reader of Parquet runs a cell, so names are not changed as they are in CSV."""
    names = set(read(arrange(View().on_board(BOARD), results)).column("model_name").to_pylist())
    assert set(HOSTILE) <= names


def test_the_file_says_what_it_is(results):
    view = View().on_board(BOARD).in_order("wer").searching("aria")
    table = arrange(view, results)
    found = json.loads(read(table).schema.metadata[ABOUT])
    assert found == json.loads(about_view(table, DAY, "https://x.example/leaderboard"))
    assert found["view"] == "https://x.example/leaderboard?board=echomind-mini&sort=wer&q=aria&show=all"
    assert found["protocol"]["scorer"] == "echomind-1.0" and found["data_as_of"] == table.newest.isoformat()
    assert Export.model_validate_json(json.dumps(found | {"rows": []})).search == "aria"


def test_every_field_of_a_record_has_a_column_of_its_type(results):
    kinds = columns(arrange(View().on_board(BOARD), results))
    python = {"text": str, "number": float, "yes_no": bool, "day": datetime.date}
    for name, model in (("model", ModelInfo), ("protocol", Protocol), ("provenance", Provenance)):
        for field, info in model.model_fields.items():
            kind = python[kinds[f"{name}_{field}"]]
            others = set(python.values()) - {kind, str}
            assert not any(other.__name__ in str(info.annotation) for other in others), field


def test_only_an_export_loads_what_writes_parquet():
    code = "import sys, echomind.leaderboard.exports; sys.exit('pyarrow.parquet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
