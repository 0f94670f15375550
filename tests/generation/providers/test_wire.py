"""The egress client against servers that do what they should not: nothing leaks, nothing swells, nothing hangs."""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import threading
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from generation.providers.answers import LARGE, by_status, retry_after
from generation.providers.bodies import Body
from generation.providers.errors import Damaged, Denied, ProviderError, Rejected, Transient, Unknown
from generation.providers.wire import Key, Wire
from tests.generation.providers.raw import (
    Answer,
    Raw,
    chunked,
    drips,
    endless,
    reply,
    resets,
    says,
    silent,
)

CANARY = "canary-4f1c9e"
MEGABYTE = 1024**2
STREAMED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
UNSIZED = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"


def wire_to(server: Raw, **options: Any) -> Wire:
    return Wire(server.url, key=Key(CANARY), auth={"x-key": CANARY}, trusted=True, **options)


@contextmanager
def peak_below(megabytes: float) -> Iterator[None]:
    """What Python allocates inside, at its highest."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert peak < megabytes * MEGABYTE, f"{peak / MEGABYTE:.1f} MB"


def test_what_every_request_says() -> None:
    with Raw(says(reply(b'{"ok": 1}'))) as server:
        wire = Wire(
            server.url + "/v1/", key=Key(CANARY), auth={"x-key": CANARY}, headers={"x-version": "7"}, trusted=True
        )
        assert wire.post("buy", json={"text": "Ä"}, params={"a": "b c"}, headers={"x-more": "1"}).json() == {"ok": 1}
        assert wire.get("jobs").json() == {"ok": 1}
        port = server.port
    first, *headers = server.heads[0].split("\r\n")
    assert first == "POST /v1/buy?a=b+c HTTP/1.1"
    assert sorted(headers, key=str.lower) == sorted(
        [
            f"Host: 127.0.0.1:{port}", "user-agent: Fablewright", "accept-encoding: identity", "x-version: 7", "x-more: 1",
            f"x-key: {CANARY}", "content-type: application/json", "content-length: 13",
        ],
        key=str.lower,
    )  # fmt: skip
    assert server.sizes == [13, 0]
    assert server.heads[1].startswith("GET /v1/jobs HTTP/1.1\r\n")


def test_forms_and_files_go_as_they_are_asked_for() -> None:
    with Raw(says(reply())) as server:
        wire = wire_to(server)
        wire.post("form", fields={"a": "1"})
        wire.post("multipart", fields={"a": "1"}, multipart=True)
        wire.post("files", fields={"a": "1"}, files=[("image[]", ("a.png", b"x" * (LARGE + 1), "image/png"))])
    kinds = [line for head in server.heads for line in head.split("\r\n") if line.lower().startswith("content-type")]
    assert [kind.partition(":")[2].partition(";")[0].strip() for kind in kinds] == [
        "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data",
    ]  # fmt: skip
    assert server.sizes[2] > LARGE


def test_a_redirect_is_not_followed_and_its_host_gets_nothing() -> None:
    with Raw(says(reply())) as elsewhere:
        moved = [
            reply(b"", f"{code} Moved", location=f"{elsewhere.url}/here")
            for code in ("301", "302", "303", "307", "308")
        ]
        with Raw(*(says(one) for one in moved for _ in range(3))) as server:
            wire = wire_to(server)
            for _ in moved:
                for call in (wire.get, wire.post):
                    error = by_status(call("buy", safe=None))
                    assert (type(error), str(error)[3:]) == (Rejected, ": a redirect, which is not followed")
                with pytest.raises(Damaged), wire.download(f"{server.url}/film"):
                    raise AssertionError("opened")
            assert (server.connections, elsewhere.connections) == (15, 0)


ELSEWHERE = [
    "https://evil.example/jobs/1",
    "https://api.example.com.evil.example/1",
    "https://evil.example/https://api.example.com/1",
    "https://api.example.com@evil.example/1",
    "https://evil.example\\@api.example.org/1",
    "https://evil.example#@api.example.com/1",
    "https://api.example.com:8443/1",
    "//evil.example/1",
    "/\t/evil.example/1",
    "/\n/evil.example/1",
    "https://xapi.example.com/1",
    "https://jobs.example.net.evil.example/1",
    "https://example.net/1",
    "https://[api.example.com/1",
    "https://api.example.com:eighty/1",
    "https://api.example.com:99999/1",
    "http://api.example.com/1",
    "http://eu.example.net/1",
    "file:///etc/passwd",
    "ftp://api.example.com/1",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_poll_address_elsewhere_does_not_get_the_key(url: str) -> None:
    wire = Wire("https://api.example.com/v1", key=Key(CANARY), auth={"x-key": CANARY}, key_hosts=(".example.net",))
    with pytest.raises(Damaged):
        found = wire.address(url)
        raise AssertionError(found)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("jobs/1", "https://api.example.com/v1/jobs/1"),
        ("/v2/jobs/1", "https://api.example.com/v2/jobs/1"),
        ("view?u=https", "https://api.example.com/v1/view?u=https"),
        ("https://api.example.com/v1/jobs/1?a=b", "https://api.example.com/v1/jobs/1?a=b"),
        ("https://API.example.com:443/1", "https://API.example.com:443/1"),
        ("https://eu1.example.net/1", "https://eu1.example.net/1"),
        ("https://queue.example.org/1", "https://queue.example.org/1"),
        ("//queue.example.org/1", "https://queue.example.org/1"),
        ("///evil.example/1", "https://api.example.com/evil.example/1"),
        ("https:///1", "https://api.example.com/1"),
    ],
)
def test_addresses_of_the_provider_s_own(path: str, url: str) -> None:
    hosts = (".example.net", "queue.example.org")
    assert Wire("https://api.example.com/v1", key=Key(CANARY), key_hosts=hosts).address(path) == url


@pytest.mark.parametrize("base_url", ["http://api.example.com", "ftp://api.example.com", "api.example.com", ""])
def test_a_base_url_is_https_unless_an_operator_set_it(base_url: str) -> None:
    with pytest.raises(Rejected, match="only https is"):
        Wire(base_url).get("models")


def test_results_lie_on_the_hosts_that_the_provider_names() -> None:
    wire = Wire("https://api.example.com", key=Key(CANARY), result_hosts=("cdn.example.com", ".delivery.example.net"))
    for url in (
        "https://evil.example/a.png",
        "https://example.com/a.png",
        "https://cdn.example.com.evil.example/a.png",
    ):
        with pytest.raises(Damaged, match="none of this provider's hosts"), wire.download(url):
            raise AssertionError("opened")
    with (
        pytest.raises(Damaged, match="must not get the key"),
        wire.download("https://cdn.example.com/a", with_key=True),
    ):
        raise AssertionError("opened")


def test_a_result_elsewhere_is_fetched_without_the_key_and_one_at_home_with_it() -> None:
    picture = reply(b"\x89PNG", content_type="Image/PNG; charset=binary")
    with Raw(says(picture)) as home, Raw(says(picture)) as cdn:
        wire = wire_to(home, result_origins=(cdn.url,))
        for url, with_key in ((f"{cdn.url}/a.png", False), (f"{home.url}/a.png", True), (f"{home.url}/a.png", False)):
            with wire.download(url, with_key=with_key) as stream:
                assert (stream.media_type, b"".join(stream.chunks())) == ("image/png", b"\x89PNG")
    assert [CANARY in head for head in cdn.heads] == [False]
    assert [CANARY in head for head in home.heads] == [True, False]


def test_a_result_that_is_not_there_is_damaged_and_a_host_in_trouble_is_asked_again() -> None:
    with Raw(
        *(says(reply(b"x", status)) for status in ("403 No", "404 No", "410 Gone", "503 Busy", "429 Slow"))
    ) as server:
        wire = wire_to(server)
        met = []
        for _ in range(5):
            with pytest.raises(ProviderError) as error, wire.download(f"{server.url}/a"):
                raise AssertionError("opened")
            met.append(type(error.value))
    assert met == [Damaged, Damaged, Damaged, Transient, Transient]


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, identity"])
def test_a_packed_answer_is_refused_unopened(coding: str) -> None:
    bomb = gzip.compress(b" " * 64 * MEGABYTE, compresslevel=9)
    with Raw(says(reply(bomb, content_encoding=coding))) as server:
        wire = wire_to(server)
        with peak_below(4):
            with pytest.raises(Damaged, match="which was not asked for"):
                wire.post("buy", json={})
            with pytest.raises(Transient, match="which was not asked for"):
                wire.get("jobs/1")
            with pytest.raises(Transient), wire.download(f"{server.url}/a"):
                raise AssertionError("opened")


def test_an_answer_that_says_it_is_not_packed_is_read() -> None:
    with Raw(says(reply(content_encoding="identity"))) as server:
        assert wire_to(server).post("buy", json={}).json() == {}


@pytest.mark.parametrize(
    "head", [UNSIZED, reply(b"", content_length=str(200 * MEGABYTE)).removesuffix(b"\r\n\r\n") + b"\r\n\r\n"]
)
def test_an_answer_without_end_is_cut_at_the_cap(head: bytes) -> None:
    sent: list[int] = []
    with Raw(endless(head, b"x" * MEGABYTE, 200, sent)) as server:
        wire = wire_to(server)
        with peak_below(8):
            with pytest.raises(Damaged, match="longer than 2097152 bytes"):
                wire.post("buy", json={}, cap=2 * MEGABYTE)
            with pytest.raises(Transient, match="longer than 2097152 bytes"):
                wire.get("jobs/1", cap=2 * MEGABYTE)
            with (
                wire.download(f"{server.url}/film", cap=3 * MEGABYTE) as stream,
                pytest.raises(Transient, match="longer than 3145728 bytes"),
            ):
                for _ in stream.chunks():
                    pass
    assert sum(sent) < 150 * MEGABYTE


def test_a_stream_of_lines_without_end_is_cut_at_the_cap() -> None:
    lines = b"".join(chunked([b"data: x\n" * 1000]))[: -len(b"0\r\n\r\n")]
    with Raw(endless(STREAMED, lines, 2000)) as server:
        wire = wire_to(server)
        with peak_below(4), wire.streamed("POST", "buy", json={}, cap=MEGABYTE) as (answer, told):
            assert answer is None
            with pytest.raises(Damaged, match="longer than 1048576 bytes"):
                for line in told:
                    assert line == "data: x"


def test_lines_are_whole_however_they_arrive() -> None:
    pieces = ["data: ä", "", "data: no end"]
    raw = "data: ä\r\n\ndata: no end".encode()
    slowly = says(STREAMED, *chunked(bytes([byte]) for byte in raw))
    with Raw(slowly) as server, wire_to(server).streamed("POST", "buy", json={}) as (answer, told):
        assert (answer, list(told)) == (None, pieces)


@pytest.mark.parametrize(
    ("whole", "status", "body"),
    [
        (reply(b'{"error": "busy"}', "429 Busy"), 429, {"error": "busy"}),
        (reply(b'{"error": "late"}'), 200, {"error": "late"}),
    ],
)
def test_an_error_in_place_of_a_stream_is_an_answer(whole: bytes, status: int, body: dict[str, str]) -> None:
    with Raw(says(whole)) as server, wire_to(server).streamed("POST", "buy", json={}) as (answer, told):
        assert answer is not None
        assert (answer.status, answer.json(), list(told)) == (status, body, [])


WHOLE = reply(b'{"id": "' + b"x" * 400 + b'"}')
HEAD = WHOLE.index(b"\r\n\r\n") + 4


@pytest.mark.parametrize(
    "answer",
    [silent, drips(WHOLE, 0), drips(WHOLE, 20), drips(WHOLE, HEAD), drips(UNSIZED, 5)],
    ids=["silence", "first byte", "headers", "body", "headers without length"],
)
def test_a_call_ends_at_its_deadline_whatever_trickles_in(answer: Answer) -> None:
    with Raw(answer) as server:
        wire = wire_to(server)
        with pytest.raises(Unknown):
            wire.post("buy", json={}, seconds=0.4)
        with pytest.raises(Transient):
            wire.get("jobs/1", seconds=0.4)
        with pytest.raises(Transient), wire.download(f"{server.url}/a", seconds=0.4) as stream:
            list(stream.chunks())
        with pytest.raises(Unknown), wire.streamed("POST", "buy", json={}, seconds=0.4) as (_, told):
            list(told)


def test_a_server_that_does_not_read_does_not_hold_a_call() -> None:
    # It reads a byte at a time, so the most of these never gets through.
    with Raw(silent, reads=False) as server, pytest.raises(Unknown):
        wire_to(server).post("buy", json={"image": "x" * 64 * MEGABYTE}, seconds=0.5)


BREAKS: dict[str, Callable[..., Answer]] = {
    "reset at once": lambda: resets(),
    "reset in the headers": lambda: resets(b"HTTP/1.1 200 OK\r\ncontent-"),
    "reset in the body": lambda: resets(WHOLE[:-10]),
    "hung up at once": lambda: says(),
    "hung up in the headers": lambda: says(b"HTTP/1.1 200 OK\r\ncontent-"),
    "hung up in the body": lambda: says(WHOLE[:-10]),
    "chunks without an end": lambda: says(STREAMED.replace(b"event-stream", b"plain"), b"5\r\nhel"),
    "no HTTP": lambda: says(b"220 mail.example ESMTP\r\n"),
    "headers without an end": lambda: endless(b"HTTP/1.1 200 OK\r\n", b"x-pad: " + b"y" * 1000 + b"\r\n", 2000),
}


@pytest.mark.parametrize("how", BREAKS)
def test_an_exchange_that_breaks_is_unknown_unless_it_only_asked(how: str) -> None:
    with Raw(BREAKS[how]()) as server:
        wire = wire_to(server)
        with pytest.raises(Unknown):
            wire.post("buy", json={})
        with pytest.raises(Transient):
            wire.get("jobs/1")
        with pytest.raises(Transient):
            wire.call("DELETE", "jobs/1")
        with pytest.raises(Transient):
            wire.post("uploads", json={}, safe=True)
        with pytest.raises(Transient), wire.download(f"{server.url}/a") as stream:
            list(stream.chunks())


def test_a_purchase_never_goes_over_a_connection_that_lay_idle() -> None:
    """The server keeps connections open and answers one request on each: the next one over it would break."""
    keeps = reply(connection="")

    def answer(connection: Any) -> None:
        connection.sendall(keeps)
        silent(connection)

    with Raw(answer) as server:
        wire = wire_to(server)
        assert [wire.post("buy", json={}).status for _ in range(3)] == [200, 200, 200]
        wire.close()
        assert server.connections == 3


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"<html>Sign in</html>", Damaged), (b"[1]", Damaged), (b"", Damaged), (b"[" * 100_000, Damaged)],
)
def test_what_is_no_json_is_damaged_where_it_may_have_been_paid_for(body: bytes, error: type[Exception]) -> None:
    with Raw(says(reply(body, content_type="text/html"))) as server:
        wire = wire_to(server)
        with pytest.raises(error):
            wire.post("buy", json={}).json()
        with pytest.raises(Transient):
            wire.get("jobs/1").json()
        assert wire.get("jobs/1").rough_json() == {}


def everything_told(error: BaseException) -> str:
    """All that a log, a report or a debugger's list of an exception shows of it."""
    parts = ["".join(traceback.format_exception(error)), repr(error), str(error), repr(vars(error))]
    for cause in (error.__cause__, error.__context__):
        if cause is not None:
            parts.append(everything_told(cause))
    return "\n".join(parts)


