"""What contradicts itself once there is more than one machine, or a proxy before it: `manage.py check --deploy` refuses it by
id, with a hint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

KEPT_HERE = (
    ("SECRET_KEY", "sessions made by one machine end at the next"),
    ("TOKEN_KEY", "access tokens of one machine are refused by the next"),
    (
        "SEALING_KEYS",
        "one machine cannot read the keys of providers that another wrote, and a lost folder loses them all",
    ),
)
"""What is made once and kept in the install's folder where nobody sets it, and what that means for two machines."""


@register("security", deploy=True)
def keys_of_one_machine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E011: the database is shared by machines whose keys are not, among them the one of encrypted columns."""
    if not on_a_server():
        return []
    return [
        Error(
            f"{name} is not set, so each machine makes one of its own: {means}.",
            hint=f"Set {name} or {name}_FILE to the same value everywhere.",
            id="fablewright.E011",
        )
        for name, means in KEPT_HERE
        if not os.environ.get(name) and not os.environ.get(f"{name}_FILE")
    ]


def on_a_server() -> bool:
    """Whether the database is one that other machines reach too."""
    from django.db import connection

    return connection.vendor != "sqlite"


@register("security")
def debug_with_a_public_host(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E012: tracebacks for strangers, whether somebody asked for a check of production or not."""
    from django.conf import settings

    public = settings.HTTPS or bool(settings.TRUSTED_PROXIES) or settings.ALLOWED_HOSTS != ["*"]
    if not settings.DEBUG or not public:
        return []
    return [
        Error(
            "DEBUG is on where HTTPS, TRUSTED_PROXIES or ALLOWED_HOSTS say that the public comes here.",
            hint="Unset DEBUG in the environment.",
            id="fablewright.E012",
        )
    ]


@register("security", deploy=True)
def proxies_that_nobody_believes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E013: behind a proxy that may not say who the client is, all strangers are one address and share its limits."""
    from django.conf import settings

    if not settings.HTTPS or settings.TRUSTED_PROXIES:
        return []
    return [
        Error(
            "HTTPS is on, so a proxy stands before this, and TRUSTED_PROXIES is empty: everybody has the proxy's address, "
            "and shares one limit for guests, for letters and for wrong passwords.",
            hint="Set TRUSTED_PROXIES to the proxy's network, such as 10.1.2.0/24.",
            id="fablewright.E013",
        )
    ]


@register("security")
def unreadable_proxies(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E014: networks that cannot be read, or that everybody is in, so that anybody could choose an address."""
    from django.conf import settings

    def wrong() -> Iterator[str]:
        yield from settings.PROXY_PROBLEMS
        for network in settings.TRUSTED_PROXIES:
            if network.prefixlen == 0:
                yield f"TRUSTED_PROXIES trusts {network}, which is everybody: any client could choose its own address."

    hint = "Name the networks that your proxies stand in, and no others."
    return [Error(said, hint=hint, id="fablewright.E014") for said in wrong()]


@register("connections", deploy=True)
def a_pool_that_is_too_small(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E021: a request may need a second connection, while it waits with the first."""
    from django.conf import settings

    if settings.DATABASE_POOL == 0 or settings.DATABASE_POOL >= 2:
        return []
    return [
        Error(
            f"DATABASE_POOL is {settings.DATABASE_POOL}.",
            hint="Set it to 2 or more, or to 0 for one connection for each thread.",
            id="fablewright.E021",
        )
    ]


@register("urls", deploy=True)
def tiers_that_hide_a_route(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E022: a shelf whose name became a route's first segment with an upgrade, so that its readers do not get there."""
    from django.db import DatabaseError

    from accounts.models import Tier
    from accounts.reserved import RESERVED_SEGMENTS
    from accounts.tenancy import across_tenants

    try:
        with across_tenants("a check of all tenants' shelves"):
            found = sorted(set(Tier.objects.filter(slug__in=RESERVED_SEGMENTS).values_list("slug", flat=True)))
    except DatabaseError:
        return []  # no database yet, or none of its tables: there is no shelf either
    return [
        Error(
            f"A tier is called “{slug}”, which is the beginning of a route of the application's own.",
            hint="Rename the tier's slug in the admin.",
            id="fablewright.E022",
        )
        for slug in found
    ]


@register("security", deploy=True)
def hosts_that_no_tenant_has(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W012: a tenant's own name is refused before the tenant is looked for."""
    from django.conf import settings
    from django.db import DatabaseError
    from django.http.request import validate_host

    from accounts.models import Domain

    if "*" in settings.ALLOWED_HOSTS:
        return []
    try:
        hosts = sorted(Domain.objects.values_list("host", flat=True))
    except DatabaseError:
        return []
    return [
        Warning(
            f"ALLOWED_HOSTS refuses {host}, which a tenant answers at.",
            hint="Add it to ALLOWED_HOSTS, or leave ALLOWED_HOSTS unset: the tenants' domains decide in any case.",
            id="fablewright.W012",
        )
        for host in hosts
        if not validate_host(host, settings.ALLOWED_HOSTS)
    ]
