import csv
import datetime
import io
import json
from dataclasses import replace

import jsonschema
import pandas as pd
import pyarrow.parquet as pq
import pytest

from echomind.cli import main
from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.exports import Export, defused, export, file_name, json_schema, to_csv, to_json
from echomind.leaderboard.query import Present, read_view, write_view
from echomind.leaderboard.records import Record, parse_record
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import OPENING, View
from echomind.settings import ROOT, get_settings
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.made_rows import HOSTILE, PLAIN, made_rows

DAY = datetime.date(2026, 11, 20)
BOARD = "echomind-mini"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = LocalStore(tmp_path_factory.mktemp("data") / "submissions")
    made_rows(store, HOSTILE)
    made_rows(store, PLAIN[:2], first=100, prompt="zero", org="=org", licence="@licence")
    return store


@pytest.fixture(scope="module")
def table(store):
    return arrange(View().on_board(BOARD), Results(ROOT / "results", store))


def cells(text):
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_csv_read_back_has_the_same_numbers(table):
    frame = pd.read_csv(io.BytesIO(to_csv(table).encode()), encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    assert len(frame) == len(table.rows) == 26
    for row, (_, read) in zip(table.rows, frame.iterrows(), strict=True):
        for metric in (m.id for m in table.metrics):
            low, high = row.record.intervals.get(metric, (None, None))
            for column, value in (
                (metric, row.record.scores.get(metric)),
                (f"{metric}_low", low),
                (f"{metric}_high", high),
                (f"{metric}_n", row.record.n.get(metric)),
            ):
                assert pd.isna(read[column]) if value is None else read[column] == value
        assert pd.isna(read["rank"]) if row.rank is None else read["rank"] == row.rank


def test_negative_numbers_stay_numbers(record):
    record |= {"board": "echomind-upper-bound", "scores": {"ves": 3.0, "delta_ves": -0.25}, "intervals": {}, "n": {}}
    table = arrange(View().on_board("echomind-upper-bound"), Results(ROOT / "results"))
    row = replace(table.rows[0], record=parse_record(json.dumps(record).encode()))
    (read,) = cells(to_csv(replace(table, rows=(row,))))
    assert read["delta_ves"] == "-0.25"


def test_every_column_there_is_has_its_name(table):
    (first, *_) = cells(to_csv(table))
    for column in (
        *("rank", "slug", "model_name", "model_org", "model_hub_id", "model_params_b", "model_licence", "model_url"),
        *("protocol_prompt", "protocol_voice", "protocol_judge_text", "protocol_scorer", "unranked_because"),
        *("provenance_kind", "provenance_date", "provenance_verified", "provenance_receipt", "board", "citation"),
        "licence",
    ):
        assert column in first


def test_text_that_a_spreadsheet_would_run_is_defused_and_the_rest_is_as_it_was(table):
    for row, read in zip(table.rows, cells(to_csv(table)), strict=True):
        name = row.record.model.name
        assert read["model_name"] == (f"'{name}" if name[0] in "=+-@" else name)
        for column, cell in read.items():
            if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
                float(cell)  # only numbers may begin like this
            assert column[:1] not in "=+-@"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_begins_a_formula_gets_an_apostrophe(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "'x", " =1", "−1", "模型"])
def test_other_text_stays(text):
    assert defused(text) == text


def test_what_is_missing_is_empty_in_csv_and_absent_in_json(table):
    read = cells(to_csv(table))[0]
    assert read["dnsmos"] == read["dnsmos_low"] == read["dnsmos_n"] == ""
    text = to_json(table, DAY)
    assert "null" not in text
    assert "dnsmos" not in json.loads(text)["rows"][0]["record"]["scores"]


def test_json_follows_the_published_schema(table):
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    found = json.loads(to_json(table, DAY))
    jsonschema.Draft202012Validator(schema).validate(found)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(found | {"rows": [{"slug": "x", "record": {}}]})


def test_json_read_back_holds_the_records(table):
    text = to_json(table, DAY)
    made = Export.model_validate_json(text)
    assert [row.record for row in made.rows] == [row.record for row in table.rows]
    assert (made.board, made.date, made.total, made.submissions_missing) == (BOARD, DAY, 26, False)
    assert made.order.metrics == ("understanding_acc", "reasoning_acc")
    for row in json.loads(text)["rows"]:
        assert isinstance(parse_record(json.dumps(row["record"]).encode()), Record)


