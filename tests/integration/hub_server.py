"""A small Hugging Face Hub: repositories, commits, large files, downloads; and the ways in which it refuses."""

import base64
import hashlib
import json
import re
import time
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers import running

Body = dict[str, Any]
USER, TOKEN = "ann", "hf_let_me_in"


class Repository:
    """Its commits: name to content, the newest last."""

    def __init__(self, name: str, private: bool) -> None:
        self.name, self.private = name, private
        self.commits: list[tuple[str, dict[str, bytes]]] = []
        self.commit({}, "initial commit")

    @property
    def files(self) -> dict[str, bytes]:
        return self.commits[-1][1]

    def commit(self, files: dict[str, bytes], summary: str) -> str:
        oid = hashlib.sha1(f"{len(self.commits)} {summary} {sorted(files)}".encode()).hexdigest()
        self.commits.append((oid, files))
        return oid

    def at(self, revision: str) -> tuple[str, dict[str, bytes]] | None:
        if revision == "main":
            return self.commits[-1]
        return next((each for each in self.commits if each[0] == revision), None)


class Handler(BaseHTTPRequestHandler):
    server: "Hub"
    protocol_version = "HTTP/1.1"

    # --- the way in ------------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        self.server.asked.append((self.command, path))
        if self.server.refuse and re.search(self.server.refuse[0], f"{self.command} {path}"):
            self._problem(self.server.refuse[1], "refused for the test")
            return
        if self.server.hang and re.search(self.server.hang, f"{self.command} {path}"):
            time.sleep(60)
        for method, pattern, action in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method in (self.command, "GET" if self.command == "HEAD" else ""):
                action(self, body, query, *map(unquote, found.groups()))
                return
        self._problem(404, f"no such way: {self.command} {path}")

    do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815 - the names that the library calls

    @property
    def user(self) -> str | None:
        return USER if self.headers.get("Authorization") == f"Bearer {TOKEN}" else None

    def _json(self, found: Any, status: int = 200) -> None:
        self._send(json.dumps(found).encode(), status, {"Content-Type": "application/json"})

    def _problem(self, status: int, message: str, code: str = "") -> None:
        headers = {"Content-Type": "application/json", "X-Error-Message": message}
        self._send(json.dumps({"error": message}).encode(), status, headers | ({"X-Error-Code": code} if code else {}))

    def _send(self, data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _open(self, name: str, writing: bool = False) -> Repository | None:
        """The repository, if it is there and may be used; else the Hub's own answers."""
        found = self.server.repositories.get(name)
        if writing and not self.user:
            self._problem(401, "Invalid username or password.")
        elif found is None or (found.private and not self.user):
            self._problem(404 if self.user else 401, "Repository not found", "RepoNotFound")
        elif writing and not name.startswith(f"{USER}/"):
            self._problem(403, "You don't have the rights to write here")
        else:
            return found
        return None

    # --- what it does ----------------------------------------------------------------------------------------------

    def create(self, body: bytes, _: Body) -> None:
        given = json.loads(body)
        owner = given.get("organization") or USER
        name = f"{owner}/{given['name']}"
        if not self.user:
            self._problem(401, "Invalid username or password.")
        elif owner != USER:
            self._problem(403, "You don't have the rights to create a model under this namespace")
        elif name in self.server.repositories:
            self._json({"error": "You already created this model repo", "url": f"{self.server.url}/{name}"}, 409)
        else:
            self.server.created.append(given)
            private = given.get("visibility", "private" if given.get("private") else "public") == "private"
            self.server.repositories[name] = Repository(name, private)
            self._json({"url": f"{self.server.url}/{name}", "name": name})

    def validate(self, body: bytes, _: Body) -> None:
        self.server.cards.append(json.loads(body)["content"])
        self._json({"errors": [], "warnings": []})

    def info(self, _: bytes, __: Body, name: str, revision: str = "main") -> None:
        repository = self._open(name)
        if repository is None:
            return
        found = repository.at(revision)
        if found is None:
            self._problem(404, f"Invalid rev id: {revision}", "RevisionNotFound")
            return
        card = self.server.card_data.get(name)
        siblings = [{"rfilename": each} for each in found[1]]
        more = {"cardData": card} if card else {}
        self._json(
            {"id": name, "modelId": name, "sha": found[0], "private": repository.private, "siblings": siblings} | more
        )

    def tree(self, _: bytes, __: Body, name: str, revision: str) -> None:
        repository = self._open(name)
        found = repository.at(revision) if repository else None
        if found:
            self._json([_entry(path, content) for path, content in found[1].items()])

    def preupload(self, body: bytes, _: Body, name: str, revision: str) -> None:
        if self._open(name, writing=True):
            large = [
                {"path": f["path"], "uploadMode": _mode(f["path"]), "shouldIgnore": False}
                for f in json.loads(body)["files"]
            ]
            self._json({"files": large})

    def batch(self, body: bytes, _: Body, name: str) -> None:
        if self._open(name, writing=True):
            self._json({"transfer": "basic", "objects": [self._object(each) for each in json.loads(body)["objects"]]})

    def _object(self, each: Body) -> Body:
        if each["oid"] in self.server.large:
            return each
        return each | {"actions": {"upload": {"href": f"{self.server.url}/large/{each['oid']}"}}}

    def keep(self, body: bytes, _: Body, oid: str) -> None:
        assert hashlib.sha256(body).hexdigest() == oid
        self.server.large[oid] = body
        self._json({})

    def commit(self, body: bytes, _: Body, name: str, __: str) -> None:
        repository = self._open(name, writing=True)
        if repository is None:
            return
        lines = [json.loads(line) for line in body.decode().splitlines() if line]
        with self.server.lock:
            files = dict(repository.files)
            for key, value in ((line["key"], line["value"]) for line in lines):
                if key == "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                elif key == "lfsFile":
                    files[value["path"]] = self.server.large[value["oid"]]
                elif key == "deletedFile":
                    del files[value["path"]]
            oid = repository.commit(files, lines[0]["value"]["summary"])
        self._json({"success": True, "commitOid": oid, "commitUrl": f"{self.server.url}/{name}/commit/{oid}"})

    def resolve(self, _: bytes, __: Body, name: str, revision: str, path: str) -> None:
        repository = self._open(name)
        found = repository.at(revision) if repository else None
        if repository is None:
            return
        if found is None or path not in found[1]:
            self._problem(404, "Entry not found", "EntryNotFound")
            return
        content, start = found[1][path], 0
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted:
            start = int(wanted[1])
        headers = {"ETag": f'"{_oid(path, content)}"', "X-Repo-Commit": found[0], "X-Linked-Size": str(len(content))}
        headers["Accept-Ranges"] = "bytes"
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._send(content[start:], 206 if wanted else 200, headers)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _mode(path: str) -> str:
    return "lfs" if path.endswith((".safetensors", ".bin")) else "regular"


def _oid(path: str, content: bytes) -> str:
    git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    return hashlib.sha256(content).hexdigest() if _mode(path) == "lfs" else git


def _entry(path: str, content: bytes) -> Body:
    entry: Body = {"type": "file", "path": path, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
    if _mode(path) == "lfs":
        entry["lfs"] = {"oid": _oid(path, content), "size": len(content), "pointerSize": 134}
    return entry


NAME = r"([^/]+/[^/]+)"
ROUTES = [
    ("POST", r"/api/repos/create", Handler.create),
    ("POST", r"/api/validate-yaml", Handler.validate),
    ("GET", rf"/api/models/{NAME}", Handler.info),
    ("GET", rf"/api/models/{NAME}/revision/([^/]+)", Handler.info),
    ("GET", rf"/api/models/{NAME}/tree/([^/]+)", Handler.tree),
    ("POST", rf"/api/models/{NAME}/preupload/([^/]+)", Handler.preupload),
    ("POST", rf"/api/models/{NAME}/commit/([^/]+)", Handler.commit),
    ("POST", rf"/{NAME}\.git/info/lfs/objects/batch", Handler.batch),
    ("PUT", r"/large/(\w+)", Handler.keep),
    ("GET", rf"/{NAME}/resolve/([^/]+)/(.+)", Handler.resolve),
]


class Hub(ThreadingHTTPServer):
    """Remembers what it was asked. `refuse` is (pattern of METHOD path, status); what `hang` matches waits."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.repositories: dict[str, Repository] = {}
        self.large: dict[str, bytes] = {}
        self.created: list[Body] = []
        self.cards: list[str] = []
        self.card_data: dict[str, Body] = {}
        self.asked: list[tuple[str, str]] = []
        self.refuse: tuple[str, int] | None = None
        self.hang: str | None = None
        self.lock = Lock()

    def put(self, name: str, files: dict[str, bytes], private: bool = False) -> str:
        """A repository of somebody's; the commit."""
        repository = self.repositories.setdefault(name, Repository(name, private))
        return repository.commit(files, "put")

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are part of the tests."""


def serving() -> AbstractContextManager[Hub]:
    """The server, running."""
    return running(Hub())
