"""What each step of the Submit page does, without a page: from what the browser holds to what is shown next.

Nothing of a visitor is kept between two steps but the tray: form, token and receipt come with each call from the
browser, which keeps them as a draft. So a reload, a sign-in, a lost answer or a restart of the app lose nothing, and
every step can be repeated. What a step cannot do it says in one line in place.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from echomind.errors import EchoMindError
from echomind.submissions.check import Check, IntakeError
from echomind.submissions.intake import IntakeUnavailable
from echomind.submissions.limits import AlreadyReceived, LimitReached
from echomind.submissions.lookups import Lookups, TooManyLookups
from echomind.submissions.service import Status
from echomind.submissions.store import StoreError, UnknownSubmission
from echomind.submissions.trays import NoTray
from echomind.ui import submit_view as view
from echomind.ui.identity import KEY_S, NotSignedIn
from echomind.ui.received_files import ReceivedFiles
from echomind.ui.site import Site
from echomind.ui.submit_check_view import check_html, not_checked_html, visible
from echomind.ui.submit_receipt_view import facts_html, is_moving, lost_html, scored_html, state_html
from echomind.ui.submit_uploads import UploadDesk
from echomind.words import t

CHOOSE, CHECK, SIGN_IN, CONFIRM, RECEIPT = range(1, 6)
_AGAIN = t("Nothing is lost; try again in a moment.")
_LATER = t("Nothing is lost: the form is kept in this browser, the files for an hour.")


def _capital(told: str) -> str:
    return told[:1].upper() + told[1:]


@dataclass(frozen=True)
class Given:
    """What the browser holds: the form's texts by field name, the token of the tray, who says to be there."""

    form: Mapping[str, Any]
    tray: str = ""
    profile: gr.OAuthProfile | None = None
    key: str = ""


@dataclass(frozen=True)
class Shown:
    """What changes on the page; ``None``: stays as it is. ``ready``: it may be handed in; ``moving``: look again."""

    step: int | None = None
    tray: str | None = None
    receipt: str | None = None
    files: Markup | None = None
    checked: Markup | None = None
    signed: Markup | None = None
    refused: Markup | None = None
    confirm: Markup | None = None
    done: Markup | None = None
    facts: Markup | None = None
    scores: Markup | None = None
    ready: bool | None = None
    moving: bool | None = None


