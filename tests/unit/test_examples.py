"""The example for programs, run as it stands against a served app; and that it comes to what ``score`` prints."""

import json
import os
import subprocess
import sys
from dataclasses import replace

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
import pytest

from echomind.benchmark.load import load_set
from echomind.settings import ROOT, Settings
from echomind.submissions.desk import open_desk
from echomind.ui.site import site_of
from echomind.ui.submit_endpoints import publish_submit
from tests.unit.scoring.made_sets import made_predictions
from tests.unit.submissions.made_uploads import official

SCRIPTS = 6  # of EchoMind-Mini that the made model answers; the rest counts as failed


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"))
    with pytest.MonkeyPatch.context() as patch, open_desk(settings) as desk:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        with gr.Blocks(analytics_enabled=False) as demo:
            publish_submit(site_of(settings, desk))
        _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True)
        yield url
        demo.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The official runner's files of a model that has answered the first scripts alone."""
    mini = load_set("mini")
    scripts = mini.scripts[:SCRIPTS]
    known = {script.id for script in scripts}
    some = replace(mini, scripts=scripts, questions=tuple(q for q in mini.questions if q.script in known))
    folder = tmp_path_factory.mktemp("answers")
    paths = []
    for name, content in official(mini, made_predictions(some)).items():
        paths.append(folder / name.rpartition("/")[2])
        paths[-1].write_bytes(content)
    return paths


def run(*command):
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )


def test_the_example_submits_and_gets_the_scores_that_the_command_prints(served, files):
    example = run("examples/submit.py", served, *files)
    assert example.returncode == 0, example.stderr
    status = json.loads(example.stdout)
    assert (status["state"], status["board"], status["model"]) == ("published", "echomind-mini", "My model")
    kinds = [event["kind"] for event in status["times"]]
    assert kinds.count("scored") == kinds.count("published") == 1
    command = run("-m", "echomind", "score", *files, "--json")
    assert command.returncode == 0, command.stderr
    report = json.loads(command.stdout)
    assert status["scores"]["level"] == report["level"]
    assert {level for level, cells in report["level"].items() if cells} == {
        "understanding",
        "reasoning",
        "conversation",
    }
    assert (status["scores"]["scorer"], status["scores"]["absent"]) == (report["scorer"], report["absent"])


def test_the_example_says_what_is_wrong(served, tmp_path):
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"key": "asr/none/target", "pred": "x"}\n')
    example = run("examples/submit.py", served, path)
    assert example.returncode == 1
    assert "wrong.jsonl: line 1: asr/none: key: found 'none', expected one of the 171 script ids" in example.stderr
    assert "Traceback" not in example.stderr
