"""Made-up submissions, the same for the same seed."""

import datetime
import random

from echomind.submissions.layout import digest
from echomind.submissions.model import Event, File, Form, Receipt, Sender

START = datetime.datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=datetime.UTC)
FILES = {"understanding.json": b'{"k1": "A"}\n', "response.json": b'{"k1": "I hear you."}\n'}


def made_receipt(files=FILES, *, seed=0, at=START, sender="Ada", provider="huggingface", model="A model"):
    """A receipt that fits ``files``; another seed, another id."""
    content = digest(b"".join(digest(files[name]).encode() for name in sorted(files)))
    return Receipt(
        schema=1,
        id=f"{content[:12]}-{random.Random(seed).randbytes(16).hex()}",
        at=at,
        content=content,
        sender=Sender(provider=provider, name=sender),
        form=Form(board="echomind-mini", model=model, prompt="zero", voice="tts", params_b=7.1),
        files=tuple(File(name=n, sent_as=f"C:\\{n}", size=len(d), sha256=digest(d)) for n, d in files.items()),
    )


def made_event(kind="held", *, seed=0, by="worker 1", at=START, **data):
    """An event; another seed, another id."""
    chance = random.Random(f"event {seed}").randbytes(16).hex()
    return Event(id=chance, at=at, kind=kind, by=by, data={"reason": "for a test"} | data)