ECHO = {"error": {"message": f"Incorrect API key provided: {CANARY}"}}


@pytest.mark.parametrize("where", [0, 420, 480, 485, 490, 495, 499])
def test_a_key_that_the_provider_repeats_is_not_told_on(where: int) -> None:
    """Also where the sentence is cut in the middle of the key."""
    body = b"x" * where + CANARY.encode() + b"y" * 600
    with Raw(says(reply(body, "401 Unauthorized", content_type="text/plain"))) as server:
        answer = wire_to(server).post("buy", json={})
        errors = [by_status(answer), by_status(answer, body.decode()), answer.damaged(answer.told())]
    for error in errors:
        told = everything_told(error)
        assert not any(CANARY[:length] in told for length in range(4, len(CANARY) + 1)), told
    assert [type(error) for error in errors] == [Denied, Denied, Damaged]


def test_no_error_and_no_object_shows_the_key() -> None:
    told = []
    with Raw(
        says(reply(json.dumps(ECHO).encode(), "400 Bad")), resets(), says(reply(b"{", "200 OK", x_echo=CANARY)), silent
    ) as server:
        wire = wire_to(server)
        told += [repr(wire), str(wire), repr(Key(CANARY)), f"{Key(CANARY)}", repr(Key()), str(vars(wire).get("_key"))]
        for call in (
            lambda: by_status(wire.post("buy", json={}), ECHO["error"]["message"]),
            lambda: wire.post("buy", json={}, seconds=5),
            lambda: wire.post("buy", json={}).json(),
            lambda: wire.post("buy", json={}, seconds=0.3),
            lambda: wire.get("http://evil.example/jobs"),
            lambda: wire.get("https://evil.example/jobs"),
        ):
            try:
                told.append(everything_told(call()))  # type: ignore[arg-type]
            except ProviderError as error:
                told.append(everything_told(error))
    assert [text for text in told if CANARY in text] == []
    assert told[:5] == [f"Wire({server.url}/)", f"Wire({server.url}/)", "Key(…)", "Key(…)", "Key()"]


