import json
from dataclasses import replace

import pytest

from echomind.cli import main
from echomind.errors import ConfigurationError
from echomind.leaderboard import mini_board
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.check import check_results
from echomind.leaderboard.mini_board import BOARD, KNOWN, MODELS, make_board, run_mini_board
from echomind.leaderboard.records import read_board
from echomind.leaderboard.scripts_data import read_items
from echomind.models import registry
from echomind.models.registry import FORMS, Form
from echomind.settings import Settings
from tests.unit.models.evaluation.made import SaysItsKey, heard_set
from tests.unit.scoring.made_embeddings import MADE_MODELS

FLOORS = ("majority", "random")


@pytest.fixture
def benchmark(tmp_path):
    return replace(heard_set(tmp_path / "set", scripts=4), id=BOARD)


@pytest.fixture
def fake(monkeypatch):
    """A model called ``fake`` that may be given another version; the list holds every one that was loaded."""
    made, version = [], ["1"]

    def load(_, context):
        made.append(SaysItsKey())
        made[-1].version = version[0]
        return made[-1]

    monkeypatch.setitem(registry.FORMS, "fake", Form("fake", "no", load))
    return made, version


def board(benchmark, tmp_path, models):
    return make_board(benchmark, tmp_path / "results" / BOARD, models, work=tmp_path / "work", options=MADE_MODELS)


def test_every_contestant_gets_a_record_that_the_leaderboard_reads(tmp_path, benchmark):
    paths = board(benchmark, tmp_path, FLOORS)
    assert [path.name for path in paths] == ["majority.json", "random.json"]
    assert check_results(tmp_path / "results").problems == []
    records = read_board(tmp_path / "results", BOARD)
    for spec, record in records.items():
        assert record.model.name == KNOWN[spec].name
        assert record.protocol == BOARDS[BOARD].protocol
        assert record.provenance.kind == "measured"
        assert KNOWN[spec].note in record.provenance.source
        assert benchmark.digest[:12] in record.provenance.source
        assert {"wer", "understanding_acc", "reasoning_acc", "rouge_l", "semsim_minilm"} <= set(record.scores)
        assert record.n["reasoning_acc"] == len(benchmark.level("reasoning"))
    right = [records[spec].scores["understanding_acc"] for spec in FLOORS]
    assert right[0] > right[1]  # the constant was chosen by the key


def test_what_each_script_contributed_lies_beside_the_record(tmp_path, benchmark):
    (path,) = board(benchmark, tmp_path, ["random"])
    items = read_items(path.parent / "items" / "random.json")
    record = read_board(tmp_path / "results", BOARD)["random"]
    assert set(items.metrics) == set(record.scores)
    assert items.set_digest == benchmark.digest
    assert items.scripts == tuple(sorted(script.id for script in benchmark.scripts))
    assert items.metrics["reasoning_acc"].value == pytest.approx(record.scores["reasoning_acc"], abs=1e-3)


def test_our_model_and_the_deaf_reader_stand_on_it(tmp_path, benchmark, tiny_checkpoint, monkeypatch):
    from echomind.models import own

    settings = Settings(model=str(tiny_checkpoint), threads=1)
    monkeypatch.setattr(own, "get_settings", lambda: settings)
    benchmark = replace(benchmark, scripts=benchmark.scripts[:1], questions=tuple(
        q for q in benchmark.questions if q.script == benchmark.scripts[0].id
    ))  # fmt: skip
    board(benchmark, tmp_path, ("echomind", "transcript-only"))
    records = read_board(tmp_path / "results", BOARD)
    for record in records.values():
        assert record.model.params_b > 0
        assert record.model.weights == "open"
        assert "weights " in record.provenance.source
    assert records["echomind"].model.name != records["transcript-only"].model.name


def test_the_board_prompt_is_the_one_that_is_asked(tmp_path, benchmark, fake):
    board(benchmark, tmp_path, ["fake"])
    (run,) = (tmp_path / "work").rglob("run.json")
    assert json.loads(run.read_bytes())["prompt"] == BOARDS[BOARD].protocol.prompt == "enhanced"


def test_a_second_board_asks_nothing_and_writes_the_same(tmp_path, benchmark, fake):
    (path,) = board(benchmark, tmp_path, ["fake"])
    before = path.read_bytes()
    board(benchmark, tmp_path, ["fake"])
    assert path.read_bytes() == before
    assert sum(fake[0][0].asked.values()) > 0
    assert not fake[0][1].asked


def test_another_version_begins_anew_beside_the_old_answers(tmp_path, benchmark, fake):
    board(benchmark, tmp_path, ["fake"])
    fake[1][0] = "2"
    board(benchmark, tmp_path, ["fake"])
    assert fake[0][0].asked == fake[0][1].asked
    assert len(list((tmp_path / "work").iterdir())) == 2


def test_a_model_from_outside_is_named_as_it_names_itself(tmp_path, benchmark, fake):
    board(benchmark, tmp_path, ["fake"])
    record = read_board(tmp_path / "results", BOARD)["fake"]
    assert record.model.name == "made/model 1"
    assert record.model.licence is None
    assert record.model.params_b is None


def test_a_long_version_is_cut_to_what_a_record_takes(tmp_path, benchmark, fake):
    fake[1][0] = "word " * 100
    board(benchmark, tmp_path, ["fake"])
    source = read_board(tmp_path / "results", BOARD)["fake"].provenance.source
    assert len(source) <= 200
    assert source.endswith("…")


def test_another_set_and_a_model_twice_are_refused(tmp_path, benchmark):
    with pytest.raises(ConfigurationError, match="found the set 'made'; expected 'echomind-mini'"):
        board(replace(benchmark, id="made"), tmp_path, ["random"])
    with pytest.raises(ConfigurationError, match="expected each once"):
        board(benchmark, tmp_path, ["random", "random"])
    assert not (tmp_path / "work").exists()


def test_the_contestants_of_the_command_can_all_be_loaded_by_name():
    assert set(MODELS) == set(KNOWN) <= set(FORMS)


def test_the_terminal_asks_our_model_and_the_floors_by_default(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(mini_board, "run_mini_board", lambda *args, **named: asked.append((args, named)) or 0)
    assert main(["mini", "board", "--out", str(tmp_path)]) == 0
    assert main(["mini", "board", "--out", str(tmp_path), "--models", "random", "--set", "x", "--json"]) == 0
    assert [(list(models), named) for (_, models), named in asked] == [
        (list(MODELS), {"set_name": "mini", "as_json": False}),
        (["random"], {"set_name": "x", "as_json": True}),
    ]


def test_the_command_tells_where_the_records_are(tmp_path, benchmark, monkeypatch, capsys):
    monkeypatch.setattr(mini_board, "load_set", lambda name: benchmark)
    monkeypatch.setattr(mini_board, "get_settings", lambda: Settings(data_dir=tmp_path / "var"))
    monkeypatch.setattr(mini_board, "options_of_settings", lambda: MADE_MODELS)
    assert run_mini_board(tmp_path / "out", ["random"], as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {"board": BOARD, "digest": benchmark.digest, "records": [str(tmp_path / "out" / "random.json")]}
    assert len(list((tmp_path / "var/mini").iterdir())) == 1
    assert run_mini_board(tmp_path / "out", ["random"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out' / 'random.json'}\n"
