import pytest

from echomind.submissions.trays import NoTray, Trays
from echomind.ui.received_files import NotReceived, ReceivedFiles
from echomind.ui.submit_uploads import UploadDesk, UploadError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "gradio").mkdir()
    return tmp_path / "gradio"


@pytest.fixture
def desk(tmp_path, folder):
    return UploadDesk(Trays(tmp_path / "trays"), ReceivedFiles(folder, tmp_path / "calls"), 100)


def uploaded(folder, name, data, sent_as=None):
    place = folder / f"hash-of-{name}"
    place.mkdir()
    (place / name).write_bytes(data)
    return {"path": str(place / name), "orig_name": sent_as or name, "size": len(data), "meta": {}}


def on(desk, tray):
    return [(file.sent_as, file.content.read_bytes()) for file in desk.on(tray)]


def test_what_is_dropped_later_lies_beside_what_was_there_and_nothing_stays_in_the_cache(desk, folder):
    first = desk.add([uploaded(folder, "a.json", b"1", "../<b>a</b>.json"), uploaded(folder, "b.json", b"2")], "")
    both = desk.add([uploaded(folder, "c.json", b"3")], first)
    assert on(desk, both) == [("../<b>a</b>.json", b"1"), ("b.json", b"2"), ("c.json", b"3")]
    assert list(folder.iterdir()) == []
    with pytest.raises(NoTray):
        desk.on(first)


def test_one_file_is_removed_and_a_number_of_none_removes_nothing(desk, folder):
    tray = desk.add([uploaded(folder, name, name.encode()) for name in ("a", "b", "c")], "")
    rest = desk.without(tray, 1)
    assert on(desk, rest) == [("a", b"a"), ("c", b"c")]
    assert desk.without(rest, -1) == rest and desk.without(rest, 2) == rest
    assert desk.without(desk.without(rest, 0), 0) == ""


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.json", "", "https://example.org/x.json"])
def test_no_path_but_an_upload_is_ever_touched(desk, folder, tmp_path, path):
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    with pytest.raises(NotReceived):
        desk.add([{"path": path and str(folder / path), "orig_name": "x"}], "")
    assert secret.read_text() == "{}"


@pytest.mark.parametrize("payload", [None, [], [3], [{"name": "x"}], [[]], 7])
def test_what_is_no_upload_is_refused(desk, payload):
    with pytest.raises((UploadError, NotReceived), match="expected"):
        desk.add(payload, "")


def test_a_tray_that_would_be_too_full_stays_as_it_was(desk, folder):
    tray = desk.add([uploaded(folder, "a", b"x" * 60)], "")
    with pytest.raises(UploadError, match="in all, expected at most"):
        desk.add([uploaded(folder, "b", b"x" * 60)], tray)
    with pytest.raises(UploadError, match="found 101 files, expected at most 100"):
        desk.add([uploaded(folder, f"n{number}", b"") for number in range(100)], tray)
    assert [name for name, _ in on(desk, tray)] == ["a"]
    assert list(folder.iterdir()) == []


def test_after_an_hour_a_new_tray_is_begun(desk, folder):
    assert on(desk, desk.add([uploaded(folder, "a", b"1")], "0" * 32)) == [("a", b"1")]
