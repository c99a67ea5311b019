"""Submissions in every state, kept in a folder as the app keeps them: for the pages that show them."""

import datetime
import random

from echomind.benchmark.question_types import QUESTION_TYPES
from echomind.scoring.report import SCORER_VERSION, Cell, Coverage, ScoreReport
from echomind.submissions.layout import digest
from echomind.submissions.model import File, Form, Receipt, Sender, new_event, now
from echomind.submissions.outcomes import add_scored, publish
from echomind.submissions.progress import Progress, ProgressFiles
from echomind.submissions.scoring_run import Ended
from echomind.submissions.store_local import LocalStore

HOSTILE = '<script>alert(1)</script> =HYPERLINK("x") ../ 😀 模型 ${alert(2)} {{value}}'
HOSTILE_FILE = "runs/结果 <b>understanding</b> =1+1.json"
SINCE = datetime.datetime(2019, 3, 1, tzinfo=datetime.UTC)
REASON = "understanding.json, line 3: found “E”, expected one of A to D\nand 41 more problems <b>bold</b>"


def cell(value, n=200, failed=0):
    return Cell(value=value, low=value - 3, high=value + 3, n=n, failed=failed)


def made_report(scorer=SCORER_VERSION, value=50.0):
    accuracy = {"understanding": "understanding_acc", "reasoning": "reasoning_acc"}
    return ScoreReport(
        schema=1,
        scorer=scorer,
        set_id="echomind-mini",
        set_digest="0" * 64,
        voice="tts",
        prompt="zero",
        metrics=["wer", "understanding_acc", "bleu"],
        level={
            "understanding": {"wer": cell(12.345), "understanding_acc": cell(value, 480, 3)},
            "conversation": {"bleu": Cell(value=3.1, n=120, failed=0)},
        },
        question_type={kind.id: {accuracy[kind.level]: cell(40.0)} for kind in QUESTION_TYPES},
        beyond={
            "chain": {"chain_heard": cell(44.0)},
            "chance": {"understanding_acc": Cell(value=27.1, low=27.1, high=27.1, n=480, failed=0)},
        },
        coverage={"understanding": Coverage(expected=480, answered=477, failed=3)},
        absent={"nisqa": "no weights <i>of NISQA</i> are named"},
        used={"wer": "whisper-normalizer"},
    )


def made_receipt(seed, model, *, sender="", minutes=10.0, since=SINCE, content=None, **form):
    """A receipt and its files; without ``sender`` it is of this machine."""
    files = {"understanding.json": b'{"k": "A"}\n' * (content or seed + 1), "response.json": b'{"k": "x"}\n'}
    names = {"understanding.json": HOSTILE_FILE, "response.json": "response.json"}
    content = digest(b"".join(digest(files[name]).encode() for name in sorted(files)))
    receipt = Receipt(
        schema=1,
        id=f"{content[:12]}-{random.Random(seed).randbytes(16).hex()}",
        at=now() - datetime.timedelta(minutes=minutes),
        content=content,
        sender=Sender(provider="huggingface", name=sender, account_since=since)
        if sender
        else Sender(provider="local", name="local"),
        form=Form(board="echomind-mini", model=model, **{"prompt": "zero", "voice": "tts"} | form),
        files=tuple(File(name=n, sent_as=names[n], size=len(d), sha256=digest(d)) for n, d in files.items()),
    )
    return receipt, files


class Shelf:
    """Puts submissions into the data folder of an app; ``ids`` by the name they are given here."""

    def __init__(self, data):
        self.data, self.store, self.ids = data, LocalStore(data / "submissions"), {}

    def add(self, name, model, *, contact="", **given):
        receipt, files = made_receipt(len(self.ids), model, **given)
        self.store.create(receipt, files, contact=contact)
        self.ids[name] = receipt.id
        return receipt.id

    def event(self, name, kind, by="worker-1", **data):
        self.store.append(self.ids[name], new_event(kind, by, **data))

    def claim(self, name):
        self.event(name, "claimed", until="2099-01-01T00:00:00+00:00")

    def progress(self, name, done, doing):
        progress = Progress(done=done, doing=doing, at=now())
        ProgressFiles(self.data / "submission-progress").put(self.ids[name], progress)

    def score(self, name, scorer=SCORER_VERSION, value=50.0, *, published=True):
        report = made_report(scorer, value).model_dump_json(by_alias=True).encode() + b"\n"
        ended = Ended("scored", scorer=scorer, report=report, items=b'{"metric": "wer"}\n')
        assert add_scored(self.store, self.ids[name], "worker-1", ended, lambda found: True)
        assert not published or publish(self.store, self.ids[name], "worker-1")