def test_a_key_does_not_travel() -> None:
    with pytest.raises(TypeError, match="does not travel"):
        pickle.dumps(Key(CANARY))
    assert (bool(Key(CANARY)), bool(Key()), Key(CANARY).reveal()) == (True, False, CANARY)


MOMENT = datetime.now(UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00"}, 0.0),
        ({"retry-after": "Wed, 99 Oct 2015 07:28:00 GMT"}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_moment_to_come_back_at() -> None:
    found = retry_after({"retry-after": format_datetime(datetime.now(UTC) + timedelta(seconds=3000), usegmt=True)})
    assert found is not None
    assert 2000 < found <= 3000


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        ("408 Late", {}, Transient), ("409 Conflict", {}, Transient), ("425 Early", {}, Transient),
        ("429 Slow", {}, Transient), ("500 Oh", {}, Transient), ("502 Oh", {}, Transient), ("503 Oh", {}, Transient),
        ("504 Oh", {}, Transient), ("529 Oh", {}, Transient), ("429 Slow", {"x_should_retry": "false"}, Denied),
        ("500 Oh", {"x_should_retry": "false"}, Rejected), ("400 Bad", {"x_should_retry": "true"}, Transient),
        ("400 Bad", {}, Rejected), ("401 Who", {}, Denied), ("402 Pay", {}, Denied), ("403 No", {}, Denied),
        ("404 Gone", {}, Rejected), ("413 Large", {}, Rejected), ("422 Bad", {}, Rejected), ("302 There", {}, Rejected),
        ("204 Nothing", {}, Damaged),
    ],
)  # fmt: skip
def test_what_a_status_means_by_itself(status: str, headers: dict[str, str], error: type[ProviderError]) -> None:
    body = b"" if status.startswith("204") else b"said"
    with Raw(says(reply(body, status, retry_after="2", **headers))) as server:
        found = by_status(wire_to(server).post("buy", json={}))
    assert type(found) is error
    assert not isinstance(found, Transient) or found.retry_after_seconds == 2.0
    assert not isinstance(found, Rejected) or found.field == ("model" if status.startswith("404") else "")


