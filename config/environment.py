"""Values that stand in the environment or, because they are secret, in a file that it names. Knows no Django, so settings can
use it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Contradiction(ValueError):
    """The environment cannot be meant as it stands; the message names the variable and never its value."""


def secret(environment: Mapping[str, str], name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE names. Raises `Contradiction` where both are set or
    the file cannot be read."""
    value, file = (environment.get(key, "").strip() for key in (name, f"{name}_FILE"))
    if not file:
        return value or default
    if value:
        raise Contradiction(f"Both {name} and {name}_FILE are set. Unset one of them.")
    try:
        found = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise Contradiction(f"{name}_FILE names a file that cannot be read: {file} ({reason}).") from None
    if not found:
        raise Contradiction(f"{name}_FILE names a file that is empty: {file}.")
    return found


def listed(value: str) -> list[str]:
    """What stands between commas, without blanks around it."""
    return [part.strip() for part in value.split(",") if part.strip()]


def networks(value: str, name: str = "TRUSTED_PROXIES") -> tuple[tuple[Network, ...], list[str]]:
    """Networks between commas (`10.0.0.0/8, ::1`), and what is wrong with the variable `name`, in sentences. What is wrong
    counts as not set."""
    found: list[Network] = []
    wrong: list[str] = []
    for part in listed(value):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError:
            wrong.append(f"{name} names “{part}”, which is no network. Write one like 10.1.2.0/24 or 10.1.2.3.")
    return tuple(found), wrong


def is_in(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks; what is no address lies in none."""
    found = _address(address)
    return found is not None and any(found in network for network in networks if network.version == found.version)


@lru_cache(1024)  # the same few ask with every request: the proxies, and whoever is behind none
def _address(said: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(said)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
