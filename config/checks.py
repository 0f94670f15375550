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


@register("connections", deploy=True)  # “database” would leave it out unless a database is named
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


@register("caches")
def unreadable_redis(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E017: an address of Redis that cannot be read, so that each process counts and tells for itself."""
    from django.conf import settings

    hint = "Mend the variable, or unset it: each process then has a cache of its own."
    return [Error(problem, hint=hint, id="fablewright.E017") for problem in settings.REDIS_PROBLEMS]


@register("caches", deploy=True)
def processes_that_share_nothing(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E016: several web processes and no Redis. Sockets still tell, because each hub looks by itself; but whoever may ask 120
    times a minute may then ask as often of each process. W016: the same where nobody said how many there are, and the database
    is a server, which one process alone hardly needs."""
    from django.conf import settings
    from django.db import connection

    if settings.REDIS_URL:
        return []
    lost = (
        "Each of them counts rates for itself, so that everybody may ask as often again in each; the channel layer reaches no "
        "other process, so that sockets learn of news by looking every quarter of a second."
    )
    hint = "Set REDIS_URL. WEB_PROCESSES says how many web processes there are."
    if settings.WEB_PROCESSES > 1:
        said = f"{settings.WEB_PROCESSES} web processes share no cache and no channel layer. {lost}"
        return [Error(said, hint=hint, id="fablewright.E016")]
    if connection.vendor == "sqlite":
        return []
    said = f"With a database server more than one web process can serve this, and no Redis is set. {lost}"
    return [Warning(said, hint=f"{hint} With one only, this changes nothing.", id="fablewright.W016")]


@register("files")
def contradictions_of_storage(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E018: what the environment says of the place for files contradicts itself, so that nothing could be kept."""
    import os

    from django.conf import settings

    from config import object_store_keys

    hint = "Mend it, or unset STORAGE to keep files on this machine. See docs/storage.md."
    if settings.STORAGE not in settings.MEDIA_STORAGES:
        known = " and not ".join(sorted(settings.MEDIA_STORAGES))
        return [Error(f"STORAGE is not {known}.", hint=hint, id="fablewright.E018")]
    options: Any = settings.MEDIA_STORAGES["s3"]["OPTIONS"]
    endpoint = options["endpoint_url"] or ""
    wrong = []
    if settings.STORAGE == "s3":
        if not options["bucket_name"]:
            wrong.append("STORAGE is s3 and S3_BUCKET names no bucket.")
        if endpoint and not endpoint.startswith(("http://", "https://")):
            wrong.append("S3_ENDPOINT is no http or https address.")
        if endpoint.startswith("http://") and settings.HTTPS:
            wrong.append("S3_ENDPOINT is plain http, and pages under HTTPS may load nothing from there.")
        wrong += object_store_keys.problems(os.environ)
    elif options["bucket_name"] or endpoint:
        wrong.append("S3_BUCKET or S3_ENDPOINT is set, and STORAGE is not s3: files would be kept on this machine.")
    return [Error(problem, hint=hint, id="fablewright.E018") for problem in wrong]


@register("files", deploy=True)
def files_of_one_machine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W019: a database that several machines can share, and files that only one has."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "sqlite" or settings.STORAGE != "local":
        return []
    return [
        Warning(
            "The database can serve several machines, and files are kept on this one.",
            hint="Set STORAGE=s3 before a second machine runs web or workers; until then all is well.",
            id="fablewright.W019",
        )
    ]


@register("telemetry")
def telemetry_that_cannot_be(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E020 and E030: what the environment says of traces, logs and numbers, and cannot be done."""
    from django.conf import settings

    from config import tracing

    found: list[CheckMessage] = [
        Error(problem, hint="Mend the variable, or unset it.", id="fablewright.E030")
        for problem in (*settings.LOG_PROBLEMS, *settings.METRICS_PROBLEMS)
    ]
    if tracing.is_asked_for() and (missing := tracing.missing()):
        found.append(
            Error(
                f"OTEL_EXPORTER_OTLP_ENDPOINT is set, and what sends traces is not installed: {', '.join(missing)}.",
                hint="Install the extra: pip install 'fablewright[otel]'. Or unset the variable to do without traces.",
                id="fablewright.E020",
            )
        )
    return found
