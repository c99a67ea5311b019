import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from echomind.models.endpoint_cache import EndpointCache, cache_key
from echomind.models.endpoint_costs import Usage
from echomind.models.endpoint_wire import Completion

KEY = cache_key("http://host/v1", {"model": "m", "messages": [{"role": "user", "content": "hi"}]})
SPOKEN = Completion("", b"RIFF sound", "Hi ☀.", Usage(1, 2, 3, 4), 0.25, "m-1", 1.5, False, "stop")
SILENT = replace(SPOKEN, text="Hi.", audio=None, audio_transcript="", usage=None, cost=None)


@pytest.fixture
def cache(tmp_path):
    return EndpointCache(tmp_path / "cache")


def only(cache, ending):
    [path] = cache.folder.rglob(f"*{ending}")
    return path


@pytest.mark.parametrize("answer", [SPOKEN, SILENT], ids=["spoken", "silent"])
def test_an_answer_comes_back_free_and_flagged(cache, answer):
    assert cache.get(KEY) is None
    cache.put(KEY, answer)
    assert EndpointCache(cache.folder).get(KEY) == replace(answer, cost=0.0, cached=True)


def test_nothing_is_left_beside_the_answers(cache):
    cache.put(KEY, SPOKEN)
    names = sorted(path.suffix for path in cache.folder.rglob("*") if path.is_file())
    assert names == [".json", ".wav"]


def test_the_key_holds_everything_that_was_sent():
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    keys = {
        cache_key("http://host/v1", body),
        cache_key("http://other/v1", body),
        cache_key("http://host/v1", body, "prompts-1"),
        cache_key("http://host/v1", {**body, "model": "n"}),
        cache_key("http://host/v1", {**body, "seed": 0}),
        cache_key("http://host/v1", {**body, "messages": [{"role": "user", "content": "hi "}]}),
    }
    assert len(keys) == 6
    assert cache_key("http://host/v1", dict(reversed(body.items()))) == cache_key("http://host/v1", body)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", KEY.upper(), KEY[:-1], KEY + "0"])
def test_a_key_is_never_a_path(cache, key):
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        cache.get(key)


def change(**changes):
    def damage(data):
        document = json.loads(data)
        document["answer"].update(changes)
        return json.dumps(document).encode()

    return damage


DAMAGE = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) // 2],
    "zeros": lambda data: bytes(len(data)),
    "not utf-8": lambda data: b"\xff" + data,
    "a list": lambda data: b"[]",
    "another schema": lambda data: data.replace(b'"schema": 1', b'"schema": 2'),
    "another text": change(text="Something else."),
    "a text of the wrong type": change(text=5),
    "a path as sound": change(audio_sha256="../../../etc/passwd"),
    "an unknown field": change(surprise=1),
    "no answer": lambda data: b'{"schema": 1, "digest": "x", "answer": null}',
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_answer_is_reported_ignored_and_overwritten(cache, caplog, damage):
    cache.put(KEY, SPOKEN)
    path = only(cache, ".json")
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get(KEY) is None
    assert "asking again" in caplog.text
    cache.put(KEY, SPOKEN)
    assert cache.get(KEY).audio_transcript == "Hi ☀."


def test_an_answer_of_this_digest_but_another_shape_is_ignored(cache):
    from echomind.models.endpoint_cache import _digest

    cache.put(KEY, SILENT)
    path = only(cache, ".json")
    for answer in ({"text": "hi"}, {**json.loads(path.read_bytes())["answer"], "audio_sha256": "../../x"}):
        path.write_text(json.dumps({"schema": 1, "digest": _digest(answer), "answer": answer}))
        assert cache.get(KEY) is None


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"RIFF other"), lambda path: path.unlink()])
def test_an_answer_without_its_own_sound_is_no_answer(cache, caplog, damage):
    cache.put(KEY, SPOKEN)
    damage(only(cache, ".wav"))
    assert cache.get(KEY) is None
    assert "asking again" in caplog.text
    cache.put(KEY, SPOKEN)
    assert cache.get(KEY).audio == b"RIFF sound"


def test_a_folder_in_the_way_is_reported(cache, caplog):
    cache.put(KEY, SILENT)
    path = only(cache, ".json")
    path.unlink()
    path.mkdir()
    assert cache.get(KEY) is None
    cache.put(KEY, SILENT)
    assert "could not be cached" in caplog.text
    assert list(cache.folder.rglob("*.part")) == []


def _write_and_read(folder, writer):
    """Write 15 keys that others write too, and read each at once; return what was not whole."""
    cache, wrong = EndpointCache(folder), []
    for number in range(15):
        key = cache_key("http://host/v1", {"number": number})
        sound = f"RIFF {writer} {number} ".encode() * 2000
        cache.put(key, replace(SPOKEN, text=f"{writer} {number}", audio=sound))
        got = cache.get(key)
        if got is None or got.audio != f"RIFF {got.text} ".encode() * 2000:
            wrong.append((writer, number))
    return wrong


def test_processes_that_write_the_same_keys_never_see_half_an_answer(tmp_path):
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(_write_and_read, [tmp_path] * 3, "abc")) == [[], [], []]
    assert list(tmp_path.rglob("*.part")) == []


def test_threads_that_write_the_same_keys_never_see_half_an_answer(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_write_and_read, [tmp_path] * 4, "abcd")) == [[]] * 4
