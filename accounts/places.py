"""The addresses of pages as letters name them: whole, and never a host that somebody wrote into a request."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from accounts.hosts import LOOPBACK
from accounts.models import Domain, Tenant


def page(request: Any, name: str, **query: str) -> str:
    """The whole address of the page of that route at the tenant of the request.

    The host is one of the tenant's own. A request that came by a loopback name is answered with that name only where the
    tenant has no other, or else a letter could be made to lead to its reader's own machine.
    """
    host, port = _split(request.get_host())
    own = _hosts(request.tenant)
    if own and host not in own:
        host = own[0]
    # Behind a proxy that ends TLS the port is the proxy's; elsewhere it is where this server was found.
    base = f"https://{host}" if settings.HTTPS else f"http://{host}{port}"
    return f"{base}{reverse(name)}{'?' + urlencode(query) if query else ''}"


def outside(tenant: Tenant) -> str:
    """Where a tenant lives, for letters that no request asked for; empty where it has no address but this machine's."""
    found = [host for host in _hosts(tenant) if host not in LOOPBACK and not host.endswith(".localhost")]
    return f"{'https' if settings.HTTPS else 'http'}://{found[0]}" if found else ""


def _hosts(tenant: Tenant) -> list[str]:
    return list(Domain.objects.filter(tenant=tenant).order_by("id").values_list("host", flat=True))


def _split(host: str) -> tuple[str, str]:
    """("name", ":port") in lower case; the port empty where none was named."""
    name, colon, port = host.strip().lower().rpartition(":")
    if colon and port.isdecimal():
        return name.rstrip("."), f":{port}"
    return host.strip().lower().rstrip("."), ""
