"""What was written to whom, read from the letters that wait to be sent, and the way from a letter to a page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from accounts.models import Tenant
from accounts.tenancy import scope
from generation.models import Letter


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://\S+", self.text)

    @property
    def path(self) -> str:
        """The first link, without its host."""
        parts = urlsplit(self.links[0])
        return f"{parts.path}?{parts.query}"

    @property
    def token(self) -> str:
        return self.path.partition("token=")[2]


def letters(tenant: Tenant, to: str = "") -> list[Mail]:
    """Those of a tenant (and to one address), in order."""
    with scope(tenant):
        opened = [json.loads(row.contents.reveal()) for row in Letter.objects.order_by("created_at")]
    return [Mail(one["to"], one["subject"], one["text"]) for one in opened if not to or one["to"] == to]


def page_of(answer: Any) -> str:
    """The page without what differs each time it is drawn."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())


def press(browser: Client, mail: Mail) -> Any:
    """Open the letter's link, and press the button of its page."""
    page = browser.get(mail.path)
    assert page.status_code == 200, page.content.decode()
    return browser.post(mail.path.partition("?")[0], {"token": page.context["token"]})