def test_a_hundred_waiting_purchases_hold_no_pictures_in_memory() -> None:
    count, go, arrived = 100, threading.Event(), threading.Semaphore(0)
    picture = b"\x89" * (3 * MEGABYTE)

    def answer(connection: Any) -> None:
        arrived.release()
        go.wait(60)
        connection.sendall(reply(b'{"id": 1}'))

    with Raw(answer) as server:
        wire = wire_to(server)
        found: list[Any] = []

        def buy() -> None:
            found.append(wire.post("buy", json={"image": base64.b64encode(picture).decode()}, seconds=120).json())

        threads = [threading.Thread(target=buy) for _ in range(count)]
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for thread in threads:
                thread.start()
                assert arrived.acquire(timeout=60)
            held = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
            go.set()
        for thread in threads:
            thread.join(60)
        assert found == [{"id": 1}] * count
        assert server.sizes == [4 * MEGABYTE + len('{"image":""}')] * count
    # A tenth of one picture for each, where all of them would be 400 MB.
    assert held < count * MEGABYTE * 0.4, f"{held / MEGABYTE:.1f} MB"


def test_a_large_answer_lies_in_a_file_until_it_is_read() -> None:
    body = b'{"data": "' + b"A" * 32 * MEGABYTE + b'"}'
    with Raw(says(reply(body))) as server:
        wire = wire_to(server)
        with peak_below(4):
            answer = wire.post("buy", json={})
        assert (answer.size, answer.rough_json(), len(answer.json()["data"])) == (len(body), {}, 32 * MEGABYTE)


def test_half_an_emoji_in_a_prompt_is_sent_as_a_question_mark() -> None:
    raw = Body(json={"prompt": "a key \ud83d"})
    with raw.opened() as content:
        assert content["content"] == b'{"prompt":"a key ?"}'