class Steps:
    """The steps for all visitors of one site. Safe between threads."""

    def __init__(self, site: Site, uploads: Path) -> None:
        self._site = site
        self._lookups = Lookups(site.desk)  # the receipt comes from the browser: it may be anything
        limit = site.settings.max_upload_mb * 2**20
        received = ReceivedFiles(uploads, site.settings.data_dir / "submission-calls")
        self._uploads = UploadDesk(site.desk.trays, received, limit)

    def add(self, payload: Any, tray: str) -> Shown:
        """Files were dropped."""
        try:
            tray = self._uploads.add(payload, tray)
        except EchoMindError as error:  # too much, no upload, no room: what lies there stays
            return Shown(files=self._files(tray, str(error)))
        return Shown(tray=tray, files=self._files(tray), receipt="", moving=False)  # another one is begun

    def remove(self, number: int, tray: str) -> Shown:
        """One of the files was taken away."""
        try:
            tray = self._uploads.without(tray, number)
        except NoTray as error:
            return Shown(tray="", files=view.files_html([], str(error)))
        return Shown(tray=tray, files=self._files(tray))

    def forget(self, tray: str) -> Shown:
        """The draft is dropped, its files too."""
        self._site.desk.trays.drop(tray)
        return Shown(files=view.files_html([]))

    def check(self, given: Given) -> Shown:
        """Check files and form; nothing is kept."""
        begun = time.perf_counter()
        try:
            files = self._site.desk.trays.files(given.tray)
            check = self._site.desk.check(files, given.form)
        except NoTray as error:
            return Shown(step=CHOOSE, tray="", files=view.files_html([], str(error)), ready=False)
        except IntakeUnavailable as error:
            return Shown(step=CHECK, checked=not_checked_html(str(error)), ready=False)
        return Shown(
            step=CHECK,
            checked=check_html(check, time.perf_counter() - begun, len(files)),
            confirm=self._confirm(check, given),
            signed=self._signed(given),
            refused=Markup(""),
            ready=check.ok,
        )

    def go_on(self, given: Given, *, shown: bool = False) -> Shown:
        """To what comes after the check: past the sign-in where nobody has to, or has done so.

        ``shown``: the sign-in is on the page already, so that whoever is not signed in is told so.
        """
        try:
            self._site.identity.sender(given.profile, given.key)
        except NotSignedIn as error:
            told = view.refused(str(error)) if shown else Markup("")
            return Shown(step=SIGN_IN, signed=self._signed(given), refused=told)
        return Shown(step=CONFIRM, refused=Markup(""))

    def hand_in(self, given: Given) -> Shown:
        """Keep it and show the receipt. Again after a lost answer: the receipt that was given then."""
        desk, told, begun = self._site.desk, "", time.perf_counter()
        try:
            sender = self._site.identity.sender(given.profile, given.key)
            files = desk.trays.files(given.tray)
            submission_id = desk.submit(files, given.form, sender).id
        except NotSignedIn as error:
            return Shown(step=SIGN_IN, signed=self._signed(given), refused=view.refused(str(error)))
        except AlreadyReceived as error:
            submission_id = error.submission_id
            told = t("These files were received before. This is the receipt of then; nothing was handed in twice.")
        except NoTray as error:
            return Shown(step=CHOOSE, tray="", files=view.files_html([], str(error)), ready=False)
        except IntakeError as error:
            return Shown(
                step=CHECK, checked=check_html(error.check, time.perf_counter() - begun, len(files)), ready=False
            )
        except EchoMindError as error:  # a limit is reached, or it cannot be checked or kept now
            again = _LATER if isinstance(error, LimitReached) else _AGAIN
            return Shown(refused=view.refused(t("{error}. {again}", error=visible(_capital(str(error))), again=again)))
        return self.look(submission_id, told)

    def look(self, submission_id: str, told: str = "") -> Shown:
        """Open the receipt of a submission."""
        shown = Shown(step=RECEIPT, receipt=submission_id, refused=Markup(""))
        try:
            status = self._lookups.status(submission_id)
            scores = scored_html(status, self._report(status))
        except UnknownSubmission:
            return Shown(step=CHOOSE, receipt="", moving=False)
        except TooManyLookups as error:  # nobody knows whether there is such a receipt: the page asks again
            return replace(shown, done=view.refused(str(error)), moving=True)
        except StoreError as error:
            return replace(shown, done=lost_html(submission_id, str(error)), moving=True)
        return replace(
            shown,
            done=state_html(status),
            facts=facts_html(status.receipt, told),
            scores=scores,
            moving=is_moving(status),
        )

    def look_again(self, submission_id: str) -> Shown:
        """Where a submission is now. What cannot have changed stays, and so does the step that is open."""
        if not submission_id:
            return Shown(moving=False)
        shown = self.look(submission_id)
        return replace(shown, step=None, facts=None) if shown.step == RECEIPT else shown

    def resume(self, given: Given, receipt: str, step: int) -> Shown:
        """The page was opened anew: where its draft stood, as far as everything is still there."""
        if receipt:
            return self.look(receipt)
        if not given.tray:
            return Shown(signed=self._signed(given))
        try:
            files = view.files_html(self._uploads.on(given.tray))
        except NoTray as error:
            return Shown(step=CHOOSE, tray="", files=view.files_html([], str(error)), signed=self._signed(given))
        if step < CHECK:
            return Shown(files=files, signed=self._signed(given))
        shown = self.check(given)
        if step > CHECK and shown.ready:
            there = self.go_on(given)
            shown = replace(shown, step=there.step, refused=there.refused)
        return replace(shown, files=files)

    def script_key(self, profile: gr.OAuthProfile | None) -> Markup:
        """A key for scripts of who is signed in."""
        try:
            return view.key_html(self._site.identity.script_key(profile), KEY_S / 3600)
        except NotSignedIn as error:
            return view.refused(str(error))

    def _files(self, tray: str, told: str = "") -> Markup:
        try:
            return view.files_html(self._uploads.on(tray), told)
        except NoTray as error:
            return view.files_html([], told or str(error))

    def _signed(self, given: Given) -> Markup:
        name = given.profile.username if given.profile is not None else ""
        return view.sign_in_html(self._site.identity.way, name)

    def _confirm(self, check: Check, given: Given) -> Markup:
        unnamed = (
            t("the holder of the admin token") if self._site.identity.way == "token" else t("whoever uses this machine")
        )
        who = given.profile.username if given.profile is not None else unnamed
        return view.confirm_html(check if check.ok else None, who, self._site.settings)

    def _report(self, status: Status) -> Any:
        return self._site.desk.submissions.report(status.id) if status.state == "published" else None
