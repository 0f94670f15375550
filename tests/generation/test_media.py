"""Giving files out, by the byte."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from generation import media as giving
from generation.media import Outside, parse_range, serve
from generation.models import Asset

DATA = bytes(range(256)) * 4
LONG = b"0123456789abcdef" * (giving.CHUNK // 8)


@pytest.fixture
def kept(media: Any) -> Any:
    def make(data: bytes = DATA) -> Asset:
        asset = Asset(
            tenant_id=uuid.UUID(int=7), sha256=hashlib.sha256(data).hexdigest(), media_type="video/mp4",
            size_bytes=len(data),
        )  # fmt: skip
        default_storage.save(asset.storage_name, ContentFile(data))
        return asset

    return make


def ask(asset: Asset, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    given = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    answer = serve(RequestFactory().generic(method, "/file", **given), asset)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return (
        answer.status_code,
        {name: answer.headers.get(name, "") for name in ("Content-Range", "Content-Length")},
        body,
    )


def test_the_whole_with_all_its_headers(kept: Any) -> None:
    asset = kept()
    answer = serve(RequestFactory().get("/file"), asset)
    assert (answer.status_code, answer.content) == (200, DATA)
    assert dict(answer.headers) == {
        "Content-Type": "video/mp4",
        "Content-Length": "1024",
        "ETag": f'"{asset.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-1", 0, 1),
        ("bytes=10-19", 10, 19),
        ("bytes=1000-", 1000, 1023),
        ("bytes=0-", 0, 1023),
        ("bytes=0-1023", 0, 1023),
        ("bytes=1020-9999", 1020, 1023),
        ("bytes=-4", 1020, 1023),
        ("bytes=-9999", 0, 1023),
        (" bytes=5-6 ", 5, 6),
    ],
)
def test_a_range(kept: Any, asked: str, first: int, last: int) -> None:
    status, headers, body = ask(kept(), range=asked)
    assert (status, body) == (206, DATA[first : last + 1])
    assert headers == {"Content-Range": f"bytes {first}-{last}/1024", "Content-Length": str(last - first + 1)}


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=1024-1025", "bytes=99999999999-", "bytes=-0"])
def test_a_range_outside(kept: Any, asked: str) -> None:
    assert ask(kept(), range=asked) == (416, {"Content-Range": "bytes */1024", "Content-Length": ""}, b"")


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=0-1,5-6",
        "items=0-1",
        "bytes=9-5",
        "bytes=" + "9" * 5000 + "-",
        "٣-٤",
        "",
    ],
)
def test_what_is_no_single_range_is_ignored(kept: Any, asked: str) -> None:
    status, headers, body = ask(kept(), range=asked)
    assert (status, headers["Content-Range"], body) == (200, "", DATA)


def test_what_the_browser_has_is_not_sent_again(kept: Any) -> None:
    asset = kept()
    etag = f'"{asset.sha256}"'
    assert ask(asset, if_none_match=etag)[::2] == (304, b"")
    assert ask(asset, if_none_match='"another"')[::2] == (200, DATA)
    assert ask(asset, if_none_match=etag, range="bytes=0-1")[::2] == (206, DATA[:2])


def test_if_range(kept: Any) -> None:
    asset = kept()
    assert ask(asset, range="bytes=0-1", if_range=f'"{asset.sha256}"')[::2] == (206, DATA[:2])
    assert ask(asset, range="bytes=0-1", if_range='"older"')[::2] == (200, DATA)
    assert ask(asset, range="bytes=0-1", if_range="Wed, 21 Oct 2015 07:28:00 GMT")[::2] == (200, DATA)


def test_head_says_the_same_and_sends_nothing(kept: Any) -> None:
    asset = kept()
    assert ask(asset, "HEAD") == (200, {"Content-Range": "", "Content-Length": "1024"}, b"")
    assert ask(asset, "HEAD", range="bytes=1-4") == (
        206, {"Content-Range": "bytes 1-4/1024", "Content-Length": "4"}, b"",
    )  # fmt: skip


def test_a_long_file_comes_in_pieces(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving, "MAX_PART", giving.CHUNK)
    answer = serve(RequestFactory().get("/file"), kept(LONG))
    assert answer.streaming
    pieces = list(answer.streaming_content)
    assert ([len(piece) for piece in pieces], b"".join(pieces)) == ([giving.CHUNK] * 2, LONG)


def test_a_long_range_is_answered_in_part(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A player goes on asking where the last answer ended, until it has the whole."""
    monkeypatch.setattr(giving, "MAX_PART", giving.CHUNK)
    asset, got = kept(LONG), b""
    while len(got) < len(LONG):
        status, headers, body = ask(asset, range=f"bytes={len(got)}-")
        end = len(got) + len(body) - 1
        assert (status, headers["Content-Range"]) == (206, f"bytes {len(got)}-{end}/{len(LONG)}")
        assert 0 < len(body) <= giving.CHUNK
        got += body
    assert got == LONG


def test_an_object_store_gives_its_own_link(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asset = kept()

    def no_path(name: str) -> str:
        raise NotImplementedError

    monkeypatch.setattr(default_storage._wrapped, "path", no_path)  # type: ignore[attr-defined]
    monkeypatch.setattr(default_storage._wrapped, "url", lambda name, **_: f"https://s3.test/{name}?signed")  # type: ignore[attr-defined]
    answer = serve(RequestFactory().get("/file"), asset)
    assert (answer.status_code, answer["Location"]) == (302, f"https://s3.test/{asset.storage_name}?signed")


@given(st.text(max_size=30) | st.from_regex(r"\Abytes=\d{0,6}-\d{0,6}\Z"), st.integers(1, 100_000))
def test_no_header_leads_outside_the_file(header: str, size: int) -> None:
    try:
        found = parse_range(header, size)
    except Outside:
        return
    assert found is None or 0 <= found[0] <= found[1] < size
