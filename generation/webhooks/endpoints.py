"""Where a tenant is told: which addresses it may enter, the secrets that sign, and when an endpoint is given up."""

from __future__ import annotations

import secrets
import socket
import uuid
from urllib.parse import urlsplit

from generation.models import WebhookEndpoint

MOST_FAILED_IN_A_ROW = 20
"""Deliveries given up, with none taken between them, after which an endpoint is switched off."""
OF_THE_HOUSE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "test", "invalid")
"""Last parts of names that no public host has."""


class NotAnAddress(ValueError):
    """What was entered is no address to deliver to. The sentence is for whoever entered it."""


def checked(url: str) -> str:
    """The address without the space around it. Raises `NotAnAddress`.

    Only what the address itself tells is looked at. What a name leads to may change from one minute to the next, so it is
    looked at with each delivery, by the egress client, which connects to no address that is not public.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise NotAnAddress("This is no address. Write one like https://example.com/hooks.") from error
    if parts.scheme != "https" or not host or port == 0 or any(letter.isspace() for letter in url):
        raise NotAnAddress("Write an address that begins with https://, like https://example.com/hooks.")
    if "@" in parts.netloc or parts.fragment:
        raise NotAnAddress("Write the address without a name, a password, or anything after “#”.")
    if not _may_be_public(host):
        raise NotAnAddress("This address is not on the public internet. Only public addresses are called.")
    return url


def _may_be_public(host: str) -> bool:
    from generation.providers.addresses import is_public  # brings an HTTP client along, which no start needs

    try:
        # Also the old ways of writing an IPv4 address (127.1, 0x7f000001), without asking anybody.
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return "." in host and host.rpartition(".")[2].lower() not in OF_THE_HOUSE
    return all(is_public(str(entry[4][0])) for entry in found)


def new_secret() -> str:
    """A signing secret that nobody guesses."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def rotate(endpoint: WebhookEndpoint) -> None:
    """Give an endpoint a new secret. What is sent from now on is signed with it, also what has been waiting."""
    endpoint.secret = new_secret()  # type: ignore[assignment]
    endpoint.save(update_fields=["secret"])


def switch_off(endpoint_id: uuid.UUID, because: str) -> None:
    """Send nothing there any more, until somebody switches it on again. What waits for it ends."""
    WebhookEndpoint.objects.filter(id=endpoint_id, is_enabled=True).update(
        is_enabled=False, disabled_because=because[:200]
    )
