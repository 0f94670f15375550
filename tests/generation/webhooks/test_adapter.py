"""One delivery over the wire: what is sent, what an answer means, and whom nobody can make it call."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from typing import Any

import pytest

from generation.providers import addresses, webhook
from generation.providers.contract import Done, Emit, Kind, Request
from generation.providers.errors import ProviderError, Rejected, Transient
from generation.providers.webhook import Webhook, signature
from tests.generation.providers.raw import Raw, closed_port, drips, endless, reply, resets, says, silent
from tests.generation.webhooks.receiver import Receiver

SECRET = "whsec_canary"
BODY = '{"id":"e","type":"job.finished","data":{"title":"\\u00e9"}}'
REQUEST = Request(kind=Kind.DELIVER, model="", prompt=BODY, reference="0d9b6f0e:3")


def send(url: str, *, trusted: bool = True) -> Done:
    found = Webhook(key=SECRET, base_url=url, trusted=trusted).start(REQUEST, Emit())
    assert isinstance(found, Done)
    return found


def refusal(url: str, *, trusted: bool = True) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        send(url, trusted=trusted)
    return raised.value


def test_what_arrives_is_signed_as_the_document_says() -> None:
    with Receiver() as receiver:
        done = send(receiver.url)
    (arrived,) = receiver.arrived
    assert (arrived.path, arrived.body) == ("/hooks?for=us&x=1", BODY.encode())
    timestamp = arrived.headers["X-Fablewright-Timestamp"]
    assert abs(time.time() - int(timestamp)) < 60
    expected = hmac.new(b"whsec_canary", f"{timestamp}.{BODY}".encode(), hashlib.sha256).hexdigest()
    ours = ("Content-Type", "User-Agent", "X-Fablewright-Event", "X-Fablewright-Delivery", "X-Fablewright-Signature")
    assert {name: arrived.headers[name] for name in ours} == {
        "Content-Type": "application/json",
        "User-Agent": "Fablewright-Webhooks/1",
        "X-Fablewright-Event": "job.finished",
        "X-Fablewright-Delivery": "0d9b6f0e",
        "X-Fablewright-Signature": f"v1={expected}",
    }
    assert arrived.is_signed_with(SECRET)
    # The controls: another secret, another body, another moment.
    assert not arrived.is_signed_with("whsec_other")
    del arrived.headers["X-Fablewright-Timestamp"]
    arrived.headers["X-Fablewright-Timestamp"] = str(int(timestamp) - 1)
    assert not arrived.is_signed_with(SECRET)
    assert (done.text, done.usage["status"], sorted(done.usage)) == (
        "The receiver took it with 204.", 204, ["milliseconds", "status"],
    )  # fmt: skip


def test_the_signature_is_over_the_moment_and_the_body() -> None:
    found = {signature("s", "1", b"a"), signature("s", "2", b"a"), signature("s", "1", b"b"), signature("t", "1", b"a")}
    assert len(found) == 4


def test_what_was_sent_late_is_known_as_late() -> None:
    with Receiver() as receiver:
        send(receiver.url)
    (arrived,) = receiver.arrived
    assert not arrived.is_signed_with(SECRET, tolerance_seconds=-1)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(408, Transient), (425, Transient), (429, Transient), (500, Transient), (503, Transient), (400, Rejected),
     (401, Rejected), (403, Rejected), (404, Rejected), (409, Rejected), (410, Rejected), (422, Rejected)],
)  # fmt: skip
def test_what_a_status_means(status: int, kind: type[ProviderError]) -> None:
    with Raw(says(reply(b"the receiver's own words", f"{status} Whatever"))) as server:
        error = refusal(server.url)
    assert (type(error), str(error), error.usage["status"]) == (kind, f"The receiver answered {status}.", status)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_two_hundred_is_taken(status: int) -> None:
    with Raw(says(reply(b"", f"{status} Whatever"))) as server:
        assert send(server.url).usage["status"] == status


def test_a_receiver_says_when() -> None:
    with Raw(says(reply(b"", "503 Busy", retry_after="1200"))) as server:
        error = refusal(server.url)
    assert isinstance(error, Transient)
    assert error.retry_after_seconds == 1200


def test_a_redirect_is_not_followed() -> None:
    with Raw(says(reply())) as other, Raw(says(reply(b"", "307 There", location=other.url))) as server:
        error = refusal(server.url)
        assert (type(error), str(error), other.connections) == (
            Rejected, "The receiver answered 307, a redirect, which is not followed.", 0,
        )  # fmt: skip


def test_nothing_of_the_answer_is_read() -> None:
    """Neither one without an end nor one that was packed."""
    sent: list[int] = []
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"
    with Raw(endless(head, b"x" * 65536, 4000, sent)) as server:
        assert send(server.url).usage["status"] == 200
    assert sum(sent) < 4000 * 65536
    with Raw(says(reply(b"\x1f\x8b", content_encoding="gzip"))) as server:
        assert send(server.url).usage["status"] == 200


@pytest.mark.parametrize(
    "answer",
    [resets(), says(b""), says(b"no HTTP at all\r\n\r\n"), silent, drips(reply(), 5, gap=0.05)],
    ids=["resets", "hangs up", "speaks something else", "silent", "drips"],
)
def test_whoever_does_not_answer_is_asked_again(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 0.5)
    with Raw(answer) as server:
        error = refusal(server.url)
    assert (type(error), list(error.usage)) == (Transient, ["milliseconds"])


def test_nobody_there() -> None:
    assert type(refusal(f"http://127.0.0.1:{closed_port()}/")) is Transient


NOT_PUBLIC = [
    "https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://127.1:{port}/", "https://2130706433:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/", "https://[::1]:{port}/", "https://0.0.0.0:{port}/", "https://10.0.0.1/",
    "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/",
    "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/",
]  # fmt: skip


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_only_public_addresses_are_called(url: str) -> None:
    with Raw(says(reply())) as server:
        error = refusal(url.format(port=server.port), trusted=False)
        assert (type(error), "not public" in str(error), server.connections) == (Rejected, True, 0)


@pytest.mark.parametrize(
    "leads_to",
    [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"], ["93.184.216.34", "127.0.0.1"]],
)
def test_a_name_that_leads_to_one_of_them_is_refused_before_a_connection(
    leads_to: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def name(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        assert host == "hooks.example.com"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in leads_to]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", name)
    with Raw(says(reply())) as server:
        error = refusal(f"https://hooks.example.com:{server.port}/", trusted=False)
        assert (str(error), server.connections) == ("hooks.example.com has an address that is not public", 0)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/", "http://example.com/", "ftp://example.com/", "", "https://"]
)
def test_plain_http_is_not_spoken(url: str) -> None:
    with Raw(says(reply())) as server:
        error = refusal(url.format(port=server.port), trusted=False)
        assert (type(error), server.connections) == (Rejected, 0)


@pytest.mark.parametrize("url", ["https://example.com:99999/", "https://[::1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    assert type(refusal(url, trusted=False)) is Rejected


def test_it_makes_nothing() -> None:
    assert [Webhook().capabilities("m", kind, {}) for kind in Kind] == [None] * len(Kind)
    assert json.loads(BODY)["type"] == "job.finished"
