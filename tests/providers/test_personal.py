"""The control of `tests.providers.personal`, which the conformance of every adapter asks."""

from __future__ import annotations

from tests.providers import personal
from tests.providers.fake.books import Captured


def test_a_name_in_a_request_is_found() -> None:
    told = Captured(
        provider="any", operation="chat", method="POST", path="/v1/chat", query={"session_id": "1"},
        headers={"authorization": "Bearer x", "referer": "http://library.example/", "x-title": "The Small Shelf"},
        json={"model": "m", "messages": [{"role": "user", "content": "email"}], "extra": {"user": "rada@example.com"}},
        fields={}, files=[], raw=b"",
    )  # fmt: skip
    assert personal.said([told]) == ["chat: session_id", "chat: user", "chat: referer", "chat: x-title"]
