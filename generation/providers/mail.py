"""Letters: one message to one address, over SMTP or into a folder. Bought from nobody, so it has no models and no price.

A letter holds what opens an account, so it goes over TLS: at once, or before anything is said (STARTTLS). Only a server on
this machine is spoken to without, and never with a password then. What a server answers is not repeated, because servers
repeat addresses: errors name the moment and the code. A letter may go out twice, after a crash or when the server's answer
was lost; both have one Message-ID, by which mailboxes tell repeats. So sending again is free.
"""

from __future__ import annotations

import os
import re
import secrets
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Pending, Replay, Request
from generation.providers.errors import Denied, Lost, ProviderError, Rejected, Transient
from generation.providers.mailing import Letter, Server
from generation.providers.wire import Key

SECONDS = 20.0
"""The longest that a server may take, from the connection to its last word."""
NEEDS_SIGN_IN = frozenset({530, 534, 535, 538})
"""Codes that complain of who sends, and not of the letter."""


class Mail:
    """One letter: `key` is what it says, as `Letter.written` has it. It goes to `server`, or without one into `folder`."""

    name = "mail"
    title = "Letters"
    needs_key = False
    replay = Replay.FREE

    def __init__(
        self,
        *,
        key: str = "",
        server: Server | None = None,
        folder: str = "",
        sender: str = "",
        seconds: float = SECONDS,
    ) -> None:
        self._letter = Key(key)
        self._server = server
        self._folder = folder
        self._sender = sender
        self._seconds = seconds

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return None

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        began = time.monotonic()
        try:
            letter = Letter.opened(self._letter.reveal())
            message = composed(letter, sender=self._sender, letter_id=request.reference.partition(":")[0])
            if self._server is None:
                self._put_down(message, request.reference.partition(":")[0])
                return Done(text="The letter lies in the folder.", usage=_usage(began))
            self._send(message, _address(letter.to))
        except ProviderError as error:
            error.usage = _usage(began)
            raise
        return Done(text="The mail server took it.", usage=_usage(began))

    def check(self, handle: Handle) -> Done | Pending:
        raise Lost("a mail server keeps no jobs", billed=False)

    def _put_down(self, message: EmailMessage, letter_id: str) -> None:
        """Into the folder, whole or not at all, and for nobody else on the machine. One letter is one file, however often
        it is sent."""
        folder = Path(self._folder)
        unfinished = folder / f".{letter_id}.{secrets.token_hex(4)}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(bytes(message))
            unfinished.replace(folder / f"{letter_id}.eml")
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise Transient(f"the folder for letters cannot be written: {error.strerror}") from error

    def _send(self, message: EmailMessage, to: str) -> None:
        assert self._server is not None
        if not str(message.get_content()).isascii():
            # Not every server takes eight bits, and this form is one that all of them do.
            message.set_content(message.get_content(), charset="utf-8", cte="quoted-printable")
        with _conversation(self._server, hello=_domain(self._sender), seconds=self._seconds) as server:
            server.send_message(message, parseaddr(self._sender)[1], [to])


def composed(letter: Letter, *, sender: str, letter_id: str) -> EmailMessage:
    """The message as it is sent. Raises `Rejected` where a header would hold more than its own value."""
    try:
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(display_name=_one_line(letter.sender_name), addr_spec=parseaddr(sender)[1])
        message["To"] = Address(addr_spec=_address(letter.to))
        message["Subject"] = _one_line(letter.subject)
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{letter_id}@{_domain(sender)}>"
        message["Auto-Submitted"] = "auto-generated"
        is_plain = letter.text.isascii()
        message.set_content(letter.text, charset="utf-8", cte="7bit" if is_plain else "8bit")
    except (ValueError, IndexError, MessageError):
        # Not the complaint itself: it repeats the address.
        raise Rejected("the letter's address, subject or text cannot stand in a message", field="letter") from None
    return message


