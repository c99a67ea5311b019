"""``/check_submission``, ``/submit`` and ``/submission_status``: what the pages do, for programs.

What a program says of its model goes through the same form as on the page, so it can set nothing that the form cannot;
who it is comes from the session or from a key, never from what it sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components.api_component import Api
from gradio.utils import get_upload_folder
from gradio_client.utils import python_type_to_json_schema

from echomind.benchmark.fields import shown
from echomind.errors import EchoMindError
from echomind.submissions.answers import check_answer, receipt_answer, status_answer
from echomind.submissions.desk import Desk
from echomind.submissions.intake import check_files
from echomind.submissions.limits import AlreadyReceived
from echomind.submissions.lookups import Lookups
from echomind.submissions.schemas import CheckAnswer, ReceiptAnswer, StatusAnswer
from echomind.ui.faults import spoken
from echomind.ui.identity import Identity
from echomind.ui.received_files import ReceivedFiles
from echomind.ui.site import Site

AT_ONCE = 4  # submissions taken in at a time: each may hold an upload in memory. The rest wait in the queue.
LOOKUPS_AT_ONCE = 16
DEFAULT_BOARD = "echomind-mini"
# What the page of the API and agents.md show.
EXAMPLE_FORM = {"board": DEFAULT_BOARD, "model": "My model", "prompt": "basic", "voice": "tts"}
# As gradio describes uploads, but without references: inside the schema of a tool they lead nowhere.
FILES_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "title": "FileData",
        "type": "object",
        "properties": {
            "path": {"type": "string"},
            "orig_name": {"type": "string"},
            "meta": {"type": "object", "properties": {"_type": {"const": "gradio.FileData", "type": "string"}}},
        },
        "required": ["path"],
    },
}
EXAMPLE_FILES = [{"path": "answers.jsonl", "meta": {"_type": "gradio.FileData"}}]


class SubmitApi:
    """The functions, over one desk; ``received`` takes over the files that are sent."""

    def __init__(self, desk: Desk, identity: Identity, received: ReceivedFiles) -> None:
        self._desk, self._identity, self._received = desk, identity, received
        self._lookups = Lookups(desk)

    def check_submission(self, files: Any, board: str = "", form: Any = None) -> CheckAnswer:
        """Check prediction files before they are submitted. Needs no sign-in; nothing is kept.

        Every problem is told with file, line or record, item, field, what was found and what was expected. Without
        "form" only the files are checked.

        Args:
            files: uploads: the official EchoMind runner's JSON, JSON Lines of {"key", "pred"}, WAV or FLAC, or one zip
            board: echomind-mini (default), echomind or humdial; may stand in "form" instead
            form: texts by field: board, model, prompt (zero, basic or enhanced) and voice (tts or human) are needed;
                hub_id, org, params_b, weights, licence, url, speech_out, decoding, runs and contact may be stated

        Returns:
            ok, problems and warnings with their counts, coverage by level and question type, and the row it would be
        """
        with self._received.taken(files) as incoming:
            given = _given(form)
            if not given:
                return check_answer(check_files(incoming, board or DEFAULT_BOARD, None, self._desk.settings))
            if board and given.setdefault("board", board) != board:
                raise EchoMindError(f"board: found {shown(board)}, and {shown(given['board'])} in the form")
            return check_answer(self._desk.check(incoming, given))

    def submit(self, files: Any, form: Any, key: str = "", profile: gr.OAuthProfile | None = None) -> ReceiptAnswer:
        """Submit prediction files: they are checked, kept for good, and scored in turn. Returns the receipt.

        The sender is who is signed in, or whom the key was made for. Files with problems are refused, with the first
        20 of them; /check_submission tells all. Sending the same files again keeps nothing twice: the receipt of the
        first time comes back, with "received_before" true, so a program that lost the answer can simply try again.

        Args:
            files: uploads, as for /check_submission
            form: texts by field, as for /check_submission
            key: on a Space without a session: a key from the Submit page; elsewhere the admin token, where one is set

        Returns:
            id, time, hash of the content, sender, kept files, whether it was received before, and links to its status
        """
        with self._received.taken(files) as incoming:
            sender = self._identity.sender(profile, key or "")
            try:
                return receipt_answer(self._desk.submit(incoming, _given(form), sender))
            except AlreadyReceived as before:
                earlier = self._desk.store.get(before.submission_id).receipt
                return receipt_answer(earlier, note=str(before))

    def submission_status(self, id: str) -> StatusAnswer:  # the name is the contract's
        """Where a submission is: received, scoring, scored, failed, held, published or withdrawn; and its scores.

        Look-ups of ids that are not known here are limited to 30 in a minute for all callers together.

        Args:
            id: the id of the receipt

        Returns:
            state, its reason, whether more is to come by itself, what happened when, progress, place in the queue,
            whether it is stored, verified or hidden, and the scores by level with 95 % intervals once there are any
        """
        status = self._lookups.status(id)
        return status_answer(status, self._desk.submissions.report(id) if status.scores else None)


def publish_submit(site: Site) -> None:
    """Publish the endpoints in the current Blocks."""
    received = ReceivedFiles(Path(get_upload_folder()), site.settings.data_dir / "submission-calls")
    api = SubmitApi(site.desk, site.identity, received)
    form = Api({}, python_type_to_json_schema(dict[str, str]), "form")
    form.example_inputs = lambda: EXAMPLE_FORM  # type: ignore[method-assign]
    options: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": AT_ONCE, "concurrency_id": "submissions"}
    for function, name, inputs, answer in (
        (api.check_submission, "check_submission", [_files(), _text("board"), form], CheckAnswer),
        (api.submit, "submit", [_files(), form, _text("key")], ReceiptAnswer),
    ):
        result = Api(None, python_type_to_json_schema(answer), "answer")
        gr.Button(visible=False).click(spoken(function), inputs, result, api_name=name, **options)
    gr.api(spoken(api.submission_status), api_name="submission_status", concurrency_limit=LOOKUPS_AT_ONCE)


def _given(form: Any) -> dict[str, Any]:
    """The fields of a form as they were sent; what is in them is read by the desk."""
    if form is None:
        return {}
    if not isinstance(form, Mapping):
        raise EchoMindError(f"form: found {shown(form)}, expected an object of texts by field")
    return dict(form)


def _text(label: str) -> gr.Textbox:
    return gr.Textbox("", visible=False, label=label)


def _files() -> Api:
    """Uploads, as ``gr.File`` takes them from programs, which would leave an empty file behind for each one.

    An address is left as it is instead of being fetched: nobody has checked how much would come.
    """
    files = Api(None, FILES_SCHEMA, "files")
    files.example_inputs = lambda: EXAMPLE_FILES  # type: ignore[method-assign]

    async def as_it_is(path: str | Path | None) -> str | None:
        return None if path is None else str(path)

    files.async_move_resource_to_block_cache = as_it_is  # type: ignore[method-assign, assignment]
    return files
