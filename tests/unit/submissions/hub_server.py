"""A server on this machine that speaks what ``huggingface_hub`` speaks for data set repositories, with faults on cue.

Written from the requests of the installed client: repository, revision, tree (in pages), paths-info, preupload, LFS
batch and upload, commit (NDJSON, ``parentCommit`` strictly checked), resolve. Faults stand in ``HubServer.faults``: a
function from the name of the endpoint to what goes wrong with this request.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.unit.submissions.hub_cues import Fault
from tests.unit.submissions.hub_history import Blob, Commit, Moved, Repo

TOKEN = "hf_aTokenThatNoMessageMayEverHold"
PAGE = 7  # entries in one page of a listing; the Hub gives 1,000


class HubServer:
    """``with HubServer() as hub``: serves at ``hub.endpoint`` until the end of the block."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.faults: Callable[[str], Fault | None] = lambda endpoint: None
        self.requests: Counter[str] = Counter()
        self.happened: Counter[Fault] = Counter()
        self.answers: Counter[int] = Counter()
        self.retry_after = "0"
        self.large_from = 10_000_000
        self.others = 0
        self.late: deque[Callable[[], object]] = deque()
        self.lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> HubServer:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def script(self, endpoint: str, *faults: Fault | None) -> None:
        """These faults, in this order, for the next requests of one endpoint; ``None`` lets a request pass."""
        queue = deque(faults)
        self.faults = lambda name: queue.popleft() if name == endpoint and queue else None

    @property
    def repo(self) -> Repo:
        """The only repository."""
        (repo,) = self.repos.values()
        return repo

    def ours(self) -> list[Commit]:
        """All commits but the first one and those of ``another_writer``."""
        return [c for repo in self.repos.values() for c in repo.commits[1:] if c.title != "somebody else"]

    def another_writer(self, repo: Repo) -> None:
        """A commit of somebody else."""
        with repo.lock:
            self.others += 1
            repo.commit("somebody else", {f"others/{self.others}.txt": Blob(b"%d" % self.others, False)}, None)


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal of the tests quiet."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = [unquote(part) for part in urlsplit(self.path).path.split("/")[1:]]
        endpoint, repo_id, rest = _route(parts)
        length = int(self.headers.get("Content-Length") or 0)
        with self.hub.lock:
            fault = self.hub.faults(endpoint)
            self.hub.requests[endpoint] += 1
            if fault:
                self.hub.happened[fault] += 1
        if fault is Fault.CUT:
            self.rfile.read(length // 2)
            return self._hang_up()
        body = self.rfile.read(length)
        if fault is Fault.SILENT:
            return self._wait_for_the_end()
        if fault in (Fault.BUSY, Fault.FAILED, Fault.AWAY):
            return self._fault(fault)
        if endpoint == "upload":
            self.hub.repos[repo_id].uploads[rest[0]] = body
            return self._answer(200, {})
        open_to_all = self.command == "GET" and repo_id in self.hub.repos and not self.hub.repos[repo_id].private
        if self.headers.get("Authorization") != f"Bearer {TOKEN}" and not open_to_all:
            return self._error(401, "RepoNotFound", "Invalid username or password.")
        if endpoint == "create":
            return self._create(json.loads(body))
        repo = self.hub.repos.get(repo_id)
        if repo is None:
            return self._error(404, "RepoNotFound", "Repository not found")
        getattr(self, f"_{endpoint.replace('-', '_')}")(repo, rest, body, fault)

    def _create(self, asked: dict[str, str]) -> None:
        repo_id = f"{asked['organization']}/{asked['name']}"
        with self.hub.lock:
            known = repo_id in self.hub.repos
            private = asked.get("visibility") == "private"
            self.hub.repos.setdefault(repo_id, Repo(repo_id, private, self.hub.large_from))
        url = f"{self.hub.endpoint}/datasets/{repo_id}"
        self._answer(409 if known else 200, {"url": url, "error": "You already created this dataset repo"})

    def _revision(self, repo: Repo, rest: list[str], body: bytes, fault: Fault | None) -> None:
        head = repo.head.oid
        while self.hub.late:
            self.hub.late.popleft()()
        made = f"2026-11-20T10:{len(repo.commits):02}:00.000Z"
        self._answer(200, {"_id": "1", "id": "repo", "sha": head, "private": repo.private, "lastModified": made})

    def _tree(self, repo: Repo, rest: list[str], body: bytes, fault: Fault | None) -> None:
        commit = repo.at(rest[0])
        if commit is None:
            return self._error(404, "RevisionNotFound", f"Invalid rev id: {rest[0]}")
        query = parse_qs(urlsplit(self.path).query)
        entries = repo.entries(commit, "/".join(rest[1:]), query.get("recursive") in (["true"], ["True"]))
        if entries is None:
            return self._error(404, "EntryNotFound", "path does not exist")
        start = int(query.get("cursor", ["0"])[0])
        more = {}
        if start + PAGE < len(entries):
            path = urlsplit(self.path).path
            where = f"{self.hub.endpoint}{path}?recursive={query['recursive'][0]}&cursor={start + PAGE}"
            more = {"Link": f'<{where}>; rel="next"'}
        self._answer(200, entries[start : start + PAGE], more)

    def _paths_info(self, repo: Repo, rest: list[str], body: bytes, fault: Fault | None) -> None:
        commit = repo.at(rest[0])
        if commit is None:
            return self._error(404, "RevisionNotFound", f"Invalid rev id: {rest[0]}")
        paths = parse_qs(body.decode()).get("paths", [])
        self._answer(200, [repo.described(commit, path) for path in paths if path in commit.files])

    def _preupload(self, repo: Repo, rest: list[str], body: bytes, fault: Fault | None) -> None:
        answer = []
        for file in json.loads(body)["files"]:
            path = file["path"]
            there = repo.head.files.get(path)
            mode = "lfs" if repo.is_large(path, file["size"]) else "regular"
            oid = there and (there.sha256 if there.large else there.oid)
            ignore = path.rsplit("/", 1)[-1] in repo.ignored
            answer.append({"path": path, "uploadMode": mode, "shouldIgnore": ignore, "oid": oid})
        self._answer(200, {"files": answer})

    def _batch(self, repo: Repo, rest: list[str], body: bytes, fault: Fault | None) -> None:
        objects = []
        for asked in json.loads(body)["objects"]:
            answer = {"oid": asked["oid"], "size": asked["size"]}
            if asked["oid"] not in repo.uploads:
                answer["actions"] = {
                    "upload": {"href": f"{self.hub.endpoint}/upload/{quote(rest[0], safe='')}/{asked['oid']}"}
                }
            objects.append(answer)
        self._answer(200, {"transfer": "basic", "objects": objects})

    def _resolve(self, repo: Repo, rest: list[str], body: bytes, fault: Fault | None) -> None:
        commit = repo.at(rest[0])
        blob = commit and commit.files.get("/".join(rest[1:]))
        if blob is None:
            return self._error(404, "EntryNotFound", "Entry not found")
        if fault is Fault.HALF:
            return self._answer(200, blob.content[: len(blob.content) // 2])
        self._answer(200, blob.content)

    def _commit(self, repo: Repo, rest: list[str], body: bytes, fault: Fault | None) -> None:
        header, *lines = [json.loads(line) for line in body.splitlines()]
        added = {}
        for line in lines:
            value = line["value"]
            if line["key"] == "lfsFile":
                if value["oid"] not in repo.uploads:
                    return self._error(400, "BadRequest", f"LFS object {value['oid']} was never uploaded")
                added[value["path"]] = Blob(repo.uploads[value["oid"]], True)
            else:
                added[value["path"]] = Blob(base64.b64decode(value["content"]), False)

        def make() -> Commit:
            return repo.commit(header["value"]["summary"], added, header["value"].get("parentCommit"))

        if fault is Fault.CONFLICT:
            self.hub.another_writer(repo)
        if fault is Fault.LATE:
            self.hub.late.append(lambda: _unless_moved(make))
            return self._hang_up()
        try:
            commit = make()
        except Moved:
            return self._error(412, None, "A commit has happened since. Please refresh and try again.")
        if fault is Fault.LOST:
            return self._hang_up()
        if fault is Fault.SLOW:
            return self._wait_for_the_end()
        if fault is Fault.FAILED_AFTER:
            return self._fault(Fault.FAILED)
        url = f"{self.hub.endpoint}/datasets/{repo.name}/commit/{commit.oid}"
        self._answer(200, {"success": True, "commitOid": commit.oid, "commitUrl": url, "hookOutput": ""})

    def _fault(self, fault: Fault) -> None:
        if fault is Fault.BUSY:
            return self._answer(429, {"error": "Too many requests"}, {"Retry-After": self.hub.retry_after})
        if fault is Fault.AWAY:
            return self._answer(503, b"<html>upstream</html>", {"Content-Type": "text/html"})
        self._answer(500, {"error": f"Internal error for {self.headers.get('Authorization')}, request refused"})

    def _error(self, status: int, code: str | None, message: str) -> None:
        self._answer(status, {"error": message}, {"X-Error-Code": code} if code else {})

    def _answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        with self.hub.lock:
            self.hub.answers[status] += 1
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _wait_for_the_end(self) -> None:
        self.rfile.read(1)
        self.close_connection = True


def _route(parts: list[str]) -> tuple[str, str, list[str]]:
    """Endpoint, repository and the rest of a path: ``/api/datasets/owner/name/tree/main/folder``."""
    match parts:
        case ["api", "repos", "create"]:
            return "create", "", []
        case ["api", "datasets", owner, name]:
            return "revision", f"{owner}/{name}", ["main"]
        case ["api", "datasets", owner, name, endpoint, *rest]:
            return endpoint, f"{owner}/{name}", rest
        case ["datasets", owner, name, "info", "lfs", "objects", "batch"]:
            repo_id = f"{owner}/{name.removesuffix('.git')}"
            return "batch", repo_id, [repo_id]
        case ["datasets", owner, name, "resolve", *rest]:
            return "resolve", f"{owner}/{name}", rest
        case ["upload", repo_id, oid]:
            return "upload", repo_id, [oid]
    raise ValueError(f"the client asked for /{'/'.join(parts)}, which this server does not speak")


def _unless_moved(make: Callable[[], Commit]) -> None:
    try:
        make()
    except Moved:
        return  # the client was faster: the Hub refuses the late commit
