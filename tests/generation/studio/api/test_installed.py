"""A real `play`: text that is waited for, an answer nobody waits for, and a program that hangs up."""

from __future__ import annotations

import base64
import http.client
import io
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.conftest import start
from tests.installs import Install, Play, until
from tests.production.visiting import TownInstall, TownPlay

pytestmark = pytest.mark.processes


@dataclass
class Playing:
    install: Install | TownInstall
    play: Play | TownPlay
    log: Path
    token: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.play.port, timeout=60)
        try:
            bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json", **bearer, **named})
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        kind = answer.headers.get("Content-Type", "")
        return answer.status, dict(answer.headers), json.loads(data) if kind.startswith("application/json") else data

    def bought(self, kind: str) -> int:
        """How many purchases of a kind the provider took."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []
        return len([line for line in lines if line["kind"] == kind and line["verb"] == "start"])


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    home = tmp_path_factory.mktemp("installed") / "home"
    with start(home, DEMO_TEXT_SECONDS="1.5") as begun:
        started = Playing(begun.install, begun.play, begun.log)
        password = (begun.install.home / "secrets" / "demo-password").read_text().strip()
        status, _, told = started.call("POST", "/auth/login", {"email": "author@example.com", "password": password})
        assert status == 200, told
        started.token = told["access"]
        yield started


def test_a_text_is_waited_for(playing: Playing) -> None:
    before = playing.bought("text")
    status, _, told = playing.call("POST", "/generate/text", {"prompt": "A short tale of a key."})
    assert (status, told["status"], told["model"], bool(told["text"])) == (200, "completed", "demo-storyteller", True)
    assert playing.bought("text") == before + 1


def test_who_does_not_wait_looks_later(playing: Playing) -> None:
    status, headers, told = playing.call("POST", "/generate/text", {"prompt": "Another."}, Prefer="respond-async")
    assert (status, headers["Preference-Applied"], headers["Retry-After"]) == (202, "respond-async", "1")
    path = headers["Location"].split(str(playing.play.port))[1]
    assert path == f"/generate/text/{told['id']}/status"
    until(lambda: playing.call("GET", path)[2]["status"] == "completed", 30, "the text")
    etag = playing.call("GET", path)[1]["ETag"]
    assert playing.call("GET", path, If_None_Match=etag)[::2] == (304, b"")


def test_who_hangs_up_cancels_nothing(playing: Playing) -> None:
    """The same call with the same key is answered with what the first one bought."""
    before, body = playing.bought("text"), json.dumps({"prompt": "A tale for somebody in a hurry."})
    with socket.create_connection(("127.0.0.1", playing.play.port)) as caller:
        caller.sendall(
            f"POST /generate/text HTTP/1.1\r\nHost: 127.0.0.1:{playing.play.port}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {playing.token}\r\nIdempotency-Key: hurry\r\nContent-Length: {len(body)}\r\n"
            f"\r\n{body}".encode()
        )
        until(lambda: playing.bought("text") == before + 1, 20, "the purchase")
    ended = "SELECT count(*) FROM generation_job WHERE status NOT IN ('done', 'failed')"
    until(lambda: playing.install.rows(ended)[0][0] == 0, 30, "the end of what was bought")
    found: list[Any] = []

    def answered() -> bool:
        found[:] = playing.call("POST", "/generate/text", json.loads(body), Idempotency_Key="hurry")
        return found[0] != 409  # until the first call has put its answer down

    until(answered, 30, "the answer")
    assert (found[0], found[2]["status"], bool(found[2]["text"])) == (200, "completed", True)
    assert playing.bought("text") == before + 1


def test_what_is_not_kept_leaves_nothing(playing: Playing) -> None:
    media = playing.install.home / "media"
    kept = sorted(path.name for path in media.rglob("*") if path.is_file())
    mark = "quillon-seventeen"
    status, _, told = playing.call(
        "POST", "/image/generate", {"prompt": f"A brass key, {mark}", "save_to_db": False, "session_id": mark}
    )
    head, packed = told["data"]["image_url"].split(",")
    picture = Image.open(io.BytesIO(base64.b64decode(packed)))
    picture.load()
    assert (status, head, picture.format, told["data"]["session_id"]) == (200, "data:image/webp;base64", "WEBP", mark)
    rows = playing.install.rows
    assert rows("SELECT count(*) FROM studio_piece WHERE is_kept = 0") == [(0,)]
    assert rows("SELECT request, result, asset_id FROM generation_job WHERE kind = 'image'") == [("{}", "{}", None)]
    held = [
        (table, mark in str(rows(f'SELECT * FROM "{table}"')))
        for (table,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    assert [table for table, holds in held if holds] == []
    left = sorted(path.name for path in media.rglob("*") if path.is_file() and path.name not in kept)
    assert [(name,) for name in left] == rows(
        "SELECT sha256 FROM generation_discardedfile"
    )  # gone at the chore's next round
