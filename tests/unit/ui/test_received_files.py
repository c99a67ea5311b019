import contextlib
import threading

import pytest

from echomind.ui.received_files import NotReceived, ReceivedFiles


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


@pytest.fixture
def own(tmp_path):
    return tmp_path / "own"


@pytest.fixture
def received(folder, own):
    return ReceivedFiles(folder, own)


def put(folder, name="a.jsonl", data=b"answers"):
    (folder / "abc123").mkdir(exist_ok=True)
    path = folder / "abc123" / name
    path.write_bytes(data)
    return str(path)


def read(incoming):
    return [(one.sent_as, one.content.read_bytes()) for one in incoming]


def nothing_left(folder, own):
    return list(folder.iterdir()) == [] and list(own.iterdir()) == []


def test_files_are_off_the_cache_while_they_are_used_and_gone_afterwards(received, folder, own):
    files = [{"path": put(folder), "orig_name": "模型 <b>.jsonl"}, put(folder, "b.json", b"[]")]
    with received.taken(files) as incoming:
        assert read(incoming) == [("模型 <b>.jsonl", b"answers"), ("b.json", b"[]")]
        assert list(folder.iterdir()) == []
    assert nothing_left(folder, own)


def test_files_are_gone_when_the_call_fails(received, folder, own):
    with pytest.raises(ZeroDivisionError), received.taken([put(folder)]):
        raise ZeroDivisionError
    assert nothing_left(folder, own)


@pytest.mark.parametrize("form", [lambda path: path, lambda path: {"path": path}, lambda path: [{"path": path}]])
def test_one_file_may_come_without_a_list(received, folder, form):
    with received.taken(form(put(folder))) as incoming:
        assert read(incoming) == [("a.jsonl", b"answers")]


def test_the_address_of_an_upload_is_the_upload(received, folder):
    path = put(folder, "a b.jsonl").replace(" ", "%20")
    with received.taken([f"https://me-app.hf.space/gradio_api/file={path}"]) as incoming:
        assert read(incoming) == [("a b.jsonl", b"answers")]


@pytest.mark.parametrize("files", [None, []])
def test_no_files(received, files):
    with received.taken(files) as incoming:
        assert incoming == []


@pytest.mark.parametrize(
    "wrong",
    [
        "/etc/hostname",
        "../outside.txt",
        "{uploads}/../outside.txt",
        "{uploads}",
        "{uploads}/",
        "{uploads}/abc123/../../outside.txt",
        "{uploads}/link.txt",
        "{uploads}/a\0b",
        "{uploads}/\ud800",
        "file:///etc/hostname",
        "http://localhost/gradio_api/file=/etc/hostname",
        "",
        7,
        None,
        ["x"],
        {},
        {"path": None},
        {"path": ["x"]},
    ],
)
def test_what_is_no_upload_is_refused_and_left_alone_and_the_others_are_removed(received, folder, own, wrong):
    outside = folder.parent / "outside.txt"
    outside.write_bytes(b"ours")
    link = folder / "link.txt"
    link.symlink_to(outside)
    if isinstance(wrong, str):
        wrong = wrong.replace("{uploads}", str(folder))
    with pytest.raises(NotReceived) as caught, received.taken([put(folder), wrong, put(folder, "c.jsonl")]):
        pytest.fail("was taken")
    link.unlink()
    assert outside.read_bytes() == b"ours"
    assert nothing_left(folder, own)
    assert "\n" not in str(caught.value) and str(folder) not in str(caught.value).replace(str(wrong), "")


@pytest.mark.parametrize("wrong", ["{uploads}/abc123", "{uploads}/none/a.jsonl", "{uploads}/" + "x" * 5_000])
def test_what_is_not_there_is_to_be_sent_again(received, folder, wrong):
    path = put(folder)
    with pytest.raises(NotReceived, match="no longer here; please send it again"):
        received.taken([wrong.replace("{uploads}", str(folder))]).__enter__()
    with received.taken([path]) as incoming:
        assert read(incoming) == [("a.jsonl", b"answers")]


@pytest.mark.parametrize("files", [7, {"a": 1}.keys(), 1.5])
def test_what_is_no_list(received, files):
    with pytest.raises(NotReceived, match="expected a list of uploads"):
        received.taken(files).__enter__()


def test_an_address_elsewhere_is_not_fetched(received):
    with pytest.raises(NotReceived, match="nothing is fetched from there"):
        received.taken(["https://example.org/answers.jsonl"]).__enter__()


def test_two_callers_with_the_same_content_at_the_same_time_both_have_it(received, folder, own):
    path, entered, leave = put(folder), threading.Event(), threading.Event()

    def first():
        with received.taken([path]):
            entered.set()
            leave.wait(20)

    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(20)
    with received.taken([path, path]) as incoming:
        leave.set()
        thread.join(20)
        assert read(incoming) == [("a.jsonl", b"answers")] * 2
    with pytest.raises(NotReceived, match="send it again"):
        received.taken([path]).__enter__()
    assert nothing_left(folder, own)


def test_callers_with_the_same_content_who_follow_each_other_all_have_it(received, folder, own):
    path = put(folder)
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second, contextlib.ExitStack() as third:
        first.enter_context(received.taken([path]))
        second.enter_context(received.taken([path]))
        first.close()
        incoming = third.enter_context(received.taken([path]))  # the first has gone, the second is still here
        second.close()
        assert read(incoming) == [("a.jsonl", b"answers")]
    with pytest.raises(NotReceived, match="send it again"):
        received.taken([path]).__enter__()
    assert nothing_left(folder, own)


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_uses_is_not(received, folder, own):
    left = own / "call-0123456789abcdef"
    left.mkdir()
    (left / "000000").write_bytes(b"x")
    with received.taken([put(folder)]) as incoming:
        ReceivedFiles(folder, own)
        assert not left.exists()
        assert read(incoming) == [("a.jsonl", b"answers")]


def test_what_another_call_has_put_elsewhere_meanwhile_is_to_be_sent_again(received, folder, own):
    path = put(folder)
    with received.taken([path]) as incoming:
        incoming[0].content.rename(folder.parent / "tray")
        with pytest.raises(NotReceived, match="no longer here; please send it again"):
            received.taken([path]).__enter__()
    assert nothing_left(folder, own)
