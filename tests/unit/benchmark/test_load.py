"""Which set a word means; the Hub is a small server on this machine, or away."""

import hashlib
import http.server
import json
import threading
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from huggingface_hub import constants
from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, RepositoryNotFoundError

from echomind import settings
from echomind.benchmark import load
from echomind.benchmark.load import load_set
from echomind.errors import ConfigurationError, DataError
from tests.unit.benchmark.made_folders import Folder

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def assets(tmp_path, monkeypatch):
    monkeypatch.setattr(load, "get_settings", lambda: settings.Settings(assets_dir=tmp_path / "assets"))
    return tmp_path / "assets"


def refused(spec, **options):
    with pytest.raises(ConfigurationError) as caught:
        load_set(spec, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_mini_comes_from_the_assets(assets):
    Folder().write(assets / "mini")
    found = load_set("mini")
    assert (found.id, len(found.questions)) == ("echomind-mini", 3)
    assert not any("published counts" in note for note in found.notes)


def test_mini_that_was_not_built(assets):
    assert refused("mini").startswith(f"EchoMind-Mini is not in {assets / 'mini'}: build it")


def test_a_folder_is_the_published_set_unless_it_is_a_build_of_mini(tmp_path):
    Folder().write(tmp_path)
    assert load_set(str(tmp_path)).id == "echomind"
    (tmp_path / "mini.json").write_text("{}")
    assert load_set(str(tmp_path)).id == "echomind-mini"


def test_a_folder_called_like_a_hub_id_is_a_folder(tmp_path, monkeypatch):
    Folder("human").write(tmp_path / "owner" / "name")
    monkeypatch.chdir(tmp_path)
    assert load_set("owner/name").voice == "human"


def test_arguments_reach_the_reader(tmp_path):
    folder = Folder()
    for question in folder.questions:
        question["key"] = question.pop("answer")
    folder.write(tmp_path)
    assert load_set(str(tmp_path), answer_field="key").questions[0].answer == "C"
    assert load_set(str(tmp_path), require_answers=False).questions[0].answer is None
    with pytest.raises(DataError, match="found no file"):
        load_set(str(tmp_path), require_answers=False, check_audio=True)


@pytest.mark.parametrize(
    "spec", ["", " ", "maxi", "/no/such/folder", "a/b/c", "../x/y", "owner/", "a/b@", "x" * 5000, "a\0b"]
)
def test_words_that_name_no_set(spec):
    assert ", expected 'mini', 'echomind', a folder, or a Hub id owner/name[@revision]" in refused(spec)


# --- the Hub ---


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """What was asked of the Hub; answered with a set in a folder."""
    calls = []
    Folder().write(tmp_path / COMMIT)
    Folder("human").write(tmp_path / COMMIT)

    def snapshot_download(repo, **options):
        calls.append((repo, options))
        return str(tmp_path / COMMIT)

    monkeypatch.setattr(load, "snapshot_download", snapshot_download)
    return calls


@pytest.mark.parametrize(
    ("spec", "repo", "revision", "set_id"),
    [
        ("echomind", "hlt-cuhksz/EchoMind", None, "echomind"),
        ("hlt-cuhksz/echomind@v1.0", "hlt-cuhksz/echomind", "v1.0", "echomind"),
        ("someone/other-set@refs/pr/1", "someone/other-set", "refs/pr/1", "someone--other-set"),
    ],
)
def test_hub_ids_and_revisions(fetched, spec, repo, revision, set_id):
    found = load_set(spec)
    assert [(call, options["repo_type"], options["revision"]) for call, options in fetched] == [
        (repo, "dataset", revision)
    ]
    assert found.id == set_id
    assert found.notes[0] == f"From the Hub: {repo} at {COMMIT}."


def test_only_json_is_fetched_unless_audio_is_wanted(fetched):
    load_set("echomind", "human")
    assert fetched[0][1]["allow_patterns"] == ["*script_info_human.json", "*data_human/MCQ/*.json"]
    fetched.clear()
    load_set("echomind", audio=True)
    first, second = (options for _, options in fetched)
    assert not any("audio" in pattern for pattern in first["allow_patterns"])
    assert "*data_synthesis/audio/*" in second["allow_patterns"]
    assert not any("human" in pattern for pattern in second["allow_patterns"])
    assert second["revision"] == COMMIT  # the same state as the JSON files, even if the branch moves on


class Response:
    """As much of a response as the errors of huggingface_hub look at."""

    headers, request, status_code = {}, None, 404


@pytest.mark.parametrize(
    ("error", "offline", "said"),
    [
        (RepositoryNotFoundError("404\nmore", response=Response()), False, "the Hub knows no such data set, or it is"),
        (GatedRepoError("403", response=Response()), False, "it is gated: accept its terms"),
        (LocalEntryNotFoundError("away"), False, "cannot be reached and the cache does not hold it"),
        (LocalEntryNotFoundError("away"), True, "HF_HUB_OFFLINE is set and the cache does not hold it"),
        (OSError(28, "No space left on device"), False, "OSError: [Errno 28] No space left on device"),
        (OSError("one\ntwo" + "x" * 999), False, "OSError: one twoxxx"),
    ],
)
def test_a_hub_that_cannot_give_the_set(monkeypatch, error, offline, said):
    def snapshot_download(repo, **options):
        raise error

    monkeypatch.setattr(load, "snapshot_download", snapshot_download)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    message = refused("owner/name@main")
    assert message.startswith("the set owner/name@main cannot be had from the Hub: ") and said in message
    assert len(message) < 400


class Hub(http.server.BaseHTTPRequestHandler):
    """The four calls that fetching a data set makes; files from ``server.files``."""

    def log_message(self, *args):
        self.server.asked.append(self.path)

    def do_HEAD(self):
        self.do_GET(body=False)

    def do_GET(self, body=True):
        path = unquote(urlsplit(self.path).path)
        api, resolve = "/api/datasets/owner/name", f"/datasets/owner/name/resolve/{COMMIT}/"
        if path in (f"{api}/revision/main", api):
            self.answer(json.dumps({"id": "owner/name", "sha": COMMIT, "siblings": []}).encode(), body)
        elif path.startswith(f"{api}/tree/{COMMIT}"):
            assert parse_qs(urlsplit(self.path).query).get("recursive") == ["True"] or "recursive=true" in self.path
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                for name, content in self.server.files.items()
            ]
            self.answer(json.dumps(tree).encode(), body)
        elif path.startswith(resolve) and path.removeprefix(resolve) in self.server.files:
            self.answer(self.server.files[path.removeprefix(resolve)], body)
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def answer(self, content, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(content)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    data = Folder().write(tmp_path / "there", ".flac")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.asked = []
    server.files = {
        path.relative_to(tmp_path / "there").as_posix(): path.read_bytes() or b"sound"
        for path in data.rglob("*")
        if path.is_file()
    }
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    real = load.snapshot_download
    monkeypatch.setattr(
        load,
        "snapshot_download",
        lambda repo, **options: real(repo, endpoint=address, cache_dir=tmp_path / "cache", token=False, **options),
    )
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_real_download_with_and_without_sound(hub):
    found = load_set("owner/name")
    assert (found.id, len(found.questions)) == ("owner--name", 3)
    assert "5 of 5 clips are not on this disk: enough to score, not to run." in found.notes
    assert not any(".flac" in path for path in hub.asked)
    with_sound = load_set("owner/name", audio=True, check_audio=True)
    assert with_sound.digest == found.digest
    assert {delivery.audio.read_bytes() for _, delivery in with_sound.deliveries()} == {b"sound"}


def test_the_cache_is_used_when_the_hub_is_away(hub, monkeypatch):
    first = load_set("owner/name")
    hub.shutdown()
    hub.server_close()
    assert load_set("owner/name").digest == first.digest
    assert "cannot be reached and the cache does not hold it" in refused("owner/unseen")


def test_an_unknown_id_is_told(hub):
    assert "the Hub knows no such data set" in refused("owner/unseen")


def test_offline_means_no_request(hub, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set and the cache does not hold it" in refused("owner/name")
    assert hub.asked == []
