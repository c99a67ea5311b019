import io
import os
import zipfile

from echomind.submissions.bundle import write_bundle

FILES = {"receipt.json": b"{}\n", "raw/b.flac": b"fLaC" + os.urandom(64), "raw/a.json": b'{"k": "A"}\n' * 100}


def packed(files):
    out = io.BytesIO()
    write_bundle(files, out)
    return out.getvalue()


def test_the_same_files_give_the_same_bytes_in_any_order():
    assert packed(FILES) == packed(dict(reversed(FILES.items())))


def test_files_come_back_whole_sorted_and_without_a_time():
    with zipfile.ZipFile(io.BytesIO(packed(FILES))) as bundle:
        assert bundle.testzip() is None
        assert bundle.namelist() == sorted(FILES)
        assert {entry.filename: bundle.read(entry) for entry in bundle.infolist()} == FILES
        assert {entry.date_time for entry in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in bundle.infolist()} == {0o100644}
        stored = {e.filename for e in bundle.infolist() if e.compress_type == zipfile.ZIP_STORED}
    assert stored == {"raw/b.flac"}
