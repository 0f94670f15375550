"""Where letters leave, as the environment says it. Knows no Django, so settings can use it.

MAIL_URL is `smtps://user:password@host` (TLS at once, port 465) or `smtp://user:password@host` (STARTTLS, port 587); what a
name or password has of `@:/%` is percent-encoded. Its value may stand in a file that MAIL_URL_FILE names. Without either,
letters are put into a folder of the install. What is wrong is a sentence that names the variable and never the password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from generation.providers.mailing import Server
from generation.providers.wire import Key

PORTS = {"smtps": 465, "smtp": 587}
ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Servers that may be spoken to without TLS."""
NOBODY = "fablewright@localhost"
"""Whom letters come from that are put into the folder."""


@dataclass(frozen=True, slots=True)
class Post:
    """How letters leave: over `server`, else into `folder`, else (neither is set, because the environment contradicts
    itself) not at all."""

    server: Server | None
    folder: str
    sender: str

    @property
    def is_local(self) -> bool:
        """Whether letters only go into the folder, so that whoever waits for one has to be told."""
        return bool(self.folder)


def read(environment: Mapping[str, str], *, folder: Path) -> tuple[Post, list[str]]:
    """How letters leave, and what is wrong, in sentences."""
    wrong: list[str] = []
    url = _url(environment, wrong)
    sender = environment.get("MAIL_FROM", "").strip()
    ca_file = environment.get("MAIL_CA_FILE", "").strip()
    if sender and not re.fullmatch(r"[!-;=?A-~]+@[A-Za-z0-9.-]+", sender):
        wrong.append("MAIL_FROM is no address. Write the address alone, like stories@example.com.")
    if ca_file and not Path(ca_file).is_file():
        wrong.append(f"MAIL_CA_FILE names a file that is not there: {ca_file}.")
    if not url:
        if sender and not wrong:
            wrong.append("MAIL_FROM is set and no mail server is. Set MAIL_URL as well, or unset MAIL_FROM.")
        return Post(None, "" if wrong else str(folder), NOBODY), wrong
    if not sender:
        wrong.append("A mail server is set and MAIL_FROM is not. Set the address that letters come from.")
    server = _server(url, ca_file, wrong)
    return Post(None if wrong else server, "", sender or NOBODY), wrong


def _url(environment: Mapping[str, str], wrong: list[str]) -> str:
    url, file = (environment.get(name, "").strip() for name in ("MAIL_URL", "MAIL_URL_FILE"))
    if not file:
        return url
    if url:
        wrong.append("Both MAIL_URL and MAIL_URL_FILE are set. Unset one of them.")
        return url
    try:
        url = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        wrong.append(f"MAIL_URL_FILE names a file that cannot be read: {file} ({reason}).")
        return ""
    if not url:
        wrong.append(f"MAIL_URL_FILE names a file that is empty: {file}.")
    return url


def _server(url: str, ca_file: str, wrong: list[str]) -> Server | None:
    try:
        parts: SplitResult = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        wrong.append("MAIL_URL is no address. Write one like smtp://user:password@mail.example.com.")
        return None
    if (
        parts.scheme not in PORTS
        or not host
        or port == 0
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        wrong.append(
            "MAIL_URL is no address of a mail server. Write one like smtp://user:password@mail.example.com:587."
        )
        return None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        wrong.append("MAIL_URL has a user and no password, or a password and no user. Give both, or neither.")
        return None
    tls = "at once" if parts.scheme == "smtps" else "offered" if host in ON_THIS_MACHINE else "before"
    return Server(host, port or PORTS[parts.scheme], tls, user, Key(password), ca_file)