def test_the_file_is_the_view(store):
    view = View().on_board(BOARD).in_order("wer").searching("aria")
    table = arrange(view, Results(ROOT / "results", store))
    found = json.loads(to_json(table, DAY))
    assert (found["search"], found["order"]["id"], found["total"], len(found["rows"])) == ("aria", "wer", 26, 1)
    (row,) = found["rows"]
    assert row["unranked_because"] == "no system prompt" and "rank" not in row
    assert cells(to_csv(table))[0]["unranked_because"] == "no system prompt"


def test_a_view_without_rows_is_a_file_without_rows(store):
    table = arrange(View().on_board(BOARD).searching("there is none"), Results(ROOT / "results", store))
    assert cells(export(table, DAY, "csv").decode()) == []
    assert json.loads(export(table, DAY, "json"))["rows"] == []


def test_a_file_says_which_view_it_is_and_how_new(store):
    view = View().on_board(BOARD).in_order("wer").searching("aria & b")
    table = arrange(view, Results(ROOT / "results", store))
    found = json.loads(to_json(table, DAY))
    assert found["view"] == f"/leaderboard?{write_view(view)}"
    assert read_view(found["view"].partition("?")[2], Present()) == (view, "")
    assert found["data_as_of"] == max(r.provenance.date for r in table_records(store)).isoformat()
    served = json.loads(to_json(table, DAY, "https://a-b.hf.space/leaderboard"))
    assert served["view"].startswith("https://a-b.hf.space/leaderboard?board=echomind-mini")
    opening = json.loads(to_json(arrange(OPENING, Results(ROOT / "results")), DAY))
    assert opening["view"] == "/leaderboard"


def table_records(store):
    return Results(ROOT / "results", store).board(BOARD).values()


@pytest.mark.parametrize("board", BOARDS.values(), ids=lambda board: board.id)
def test_every_board_names_what_to_cite_and_the_licence_of_its_figures(board):
    table = arrange(View().on_board(board.id), Results(ROOT / "results"))
    found = json.loads(to_json(table, DAY))
    assert found["citation"] == board.citation and found["licence"] == board.licence
    assert cells(to_csv(table))[0]["citation"] == board.citation
    assert file_name(board, DAY, "csv") == f"{board.id}-2026-11-20.csv"


@pytest.fixture
def command(tmp_path, monkeypatch, capfdbinary):
    monkeypatch.setenv("ECHOMIND_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()

    def run(*arguments):
        status = main(["results", *arguments])
        return status, capfdbinary.readouterr()

    made_rows(LocalStore(tmp_path / "submissions"), HOSTILE[:3])
    yield run
    get_settings.cache_clear()


def test_the_command_writes_the_same_files(command):
    status, said = command("export", "--board", BOARD)
    assert status == 0 and said.out.startswith(b"\xef\xbb\xbfrank,slug,")
    assert len(cells(said.out.decode())) == 7
    assert said.out.count(b"\r\n") == 8
    for arguments in (["--format", "json"], ["--json"]):
        status, said = command("export", "--board", BOARD, *arguments)
        assert status == 0 and Export.model_validate_json(said.out).total == 7
    status, said = command("export", "--board", BOARD, "--format", "parquet")
    assert status == 0 and pq.read_table(io.BytesIO(said.out)).num_rows == 7
    status, said = command("export", "--board", BOARD, "--format", "tex")
    assert status == 0 and b"\\begin{tabular}" in said.out and said.out.count(b"\\\\\n") == 8
    status, said = command("schema")
    assert json.loads(said.out) == json_schema()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export"], b"found no --board"),
        (["export", "--board", "nope"], b"unknown board 'nope'"),
        (["export", "--board", BOARD, "--json", "--format", "csv"], b"expected one of the two"),
        (["export", "--board", BOARD, "--json", "--format", "parquet"], b"--format parquet, expected one of the two"),
        (["check", "--board", BOARD], b"expected options that check has a use for"),
    ],
)
def test_a_wrong_call_is_one_line(command, arguments, says):
    status, said = command(*arguments)
    assert status == 2 and said.out == b""
    assert says in said.err and said.err.count(b"\n") == 1
