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
def role_without_walls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E015: row-level security does not bind the role that this process signs in to PostgreSQL as."""
    from django.db import DatabaseError, connection

    if connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolsuper, rolbypassrls, EXISTS (SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p')"
                " AND relnamespace = 'public'::regnamespace AND pg_has_role(relowner, 'MEMBER'))"
                " FROM pg_roles WHERE rolname = current_user"
            )
            role, is_superuser, passes, owns = cursor.fetchone()
    except DatabaseError:
        return []  # a database that does not answer is not this check's to tell of
    may = (
        "is a superuser"
        if is_superuser
        else "may bypass row-level security"
        if passes
        else "owns the tables"
        if owns
        else ""
    )
    if not may:
        return []
    return [
        Error(
            f"The database role “{role}” {may}, so that nothing in the database keeps one tenant's rows from another's.",
            hint="Run manage.py database_roles, and let DATABASE_URL name fablewright_web for web processes and"
            " fablewright_worker for workers; fablewright_owner is for manage.py migrate alone.",
            id="fablewright.E015",
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


@register("security")
def unreadable_rates(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E008: a rate that the environment sets and that cannot be read, so that the usual one counts."""
    from django.conf import settings

    return [
        Error(problem, hint="Mend the variable, or unset it for the usual rate.", id="fablewright.E008")
        for problem in settings.RATE_PROBLEMS
    ]


@register("security", deploy=True)
def plain_http_in_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W003: passwords and sessions in the open."""
    from django.conf import settings

    if settings.HTTPS:
        return []
    return [
        Warning(
            "HTTPS is off: cookies go over plain HTTP, and browsers are not told to keep to TLS.",
            hint="Put a proxy that ends TLS and sets X-Forwarded-Proto in front, and set HTTPS=1.",
            id="fablewright.W003",
        )
    ]


@register("security")
def contradictions_of_security(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E004 to E007: settings of the web's walls that undo each other."""
    from django.conf import settings

    wrong = (
        (
            bool(getattr(settings, "CSRF_TRUSTED_ORIGINS", [])),
            "CSRF_TRUSTED_ORIGINS names other sites, whose pages could then post in the name of whoever is signed in here.",
            "Leave it empty: each tenant's host trusts itself. Behind a proxy, pass Host and X-Forwarded-Proto on.",
            "fablewright.E004",
        ),
        (
            settings.SECURE_HSTS_INCLUDE_SUBDOMAINS and not settings.HTTPS,
            "HSTS_SUBDOMAINS is set where no HSTS is sent.",
            "Set HTTPS=1 as well, or unset HSTS_SUBDOMAINS.",
            "fablewright.E005",
        ),
        (
            settings.STAFF_SESSION_SECONDS > settings.SESSION_COOKIE_AGE,
            "Sessions of staff would outlive those of readers.",
            "Make STAFF_SESSION_SECONDS at most SESSION_COOKIE_AGE.",
            "fablewright.E006",
        ),
        (
            settings.ADDRESS_FAILURE_LIMIT < settings.AXES_FAILURE_LIMIT,
            "One account may be guessed at more often from an address than all accounts together.",
            "Make ADDRESS_FAILURE_LIMIT at least AXES_FAILURE_LIMIT.",
            "fablewright.E007",
        ),
    )
    return [Error(said, hint=hint, id=number) for is_wrong, said, hint, number in wrong if is_wrong]


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
