"""The real scorer in its process: the same bytes as the ``score`` command, and what it makes of faulty files."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import soundfile

from echomind.benchmark.load import MINI_ID
from echomind.benchmark.published import read_published
from echomind.scoring.report import ScoreReport
from echomind.settings import ROOT, Settings
from echomind.submissions.living import living
from echomind.submissions.model import Form, now
from echomind.submissions.scoring_run import ScoringRun, environment
from echomind.submissions.service import Submissions
from echomind.submissions.store_local import LocalStore
from echomind.submissions.worker import Worker, workers_folder
from tests.unit.benchmark.made_folders import Folder
from tests.unit.scoring.made_files import reply_records
from tests.unit.scoring.made_sets import made_predictions
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


def test_absent_references_wait_for_a_person(settings, caplog):
    (settings.assets_dir / "mini").rename(settings.assets_dir / "away")
    _, status, _ = scored(settings, b"{}\n")
    assert (status.state, status.reason) == ("held", "the references of echomind-mini cannot be read here now")
    assert str(settings.assets_dir / "mini") in caplog.text  # for us, not for the sender


def test_a_board_whose_references_are_not_named_waits_for_a_person(settings):
    _, status, _ = scored(settings, b"{}\n", board="echomind")
    assert (status.state, status.reason) == ("held", "no references of echomind are named here to score against")


def test_what_only_judges_and_people_can_mark_waits_for_them(settings):
    _, status, _ = scored(settings, b"{}\n", board="humdial")
    assert (status.state, status.reason) == (
        "held",
        "HumDial is marked by judges and by people: a person will see to it",
    )


def test_the_prompt_of_the_form_is_that_of_the_files(settings):
    benchmark = read_published(settings.assets_dir / "mini", set_id=MINI_ID)
    said = replace(made_predictions(benchmark), model="m", prompt="enhance", answers={}, transcripts={})
    data = json.dumps(reply_records(benchmark, said)).encode()
    _, status, _ = scored(settings, data, prompt="basic")
    assert (status.state, status.reason) == (
        "failed",
        "the files say the prompt enhanced, expected basic as the form says",
    )


def test_the_sound_of_replies_is_found_by_the_names_it_was_sent_under(settings, clip):
    benchmark = read_published(settings.assets_dir / "mini", set_id=MINI_ID)
    rows = [json.loads(line) for line in answers(settings).splitlines()]
    for row in rows:
        row |= {"audio": f"my replies/{row['key'].replace('/', '_')}.wav"} if row["key"].startswith("reply") else {}
    buffer = io.BytesIO()
    soundfile.write(buffer, clip.samples, 16000, format="wav")
    data = {"answers.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode()}
    sent = {"answers.jsonl": "../../answers.jsonl"}
    for number, row in enumerate(row for row in rows if "audio" in row):
        data[f"{number:04}.wav"], sent[f"{number:04}.wav"] = buffer.getvalue(), row["audio"]
    receipt = made_receipt(data, at=now())
    files = tuple(file.model_copy(update={"sent_as": sent[file.name]}) for file in receipt.files)
    receipt = receipt.model_copy(update={"files": files})
    service = Submissions(LocalStore(settings.data_dir / "submissions"), settings)
    service.submit(receipt, data)
    with living(workers_folder(settings)) as own:
        ended = ScoringRun(settings, neural=False)(service.store, receipt, own)
    assert (ended.kind, ended.reason) == ("scored", "")
    report = ScoreReport.model_validate_json(ended.report)
    assert report.coverage["reply_audio"].answered == len(list(benchmark.deliveries())) == len(data) - 1
    assert "dnsmos" in report.metrics
