"""What a file is, by its first bytes."""

import bz2
import gzip
import io
import lzma
import tarfile

import numpy as np
import pytest
import soundfile

from echomind.submissions.content import HEAD, archive_kind, sound_kind
from tests.unit.submissions.made_archives import make_zip


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.json"), io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (make_zip({"a": b"b"}), "zip"),
        (make_zip({}), "zip"),
        (gzip.compress(b"a"), "gzip"),
        (bz2.compress(b"a"), "bzip2"),
        (lzma.compress(b"a"), "xz"),
        (tar(), "tar"),
        (b'[{"case_id": "PK"}]', ""),
        (b"", ""),
        (b"PK", ""),
    ],
    ids=["zip", "empty zip", "gzip", "bzip2", "xz", "tar", "json", "nothing", "two letters"],
)
def test_archives(data, kind):
    assert archive_kind(data[:HEAD]) == kind


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "AIFF", "AU"])
def test_sound(kind):
    out = io.BytesIO()
    soundfile.write(out, np.zeros(800), 16_000, format=kind)
    head = out.getvalue()[:HEAD]
    assert sound_kind(head) == {"WAV": "wav", "FLAC": "flac"}.get(kind)
    assert archive_kind(head) == ""


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0AVI ", b"fLa", b"[]"])
def test_what_is_no_sound(data):
    assert sound_kind(data) is None
