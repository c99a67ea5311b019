import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from echomind.audio import SAMPLE_RATE
from echomind.cli import main
from echomind.errors import ConfigurationError
from echomind.models import registry
from echomind.models.evaluation import command
from echomind.models.evaluation.processes import Processes, processes
from echomind.models.registry import Form
from echomind.settings import ROOT
from tests.unit.benchmark.made_folders import Folder
from tests.unit.models.evaluation.made import SaysItsKey
from tests.unit.models.evaluation.test_run import tree


@pytest.fixture
def folder(tmp_path):
    """A set in the published layout with clips that can be heard: 2 scripts, 5 deliveries, 3 questions."""
    data = Folder().write(tmp_path / "set", audio=".wav")
    tone = 0.3 * np.sin(2 * np.pi * 300 * np.arange(SAMPLE_RATE // 5) / SAMPLE_RATE)
    for clip in sorted(data.rglob("*.wav")):
        soundfile.write(clip, tone, SAMPLE_RATE)
    return tmp_path / "set"


@pytest.fixture
def fake(monkeypatch):
    models = []

    def load(_, context):
        models.append(SaysItsKey())
        models[-1].context = context
        return models[-1]

    monkeypatch.setitem(registry.FORMS, "fake", Form("fake", "no", load))
    return models


def run(folder, out, *more):
    return main(["evaluate", "--model", "fake", "--set", str(folder), "--out", str(out), *more])


def test_one_document_on_stdout_and_the_files(folder, tmp_path, fake, capsys):
    assert run(folder, tmp_path / "out", "--json") == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert {task: count["answered"] for task, count in found["counts"].items()} == {
        "asr": 5,
        "understanding": 2,
        "reasoning": 1,
        "reply": 5,
    }
    assert found["set"] == "echomind"
    assert found["digest"] == fake[0].context.benchmark.digest
    assert all((tmp_path / "out" / name).is_file() for name in found["files"])
    assert "13/13" in told.err
    records = json.loads((tmp_path / "out" / found["files"][0]).read_bytes())
    assert records[0]["target_audio_info"]["target_input_audio_file"] == "elderly/id_355_elderly_family_target.wav"


def test_words_for_people(folder, tmp_path, fake, capsys):
    assert run(folder, tmp_path / "out") == 0
    told = capsys.readouterr().out
    assert "made/model 1 on echomind (basic prompt)" in told
    assert "asr           5 of 5 answered, 0 failed" in told


def test_the_options_reach_the_evaluation(folder, tmp_path, fake, capsys):
    assert run(folder, tmp_path / "o", "--only", "asr", "reply", "--limit", "1", "--prompt", "zero", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["prompt"] == "zero"
    assert {task: count["answered"] for task, count in found["counts"].items()} == {
        "asr": 2,
        "understanding": 0,
        "reasoning": 0,
        "reply": 2,
    }
    assert fake[0].context.speak is None
    assert run(folder, tmp_path / "p", "--speech", "--json") == 0
    from echomind.talk.speak import speak

    assert fake[1].context.speak is speak
    assert json.loads(capsys.readouterr().out)["speech"] is True


@pytest.mark.parametrize(
    ("more", "said"),
    [(["--limit", "0"], "1 or more"), (["--prompt", "best"], "invalid choice"), (["--concurrency", "x"], "found 'x'")],
)
def test_bad_arguments_are_explained(folder, tmp_path, more, said, capsys):
    with pytest.raises(SystemExit) as caught:
        run(folder, tmp_path / "out", *more)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_a_model_or_set_that_is_not_there_is_one_line_and_status_2(folder, tmp_path, fake, capsys):
    assert main(["evaluate", "--model", "nothing", "--set", str(folder), "--out", str(tmp_path / "o")]) == 2
    assert main(["evaluate", "--model", "fake", "--set", str(tmp_path / "none"), "--out", str(tmp_path / "o")]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 2
    assert "no such model; expected one of" in lines[0]
    assert not (tmp_path / "o").exists()


def test_an_interruption_keeps_the_answers_and_says_how_to_go_on(folder, tmp_path, fake, monkeypatch, caplog):
    def interrupted(self, request):
        raise KeyboardInterrupt

    monkeypatch.setattr(SaysItsKey, "choose", interrupted)
    assert run(folder, tmp_path / "out", "--concurrency", "1") == command.INTERRUPTED
    assert "the same command goes on from there" in caplog.text
    monkeypatch.undo()
    assert (tmp_path / "out/journal/shard-000.jsonl").read_bytes().count(b'"answer"') == 1


def test_alone_there_is_one_process_and_nothing_to_wait_for(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    alone = processes()
    assert alone == Processes(0, 1)
    assert alone.is_main
    alone.wait()
    assert not Processes(1, 2).is_main


def test_processes_that_cannot_find_each_other_are_refused(monkeypatch):
    import accelerate

    class Lonely:
        process_index, num_processes = 0, 1

        def __init__(self, cpu, timeout):
            assert cpu

    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(accelerate, "PartialState", Lonely)
    with pytest.raises(ConfigurationError, match="2 processes started, 1 connected on device 'cpu'"):
        processes()


def test_two_processes_of_accelerate_share_the_work(folder, tmp_path):
    """Real processes that wait for each other; the floor needs no model, so most of the time is starting them."""
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    arguments = ["evaluate", "--model", "random", "--set", str(folder), "--json", "--out"]
    done = subprocess.run(
        [*launch, "-m", "echomind", *arguments, str(tmp_path / "two")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)  # one document: the second process says nothing
    assert found["processes"] == 2
    assert sum(count["answered"] for count in found["counts"].values()) == 13
    shards = sorted((tmp_path / "two/journal").glob("shard-*.jsonl"))
    entries = [shard.read_bytes().count(b'"answer"') for shard in shards]
    assert len(entries) == 2
    assert sum(entries) == 13
    assert min(entries) >= 4
    assert main([*arguments, str(tmp_path / "one")]) == 0
    assert tree(tmp_path / "two") == tree(tmp_path / "one")


def test_a_set_that_was_moved_is_the_same_set(folder, tmp_path, fake, capsys):
    """Answers belong to what is asked, not to where the files lie."""
    assert run(folder, tmp_path / "out", "--json") == 0
    before = tree(tmp_path / "out")
    shutil.move(folder, tmp_path / "moved")
    assert run(tmp_path / "moved", Path(tmp_path / "out"), "--json") == 0
    assert not fake[1].asked
    assert tree(tmp_path / "out") == before
