import os
import threading

import pytest

from echomind.submissions.trays import NoTray, Trays


@pytest.fixture
def chosen(tmp_path):
    """Makes files as gradio leaves uploads: to be moved."""

    def make(*contents):
        paths = []
        for number, content in enumerate(contents):
            path = tmp_path / f"upload{number}"
            path.write_bytes(content)
            paths.append(path)
        return paths

    return make


@pytest.fixture
def trays(tmp_path):
    return Trays(tmp_path / "trays")


def test_what_is_put_there_is_there_until_it_is_dropped(trays, chosen):
    names = ["../../etc/passwd", "a\nb.json", "北京 \udc80.zip"]
    paths = chosen(b"one", b"two", b"")
    token = trays.put(list(zip(names, paths, strict=True)))
    assert not any(path.exists() for path in paths)
    files = trays.files(token)
    assert [(file.sent_as, file.content.read_bytes()) for file in files] == [
        (names[0], b"one"),
        (names[1], b"two"),
        (names[2], b""),
    ]
    trays.drop(token)
    with pytest.raises(NoTray, match="choose them again"):
        trays.files(token)


def test_a_new_process_finds_the_tray(trays, chosen, tmp_path):
    token = trays.put([("a", chosen(b"one")[0])])
    assert Trays(tmp_path / "trays").files(token)[0].content.read_bytes() == b"one"


@pytest.mark.parametrize("token", ["", None, "x", "../trays", "0" * 31, "0" * 33, "A" * 32, "0" * 32 + "\n"])
def test_what_is_no_token_never_becomes_a_path(trays, token, tmp_path):
    with pytest.raises(NoTray):
        trays.files(token)
    trays.drop(token)
    assert list(tmp_path.iterdir()) == []


def test_old_trays_are_swept_and_used_ones_stay(trays, chosen, tmp_path):
    old = trays.put([("old", chosen(b"1")[0])])
    used = trays.put([("used", chosen(b"2")[0])])
    for token in (old, used):
        os.utime(tmp_path / "trays" / token, (1, 1))
    trays.files(used)
    trays.put([("new", chosen(b"3")[0])])
    assert trays.files(used)
    with pytest.raises(NoTray):
        trays.files(old)


def test_trays_never_take_more_room_than_they_may(tmp_path, chosen):
    trays = Trays(tmp_path / "trays", most_bytes=10)
    first = trays.put([("a", chosen(b"12345678")[0])])
    (path,) = chosen(b"12345678")
    with pytest.raises(NoTray, match="try again in an hour"):
        trays.put([("b", path)])
    assert path.exists()
    trays.drop(first)
    assert trays.put([("b", path)])


def test_threads_each_get_a_tray_of_their_own(trays, tmp_path):
    tokens = {}

    def put(number):
        path = tmp_path / f"file{number}"
        path.write_text(str(number))
        tokens[number] = trays.put([(f"name{number}", path)])

    threads = [threading.Thread(target=put, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens.values())) == 20
    for number, token in tokens.items():
        assert [(f.sent_as, f.content.read_text()) for f in trays.files(token)] == [(f"name{number}", str(number))]
