"""What a letter is, and the server that takes it. Apart from the adapter, which is loaded when the first letter leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from generation.providers.wire import Key


@dataclass(frozen=True, slots=True)
class Server:
    """An operator's mail server. `tls` is "at once", "before" (STARTTLS, needed) or "offered" (STARTTLS where the server has
    it, which is for servers on this machine). `ca_file` names certificates to trust in the place of the system's."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: Key = field(default_factory=Key)
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: the address alone, a subject of one line, plain text, and the name that it comes from."""

    to: str
    subject: str
    text: str
    sender_name: str = ""

    @classmethod
    def opened(cls, written: str) -> Letter:
        return cls(**json.loads(written))

    def written(self) -> str:
        return json.dumps({"to": self.to, "subject": self.subject, "text": self.text, "sender_name": self.sender_name})
