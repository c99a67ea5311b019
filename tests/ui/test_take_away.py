"""What the leaderboard's buttons put on a visitor's disk, read back."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from echomind.leaderboard.parquet import ABOUT
from echomind.settings import ROOT


@pytest.fixture
def downloads(visit):
    page = visit("leaderboard?q=kimi", "#em-board table")
    page.wait_for_load_state("load")
    page.wait_for_function("document.querySelector('#em-board caption').innerText.includes('1 of 14')")

    def take(title):
        with page.expect_download() as download:
            page.get_by_role("button", name=title, exact=True).click()
        return download.value.suggested_filename, download.value.path().read_bytes()

    return take


def test_the_parquet_file_is_what_is_shown(downloads):
    name, content = downloads("Parquet")
    assert name.startswith("echomind-20") and name.endswith(".parquet")
    table = pq.read_table(io.BytesIO(content))
    (row,) = table.to_pylist()
    record = json.loads((ROOT / "results" / "echomind" / "kimi-audio.json").read_bytes())
    assert row["model_name"] == record["model"]["name"]
    assert row["understanding_acc"] == record["scores"]["understanding_acc"]
    about = json.loads(table.schema.metadata[ABOUT])
    assert about["view"] == "/leaderboard?q=kimi" and about["protocol"]["scorer"] == "paper"
    assert [m for m in about["metrics"] if m not in table.column_names] == []

    name, content = downloads("CSV")
    (line,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert list(line) == table.column_names
    assert float(line["understanding_acc"]) == row["understanding_acc"]
