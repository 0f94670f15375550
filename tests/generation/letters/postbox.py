"""A mail server as somebody else would run it: SMTP on loopback, with and without TLS, that takes what it is given unless
told to refuse, to be slow, or to break off."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HANG, DROP, DRIP = "hang", "drop", "drip"
LONGEST = 1_000_000


@dataclass(frozen=True)
class Taken:
    """A letter that was taken: its envelope, its bytes, and whether it came encrypted and signed in."""

    sender: str
    to: list[str]
    raw: bytes
    is_encrypted: bool
    user: str

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")


@dataclass
class Postbox:
    """`answers` has, for a verb (CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, LETTER, QUIT), the replies that come before the good
    one: a line of SMTP, HANG, DROP, or DRIP (a letter of a line now and then, without end)."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    tls: str = ""
    """Empty, "before" (STARTTLS is offered) or "at once"."""
    password: str = ""
    """Where set, nobody sends without it."""
    taken: list[Taken] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """Verbs, in order."""

    def __enter__(self) -> Postbox:
        self.over = threading.Event()
        box = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 20

            def handle(self) -> None:
                try:
                    Talk(box, self).run()
                except (OSError, EOFError):
                    pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class Talk:
    def __init__(self, box: Postbox, handler: Any) -> None:
        self.box, self.sock = box, handler.connection
        self.user, self.is_encrypted = "", False
        self.sender, self.to = "", list[str]()

    def run(self) -> None:
        if self.box.tls == "at once":
            self._encrypt()
        self.lines = self.sock.makefile("rb")
        if not self._answer("CONNECT", "220 postbox"):
            return
        while True:
            line = self.lines.readline(LONGEST)
            if not line:
                return
            verb, _, rest = line.decode("latin-1").strip().partition(" ")
            verb = verb.upper()
            self.box.heard.append(verb)
            if not getattr(self, f"on_{verb.lower()}", self.on_other)(rest):
                return

    def _answer(self, verb: str, good: str) -> bool:
        """Whether the good answer was given."""
        waiting = self.box.answers.get(verb, [])
        reply = waiting.pop(0) if waiting else good
        if reply == DROP:
            raise EOFError
        if reply == HANG:
            self.box.over.wait(20)
            raise EOFError
        while reply == DRIP:
            self.sock.sendall(b"2")
            if self.box.over.wait(0.05):
                raise EOFError
        self.sock.sendall(reply.encode() + b"\r\n")
        return reply == good

    def _encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate())
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.is_encrypted = True

    def on_ehlo(self, rest: str) -> bool:
        extensions = ["250-postbox"]
        if self.box.tls == "before" and not self.is_encrypted:
            extensions.append("250-STARTTLS")
        if self.box.password:
            extensions.append("250-AUTH PLAIN")
        self._answer("EHLO", "\r\n".join([*extensions, "250 SIZE 1000000"]))
        return True

    def on_starttls(self, rest: str) -> bool:
        self._answer("STARTTLS", "220 go on")
        self._encrypt()
        self.lines = self.sock.makefile("rb")
        return True

    def on_auth(self, rest: str) -> bool:
        _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
        good = password == self.box.password
        if self._answer("AUTH", "235 come in" if good else f"535 {user} gave a wrong password") and good:
            self.user = user
        return True

    def on_mail(self, rest: str) -> bool:
        if self.box.password and not self.user:
            self.sock.sendall(b"530 sign in first\r\n")
            return True
        self.sender = _address(rest)
        self._answer("MAIL", "250 from them")
        return True

    def on_rcpt(self, rest: str) -> bool:
        if self._answer("RCPT", "250 to them"):
            self.to.append(_address(rest))
        return True

    def on_data(self, rest: str) -> bool:
        if not self._answer("DATA", "354 go on"):
            return True
        raw = b""
        while (line := self.lines.readline(LONGEST)) not in (b".\r\n", b""):
            raw += line[1:] if line.startswith(b".") else line
        letter = Taken(self.sender, list(self.to), raw, self.is_encrypted, self.user)
        waiting = self.box.answers.get("LETTER", [])
        is_kept = not waiting or waiting[0] == DROP  # taken, and the answer is lost
        if is_kept:
            self.box.taken.append(letter)
        self._answer("LETTER", "250 kept")
        return True

    def on_rset(self, rest: str) -> bool:
        self.to = []
        return self._answer("RSET", "250 forgotten")

    def on_quit(self, rest: str) -> bool:
        self._answer("QUIT", "221 goodbye")
        return False

    def on_other(self, rest: str) -> bool:
        self.sock.sendall(b"500 what?\r\n")
        return True


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


@cache
def certificate() -> Path:
    """A certificate of nobody's for 127.0.0.1, with its key, in one file. Whoever trusts the file trusts this server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "postbox")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = Path(mkdtemp(prefix="fablewright-postbox-")) / "postbox.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
