"""The real scorer in its process: the same bytes as the ``score`` command, and what it makes of faulty files."""

import json
import os
import subprocess
import sys

import pytest

from echomind.benchmark.load import MINI_ID
from echomind.benchmark.published import read_published
from echomind.settings import ROOT, Settings
from echomind.submissions.living import living
from echomind.submissions.model import File, Form, now
from echomind.submissions.scoring_run import ScoringRun, environment, sound_place
from echomind.submissions.service import Submissions
from echomind.submissions.store_local import LocalStore
from echomind.submissions.worker import Worker, workers_folder
from tests.unit.benchmark.made_folders import Folder
from tests.unit.submissions.made_submissions import made_receipt


@pytest.fixture
def settings(tmp_path):
    """Settings whose assets hold a small set of three questions as EchoMind-Mini."""
    Folder().write(tmp_path / "assets" / "mini", audio=".wav")
    return Settings(data_dir=tmp_path / "data", assets_dir=tmp_path / "assets", submissions_per_day=0)


def answers(settings, **changed):
    benchmark = read_published(settings.assets_dir / "mini", set_id=MINI_ID)
    rows = [{"key": f"{q.level}/{q.id}", "pred": "The answer is: C"} for q in benchmark.questions]
    for script, delivery in benchmark.deliveries():
        rows.append({"key": f"asr/{script.id}/{delivery.style}", "pred": script.text[:-4]})
        rows.append({"key": f"reply/{script.id}/{delivery.style}", "pred": f"I see, {delivery.cue}: take your time."})
    return "".join(json.dumps(row | changed) + "\n" for row in rows).encode()


def scored(settings, data, neural=False, **form):
    files = {"answers.jsonl": data}
    receipt = made_receipt(files, at=now())
    receipt = receipt.model_copy(update={"form": Form.model_validate(receipt.form.model_dump() | form)})
    service = Submissions(LocalStore(settings.data_dir / "submissions"), settings)
    service.submit(receipt, files)
    with living(workers_folder(settings)) as own:
        run = ScoringRun(settings, neural=neural, tick_s=0.1)
        told = []
        worker = Worker(service.store, settings, own, run=run, told=lambda _, done, doing: told.append((done, doing)))
        assert worker.run_once()
    return service, service.status(receipt.id), told


@pytest.mark.parametrize("neural", [False, True])
def test_the_same_numbers_as_the_command_to_the_last_digit(settings, tmp_path, neural):
    data = answers(settings)
    (tmp_path / "answers.jsonl").write_bytes(data)
    options = ["--out", str(tmp_path / "report.json"), "--items", str(tmp_path / "items.jsonl"), "--json"]
    command = [sys.executable, "-m", "echomind", "score", str(tmp_path / "answers.jsonl"), *options]
    ran = subprocess.run(
        command + ["--no-neural"] * (not neural),
        env=environment(settings, os.environ),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    service, status, told = scored(settings, data, neural)
    assert status.state == "published", status.reason
    report = service.store.read(status.id, status.scores["echomind-1.0"])
    assert report == (tmp_path / "report.json").read_bytes() == ran.stdout
    assert service.store.read(status.id, "items-echomind-1.0.jsonl") == (tmp_path / "items.jsonl").read_bytes()
    assert json.loads(report)["level"]["understanding"]["understanding_acc"]["n"] == 2
    assert ("bertscore_minilm" in json.loads(report)["metrics"]) == neural
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 4


def test_faulty_files_fail_with_every_place(settings):
    _, status, _ = scored(settings, answers(settings, surprise=1))
    assert status.state == "failed"
    assert len(status.reason.splitlines()) > 3
    assert "answers.jsonl" in status.reason
    assert str(settings.data_dir) not in status.reason


def test_absent_references_wait_for_a_person(settings):
    (settings.assets_dir / "mini").rename(settings.assets_dir / "away")
    _, status, _ = scored(settings, b"{}\n")
    assert status.state == "held"
    assert status.reason.startswith("the references of echomind-mini cannot be read here")


@pytest.mark.parametrize("board", ["echomind", "humdial"])
def test_a_board_whose_references_are_not_named_waits_for_a_person(settings, board):
    _, status, _ = scored(settings, b"{}\n", board=board)
    assert (status.state, status.reason) == ("held", f"no references of {board} are named here to score against")


@pytest.mark.parametrize(
    ("sent_as", "place"),
    [
        ("replies/id_1 target.wav", "replies/id_1 target.wav"),
        ("é/x.wav", "é/x.wav"),
        ("../x.wav", "ours.wav"),
        ("/etc/x.wav", "ours.wav"),
        ("a//b.wav", "ours.wav"),
        ("C:\\x.wav", "ours.wav"),
        (".hidden/x.wav", "ours.wav"),
        ("a\u202eb.wav", "ours.wav"),
        ("a/" * 9 + "b.wav", "ours.wav"),
        ("", "ours.wav"),
    ],
)
def test_sound_lies_where_answers_name_it_and_never_outside(sent_as, place):
    assert str(sound_place(File(name="ours.wav", sent_as=sent_as, size=0, sha256="0" * 64))) == place
