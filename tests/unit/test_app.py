import json
import os
import socket
import subprocess
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import app
from echomind.settings import ROOT, Settings
from echomind.submissions.desk import open_desk
from echomind.ui.site import site_of

PUBLIC = {"/talk", "/leaderboard", "/correlation", "/model", "/check_submission", "/submit", "/submission_status"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"))
    with open_desk(settings) as desk:
        demo = app.build(site_of(settings, desk))
        _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **app.options(settings))
        yield url
        demo.close()


@pytest.fixture(scope="module")
def client(served):
    return Client(served, verbose=False)


def test_only_the_intended_endpoints_are_public(served):
    info = httpx.get(f"{served}gradio_api/info").json()
    assert set(info["named_endpoints"]) == PUBLIC
    assert info["unnamed_endpoints"] == {}
    for endpoint in info["named_endpoints"].values():
        assert endpoint["description"]
        assert all(returned["type"] for returned in endpoint["returns"])


def test_the_tools_for_agents_are_the_same(served):
    tools = httpx.get(f"{served}gradio_api/mcp/schema").json()
    assert {tool["name"] for tool in tools} == {name.strip("/") for name in PUBLIC}
    assert all(tool["description"] for tool in tools)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("", "Talk"),
        ("leaderboard", "GPT-4o-Audio"),
        ("correlations", "C_SpeechRel"),
        ("models", "Kimi-Audio"),
        ("about", "licences"),
    ],
)
def test_every_page_is_served_with_its_content(served, page, says):
    response = httpx.get(f"{served}{page}")
    assert response.status_code == 200
    assert says.lower() in response.text.lower()


def test_the_endpoints_answer_in_json(client):
    board = client.predict(api_name="/leaderboard")
    assert [row["model"]["name"] for row in board["rows"][:2]] == ["GPT-4o-Audio", "Audio-Flamingo3"]
    found = client.predict("understanding_acc", "c_speech_rel", api_name="/correlation")
    assert (found["n"], round(found["spearman"]["value"], 2)) == (14, 0.02)


def test_a_wrong_id_is_answered_with_the_valid_ones(client):
    with pytest.raises(AppError, match="expected one of: echomind, echomind-mini"):
        client.predict("nope", api_name="/leaderboard")
    with pytest.raises(AppError, match="unknown metric 'nope'"):
        client.predict("nope", "ves", api_name="/correlation")


def test_nothing_is_kept_or_watched(served):
    config = httpx.get(f"{served}config").json()
    assert config["run_history"] is False
    assert config["analytics_enabled"] is False
    assert httpx.get(f"{served}monitoring").status_code == 403


def test_pages_ask_no_other_host(served):
    for page in ("", "leaderboard", "correlations", "models", "about"):
        text = httpx.get(f"{served}{page}").text
        assert "fonts.googleapis" not in text and "cdnjs" not in text


STARTED = """
import app, json, sys
from echomind.submissions.desk import open_desk
from echomind.ui.site import site_of
settings = app.get_settings()
with open_desk(settings) as desk:
    app.build(site_of(settings, desk))
print(json.dumps([module for module in ("torch", "transformers", "librosa") if module in sys.modules]))
"""


def test_starting_loads_no_model_library(tmp_path):
    environment = os.environ | {"ECHOMIND_DATA_DIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout.splitlines()[-1]) == []


def test_asked_to_end_it_leaves_in_good_order(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"ECHOMIND_DATA_DIR": str(tmp_path), "ECHOMIND_PORT": str(port)}
    environment |= {"GRADIO_TEMP_DIR": str(tmp_path / "gradio"), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    workers = tmp_path / "submission-workers"
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert any(f"127.0.0.1:{port}" in line for line in process.stdout)  # gradio says so once it is served
    assert len(list(workers.iterdir())) == 1
    process.terminate()
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert list(workers.iterdir()) == []
