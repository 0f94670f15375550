"""Settings and routes that contradict each other fail `manage.py check`, each with an id and a hint."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.urls import URLPattern, URLResolver, get_resolver


def first_segments() -> set[str]:
    """The fixed first segments of all routes: what a tier's slug may not be."""

    def walk(patterns: list[Any], before: str = "") -> Any:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                yield route

    segments = {route.split("/")[0] for route in walk(get_resolver().url_patterns)}
    return {segment for segment in segments if segment and "<" not in segment}


@register("urls")
def reserved_segments(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001: a route's first segment that a tier could take, so that the tier would hide behind it."""
    from accounts.reserved import RESERVED_SEGMENTS

    return [
        Error(
            f"The route “/{segment}…” is not kept free of tiers.",
            hint="Add the segment to accounts.reserved.RESERVED_SEGMENTS.",
            id="fablewright.E001",
        )
        for segment in sorted(first_segments() - RESERVED_SEGMENTS)
    ]


@register("database", deploy=True)
def sqlite_in_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W001: SQLite carries one machine with one web process."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return []
    return [
        Warning(
            "The database is SQLite, which serves one machine.",
            hint="Set DATABASE_URL to a PostgreSQL server before running a second web process.",
            id="fablewright.W001",
        )
    ]


@register("security", deploy=True)
def debug_in_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E002: tracebacks must not reach a person."""
    from django.conf import settings

    if not settings.DEBUG:
        return []
    return [Error("DEBUG is on.", hint="Unset DEBUG in the environment.", id="fablewright.E002")]


@register("security")
def unreadable_provider_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E003: a provider's key that the environment names and that cannot be taken, so that nothing is bought there."""
    from django.conf import settings

    return [
        Error(
            problem,
            hint="Mend the variable, or unset it to do without this provider.",
            id="fablewright.E003",
        )
        for problem in settings.PROVIDER_ACCOUNT_PROBLEMS
    ]


@register("mail")
def mail_that_cannot_leave(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E010: what the environment says of mail contradicts itself, so that no letter would leave."""
    from django.conf import settings

    hint = "Mend the variable, or unset all that begin with MAIL_: letters go into a folder then."
    return [Error(problem, hint=hint, id="fablewright.E010") for problem in settings.MAIL_PROBLEMS]


@register("mail", deploy=True)
def letters_into_a_folder(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W010: nobody gets the letters that links for signing up and for new passwords are in."""
    from django.conf import settings

    if not settings.MAIL.is_local:
        return []
    return [
        Warning(
            "No mail server is set: letters are put into a folder of this machine.",
            hint="Set MAIL_URL and MAIL_FROM.",
            id="fablewright.W010",
        )
    ]
