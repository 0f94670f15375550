"""Where the egress client connects to: public addresses, those that were checked, and what an operator set."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import httpcore
import pytest

from generation.providers import addresses
from generation.providers.addresses import Checked, Deadline, is_public, left, resolve
from generation.providers.errors import Damaged, Rejected, Transient
from generation.providers.wire import Key, Wire
from tests.generation.providers.raw import Raw, closed_port, reply, says, silent


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "11.0.0.1",
     "2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"],
)  # fmt: skip
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
        "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::1", "2002:a00:1::1", "fc00::1", "fd12::1",
        "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1",
        "2001:0:7f00:1::", "2001:0:808:808:0:0:80ff:fffe",
    ],
)  # fmt: skip
def test_addresses_that_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.fixture
def listener() -> Iterator[Raw]:
    with Raw(says(reply())) as server:
        yield server


LOOPBACKS = [
    "127.0.0.1",
    "localhost",
    "127.1",
    "0x7f.0.0.1",
    "2130706433",
    "0177.0.0.1",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
]


@pytest.mark.parametrize("host", LOOPBACKS)
def test_this_machine_is_not_reached_however_it_is_written(listener: Raw, host: str) -> None:
    for url in (f"https://{host}:{listener.port}", f"https://{host}:{listener.port}/deep/er"):
        with pytest.raises(Rejected):
            Wire(url, key=Key("k")).get("jobs/1")
    assert listener.connections == 0


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "[::1]", "[64:ff9b::7f00:1]", "100.64.0.1", "[fd00::1]"]
)
def test_private_networks_are_not_reached(host: str) -> None:
    with pytest.raises(Rejected, match="has an address that is not public"):
        Wire(f"https://{host}").get("latest/meta-data")


def test_a_result_on_this_machine_is_not_fetched_for_a_hosted_provider(listener: Raw) -> None:
    wire = Wire("https://api.example.com", key=Key("k"))
    with pytest.raises(Damaged), wire.download(f"https://127.0.0.1:{listener.port}/film.mp4"):
        raise AssertionError("opened")
    assert listener.connections == 0


def test_trust_is_for_one_host_and_port(listener: Raw) -> None:
    with Raw(says(reply())) as other:
        wire = Wire(listener.url, trusted=True)
        assert wire.get("a").json() == {}
        for url in (other.url, f"https://127.0.0.1:{other.port}", f"http://localhost:{listener.port}"):
            with pytest.raises(Damaged), wire.download(url):
                raise AssertionError("opened")
        assert (listener.connections, other.connections) == (1, 0)


def answers(monkeypatch: Any, *found: list[str]) -> list[tuple[str, int]]:
    """Names mean these addresses from now on, one list a question; what was asked is kept."""
    asked: list[tuple[str, int]] = []
    real = socket.getaddrinfo

    def name(host: str, port: int, *more: Any, **options: Any) -> list[tuple[Any, ...]]:
        if host != "provider.example":
            return real(host, port, *more, **options)
        asked.append((host, port))
        listed = found[min(len(asked), len(found)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in listed]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", name)
    return asked


@pytest.mark.parametrize(
    "found",
    [["93.184.216.34", "10.0.0.1"], ["127.0.0.1", "93.184.216.34"], ["93.184.216.34", "::1"], ["169.254.169.254"]],
)
def test_a_name_with_one_private_address_is_refused_before_any_is_tried(monkeypatch: Any, found: list[str]) -> None:
    answers(monkeypatch, found)
    backend = Checked()
    tried: list[str] = []
    monkeypatch.setattr(backend._plain, "connect_tcp", lambda address, *_: tried.append(address))
    with pytest.raises(Rejected, match=r"provider\.example has an address that is not public"):
        backend.connect_tcp("provider.example", 443)
    assert tried == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: Any) -> None:
    """A name that means one address when it is checked and another right after: a second question is never asked."""
    with Raw(silent, reads=False, address="127.0.0.1") as private:
        with Raw(silent, reads=False, address="127.0.0.2", port=private.port) as public:
            monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.2")
            asked = answers(monkeypatch, ["127.0.0.2"], ["127.0.0.1"])
            stream = Checked().connect_tcp("provider.example", public.port)
            assert stream.get_extra_info("server_addr") == ("127.0.0.2", public.port)
            stream.close()
            assert asked == [("provider.example", public.port)]
            with pytest.raises(Rejected):
                Checked().connect_tcp("provider.example", public.port)
        assert private.connections == 0


def test_the_next_address_is_tried_where_one_does_not_answer(monkeypatch: Any) -> None:
    with Raw(silent, reads=False, address="127.0.0.2") as server:
        monkeypatch.setattr(addresses, "is_public", lambda _: True)
        answers(monkeypatch, ["127.0.0.1", "127.0.0.2"])
        stream = Checked().connect_tcp("provider.example", server.port)
        assert stream.get_extra_info("server_addr") == ("127.0.0.2", server.port)
        stream.close()


@pytest.mark.parametrize("found", [OSError("no such name"), UnicodeError("label too long"), []])
def test_a_name_without_an_address_was_not_reached(monkeypatch: Any, found: Any) -> None:
    def name(*_: Any, **__: Any) -> list[Any]:
        if isinstance(found, Exception):
            raise found
        return []

    monkeypatch.setattr(addresses.socket, "getaddrinfo", name)
    with pytest.raises(httpcore.ConnectError):
        Checked().connect_tcp("provider.example", 443)
    with pytest.raises(Transient, match=r"no connection to provider\.example"):
        Wire("https://provider.example").post("buy", json={})


def test_addresses_come_once_each_and_in_order(monkeypatch: Any) -> None:
    answers(monkeypatch, ["8.8.8.8", "1.1.1.1", "8.8.8.8"])
    assert resolve("provider.example", 443) == ["8.8.8.8", "1.1.1.1"]


def test_sockets_of_this_machine_are_not_reached() -> None:
    with pytest.raises(Rejected):
        Checked().connect_unix_socket("/run/docker.sock")


def test_nobody_there_means_nothing_was_sent() -> None:
    wire = Wire(f"http://127.0.0.1:{closed_port()}", trusted=True)
    for call in (wire.get, wire.post):
        with pytest.raises(Transient, match=r"no connection to 127\.0\.0\.1"):
            call("buy")


def test_deadlines_nest_and_end() -> None:
    assert (left(None), left(7.0)) == (None, 7.0)
    with Deadline(1000):
        outer = left(None)
        assert outer is not None
        assert 900 < outer <= 1000
        assert left(5.0) == 5.0
        with Deadline(0):
            assert (left(None), left(5.0)) == (0.0, 0.0)
        assert left(5.0) == 5.0
    assert left(None) is None


def test_a_certificate_that_nobody_vouches_for_gets_no_request(tmp_path: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    seen: list[bytes] = []

    def over_tls(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            seen.append(wrapped.recv(1000))

    with Raw(over_tls, reads=False) as server:
        wire = Wire(f"https://127.0.0.1:{server.port}", key=Key("canary"), auth={"x-key": "canary"}, trusted=True)
        with pytest.raises(Transient, match=r"no connection .*certificate"):
            wire.post("buy", json={})
        assert server.connections == 1
    assert seen == []


def self_signed(folder: Any) -> Any:
    """A file with a key and its own certificate for this machine."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    moment = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(moment - datetime.timedelta(days=1))
        .not_valid_after(moment + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
