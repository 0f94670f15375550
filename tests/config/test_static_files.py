"""Static files: found without a change to async, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def test_a_file_with_its_headers(world: Any) -> None:
    answer = Client(HTTP_HOST="localhost").get("/static/css/tokens.css")
    content = (ROOT / "static/css/tokens.css").read_bytes()
    assert (answer.status_code, answer.content) == (200, content)
    told = {name: answer.headers.get(name) for name in ("Content-Type", "Cache-Control", "Content-Length")}
    assert told == {
        "Content-Type": 'text/css; charset="utf-8"', "Cache-Control": "max-age=300, public",
        "Content-Length": str(len(content)),
    }  # fmt: skip


def test_what_the_browser_has_and_what_it_asks_a_part_of(world: Any) -> None:
    client = Client(HTTP_HOST="localhost")
    whole = client.get("/static/css/tokens.css")
    again = client.get("/static/css/tokens.css", headers={"If-None-Match": whole["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = client.get("/static/css/tokens.css", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, whole.content[:10])
    head = client.head("/static/css/tokens.css")
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(whole.content)))
    assert client.post("/static/css/tokens.css").status_code == 405


@pytest.mark.parametrize("path", ["/static/none.css", "/static/", "/static/../manage.py", "/static/%2e%2e/manage.py"])
def test_nothing_else(world: Any, path: str) -> None:
    assert Client(HTTP_HOST="localhost").get(path).status_code == 404
