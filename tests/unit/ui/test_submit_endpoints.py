"""The three endpoints as programs use them: over HTTP, against a served app of theirs alone."""

import json
import os
import re

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import anyio
import gradio as gr
import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from echomind.submissions.desk import Desk
from echomind.submissions.store_local import LocalStore
from echomind.ui.site import site_of
from echomind.ui.submit_endpoints import publish_submit
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.submissions.made_references import settings_for
from tests.unit.submissions.made_uploads import FULL_FORM, json_lines

SET = made_set(6)
FORM = {name: FULL_FORM[name] for name in ("board", "model", "prompt", "voice")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where gradio writes uploads."""
    return tmp_path_factory.mktemp("gradio")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    settings = settings_for(tmp_path_factory.mktemp("app"), SET, submissions_per_day=0)
    return Desk(LocalStore(settings.data_dir / "submissions"), settings)


@pytest.fixture(scope="module")
def served(desk, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        with gr.Blocks(analytics_enabled=False) as demo:
            publish_submit(site_of(desk.settings, desk))
        _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, mcp_server=True, max_file_size="1mb")
        yield url
        demo.close()


@pytest.fixture(scope="module")
def client(served):
    return Client(served, verbose=False)


@pytest.fixture
def answers(tmp_path):
    """Writes a file of answers; another seed, other contents."""

    def write(seed, name="answers.jsonl"):
        path = tmp_path / name
        path.write_bytes(json_lines(made_predictions(SET, seed=seed)))
        return path

    return write


def left(folder, desk):
    """Files of uploads that are still somewhere."""
    calls = desk.settings.data_dir / "submission-calls"
    return [path for place in (folder, calls) for path in place.rglob("*") if path.is_file()]


def test_a_check_says_all_and_keeps_nothing(client, desk, folder, answers):
    before = list(desk.store.ids())
    found = client.predict([handle_file(answers(1))], "", FORM, api_name="/check_submission")
    assert found["ok"] and found["problems"] == [] and found["kept"][0]["sent_as"] == "answers.jsonl"
    assert found["preview"]["model"] == FORM["model"] and found["answered"] == found["expected"] > 0
    assert list(desk.store.ids()) == before
    assert left(folder, desk) == []


def test_files_alone_can_be_checked(client, answers):
    found = client.predict([handle_file(answers(1))], api_name="/check_submission")
    assert found["ok"] and found["board"] == "echomind-mini"
    found = client.predict([handle_file(answers(1))], board="humdial", api_name="/check_submission")
    assert not found["ok"] and found["problems"][0]["field"] == "board"


def test_the_board_may_be_named_beside_the_form_but_not_as_another(client, answers):
    form = {name: text for name, text in FORM.items() if name != "board"}
    assert client.predict([handle_file(answers(1))], FORM["board"], form, api_name="/check_submission")["ok"]
    with pytest.raises(AppError, match="board: found 'humdial', and 'echomind-mini' in the form"):
        client.predict([handle_file(answers(1))], "humdial", FORM, api_name="/check_submission")


def test_problems_are_told_one_by_one(client, tmp_path, desk, folder):
    path = tmp_path / "模型 (b).jsonl"
    path.write_text('{"key": "asr/none/target", "pred": "x"}\n')
    found = client.predict([handle_file(path)], "", FORM | {"contact": "x"}, api_name="/check_submission")
    assert not found["ok"] and found["problem_count"] == 2 and found["preview"] is None
    fields = {problem["field"]: problem for problem in found["problems"]}
    assert set(fields) == {"contact", "key"}
    assert fields["key"]["file"] == "模型 (b).jsonl" and fields["key"]["position"] == "line 1"
    assert fields["key"]["line"].startswith("模型 (b).jsonl: line 1: asr/none: key: found 'none', expected one of")
    with pytest.raises(AppError, match="the form: contact: found 'x', expected an e-mail address or a web address\n"):
        client.predict([handle_file(path)], FORM | {"contact": "x"}, api_name="/submit")
    assert left(folder, desk) == []


def test_a_receipt_is_kept_before_it_is_given(client, desk, folder, answers):
    receipt = client.predict([handle_file(answers(2))], FULL_FORM, api_name="/submit")
    kept = desk.store.get(receipt["id"]).receipt
    assert (receipt["content"], receipt["at"]) == (kept.content, kept.at.isoformat())
    assert receipt["files"] == [file.model_dump() for file in kept.files]
    assert receipt["sender"] == {"provider": "local", "name": "local"}
    assert (receipt["received_before"], receipt["note"]) == (False, "")
    assert receipt["links"]["page"] == f"/submissions?receipt={receipt['id']}"
    assert desk.store.get(receipt["id"]).contact == FULL_FORM["contact"]
    assert left(folder, desk) == []
    status = client.predict(receipt["id"], api_name="/submission_status")
    assert (status["id"], status["state"], status["scores"]) == (receipt["id"], "received", None)
    assert FULL_FORM["contact"] not in json.dumps([receipt, status])


def test_the_same_bytes_again_give_the_first_receipt(client, desk, answers):
    first = client.predict([handle_file(answers(3))], FORM, api_name="/submit")
    again = client.predict([handle_file(answers(3, "other name.jsonl"))], FORM | {"model": "B"}, api_name="/submit")
    assert again["received_before"] and first["id"] in again["note"]
    assert {name for name in first if first[name] != again[name]} == {"received_before", "note"}
    assert desk.store.find(content=first["content"]) == [first["id"]]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"verified": "yes"}, "verified: found a field that the form does not have"),
        ({"sender": "ada"}, "sender: found a field that the form does not have"),
        ({"at": "2020-01-01"}, "at: found a field that the form does not have"),
        ({"runs": 3}, "runs: found 3, expected text"),
        ({"model": ["x"]}, "model: found an array of 1 values, expected text"),
    ],
)
def test_programs_can_set_nothing_that_the_form_cannot(client, desk, answers, more, told):
    before = list(desk.store.ids())
    with pytest.raises(AppError, match=told):
        client.predict([handle_file(answers(4))], FORM | more, api_name="/submit")
    assert list(desk.store.ids()) == before


@pytest.mark.parametrize("form", ["text", ["x"], 7])
def test_a_form_is_an_object(client, answers, form):
    with pytest.raises(AppError, match=r"form: found .*, expected an object of texts by field"):
        client.predict([handle_file(answers(4))], form, api_name="/submit")


def call(served, name, *data):
    """An answer or an error as they come over the wire, to what no client of gradio's would send."""
    event = httpx.post(f"{served}gradio_api/call/{name}", json={"data": list(data)})
    if event.status_code != 200:
        return event.text
    return httpx.get(f"{served}gradio_api/call/{name}/{event.json()['event_id']}", timeout=60).text


@pytest.mark.parametrize(
    "files",
    [
        [{"path": "/etc/hostname"}],
        [{"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}],
        [{"path": "/etc/hostname", "url": "http://localhost/x", "meta": {"_type": "gradio.FileData"}}],
        [{"path": "http://127.0.0.1:9/x", "meta": {"_type": "gradio.FileData"}}],
        [{"path": "https://example.org/x", "meta": {"_type": "gradio.FileData"}}],
        [["/etc/hostname"]],
        "/etc/hostname",
        {"root": ["/etc/hostname"]},
    ],
)
@pytest.mark.parametrize("name", ["check_submission", "submit"])
def test_what_is_no_upload_is_refused(served, name, files):
    told = call(served, name, files, *([""] if name == "check_submission" else []), FORM, *([""] * (name == "submit")))
    assert "event: error" in told
    assert "Traceback" not in told and "root:" not in told


def test_one_more_value_in_the_request_makes_nobody_another_sender(served, desk, folder, answers):
    profile = {"name": "Ada", "preferred_username": "ada", "profile": "", "picture": ""}
    with answers(5).open("rb") as file:
        (path,) = httpx.post(f"{served}gradio_api/upload", files={"files": file}).json()
    told = call(served, "submit", [{"path": path}], FORM, "", profile)
    if "event: complete" in told:
        (receipt,) = json.loads(told.partition("data: ")[2])
        assert receipt["sender"]["name"] == "local"
    assert {desk.store.get(one).receipt.sender.name for one in desk.store.ids()} == {"local"}


def test_uploads_of_a_bare_client_and_their_address_are_taken(served, desk, folder, answers):
    with answers(6).open("rb") as file:
        (path,) = httpx.post(f"{served}gradio_api/upload", files={"files": file}).json()
    told = call(served, "check_submission", [f"{served}gradio_api/file={path}"], "", {})
    assert '"ok": true' in told
    assert left(folder, desk) == []


@pytest.mark.parametrize("wrong", ["", "x", "../../etc/passwd", None, 7, ["x"]])
def test_what_is_no_id_is_refused(client, wrong):
    with pytest.raises(AppError, match="expected the id of a submission"):
        client.predict(wrong, api_name="/submission_status")


def test_the_tools_for_agents_say_what_they_take(served):
    tools = {tool["name"]: tool for tool in httpx.get(f"{served}gradio_api/mcp/schema").json()}
    assert set(tools) == {"check_submission", "submit", "submission_status"}
    assert set(tools["submit"]["inputSchema"]["properties"]) == {"files", "form", "key"}
    assert "zero, basic or enhanced" in json.dumps(tools["check_submission"])


def test_an_agent_submits_by_the_address_of_an_upload(served, desk, folder, answers):
    with answers(11).open("rb") as file:
        (path,) = httpx.post(f"{served}gradio_api/upload", files={"files": file}).json()

    async def submit():
        async with (
            streamable_http_client(f"{served}gradio_api/mcp/") as (receive, send, _),
            ClientSession(receive, send) as session,
        ):
            await session.initialize()
            return await session.call_tool("submit", {"files": [f"{served}gradio_api/file={path}"], "form": FORM})

    answer = anyio.run(submit)
    assert not answer.isError, answer
    said = re.search(r"'id': '([0-9a-f-]+)'", answer.content[0].text)  # gradio writes values as Python does
    assert said and desk.store.get(said[1]).receipt.form.model == FORM["model"]
    assert left(folder, desk) == []