def _one_line(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", text):
        raise ValueError("a header is one line")
    return text


def _address(text: str) -> str:
    """The address in letters that every server takes; one that has no such form is a ValueError."""
    name, _, host = _one_line(text).rpartition("@")
    if not name.isascii():
        raise ValueError("the name before the @ has letters that servers do not take")
    return f"{name}@{host.encode('idna').decode()}"


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


@contextmanager
def _conversation(to: Server, *, hello: str, seconds: float) -> Iterator[smtplib.SMTP]:
    """A connection to a mail server that is encrypted and signed in as far as it has to be. However slowly the server
    speaks, it ends in time. Raises the errors of `generation.providers.errors`, for all that goes wrong inside too."""
    server: smtplib.SMTP | None = None
    late, over = threading.Event(), threading.Event()

    def hang_up() -> None:
        if over.wait(seconds):
            return
        late.set()
        while True:
            with suppress(OSError, AttributeError):
                server.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
            # Once more: a connection that is made at this very moment is not to be seen yet.
            if over.wait(0.5):
                return

    threading.Thread(target=hang_up, daemon=True, name="mail-deadline").start()
    try:
        trusted = ssl.create_default_context(cafile=to.ca_file or None)
        if to.tls == "at once":
            server = smtplib.SMTP_SSL(local_hostname=hello, timeout=seconds, context=trusted)
        else:
            server = smtplib.SMTP(local_hostname=hello, timeout=seconds)
        # What certificates are checked against; `connect` by itself does not remember it.
        server._host = to.host  # type: ignore[attr-defined]
        code, _ = server.connect(to.host, to.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, "")
        server.ehlo_or_helo_if_needed()
        if to.tls == "before" or (to.tls == "offered" and server.has_extn("starttls")):
            server.starttls(context=trusted)
            server.ehlo()
        if to.user:
            if not isinstance(server.sock, ssl.SSLSocket):
                raise Denied("the mail server offers no TLS, and a password goes over TLS only")
            server.login(to.user, to.password.reveal())
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()  # it has the letter by now
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        if late.is_set():
            raise Transient(f"The mail server did not answer within {seconds:.0f} seconds.") from None
        # Without its cause: what the server wrote names the address.
        raise _named(error) from None
    finally:
        over.set()
        if server is not None:
            with suppress(OSError):
                server.close()


def _named(error: Exception) -> ProviderError:
    """The error by what the engine does next, without a word that the server wrote."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        return _by_code(code, "the address", field="to")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Denied("the mail server lacks what is needed here: STARTTLS, or signing in")
    if isinstance(error, smtplib.SMTPResponseException):
        moment = {
            smtplib.SMTPAuthenticationError: "signing in", smtplib.SMTPSenderRefused: "the sender",
            smtplib.SMTPDataError: "the letter", smtplib.SMTPConnectError: "the connection",
            smtplib.SMTPHeloError: "the greeting",
        }.get(type(error), "a command")  # fmt: skip
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
            return Denied(f"The mail server answered {error.smtp_code} to signing in.")
        if isinstance(error, (smtplib.SMTPConnectError, smtplib.SMTPHeloError)):
            return Transient(f"The mail server answered {error.smtp_code} to {moment}.")
        return _by_code(error.smtp_code, moment, field="letter")
    if isinstance(error, ssl.SSLError):
        return Transient(f"no encrypted connection to the mail server: {error.reason or 'TLS failed'}")
    if isinstance(error, UnicodeError):
        return Rejected("the address has letters that this mail server does not take", field="to")
    if isinstance(error, OSError) and error.strerror:
        return Transient(f"the mail server cannot be reached: {error.strerror}")
    return Transient(f"the mail server broke off: {type(error).__name__}")


def _by_code(code: int, moment: str, *, field: str) -> ProviderError:
    said = f"The mail server answered {code} to {moment}."
    if code in NEEDS_SIGN_IN:
        return Denied(said)
    return Rejected(said, field=field) if code >= 500 else Transient(said)


def _usage(began: float) -> dict[str, int]:
    return {"milliseconds": round((time.monotonic() - began) * 1000)}
