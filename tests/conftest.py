"""Fixtures for all tests: the seeded world, clients, a provider with books, and what may not be missing."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
from django.core.cache import cache
from django.core.management.commands import migrate
from django.db import connection, connections
from django.test import Client
from structlog.contextvars import clear_contextvars

from accounts import hosts, rates
from accounts.models import AuditEvent, Tenant, TenantRemoval, Tier, User
from accounts.tenancy import across_tenants, scope
from config.seeding.planting import plant
from generation.jobs import queueing
from generation.models import AiModel, ModelGrant
from tests import template
from tests.providers.toll import Toll

MIGRATE = migrate.Command.handle
REQUIRE_ALL = os.environ.get("REQUIRE") == "all"


def need(present: object, reason: str) -> None:
    """Skip where something this machine lacks is needed; fail where nothing may be skipped (`REQUIRE=all`)."""
    if not present:
        if REQUIRE_ALL:
            pytest.fail(f"REQUIRE=all, and {reason}")
        pytest.skip(reason)


@pytest.fixture(autouse=True)
def nothing_is_bound() -> None:
    """A file's answer that a test never read to its end leaves its request's id bound: no line of another test tells of it."""
    clear_contextvars()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that start processes of their own take longest and go first, so that no core waits for the other's last."""
    items.sort(key=lambda item: item.get_closest_marker("processes") is None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """At the end: what could not be run, and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    terminalreporter.section("not run here")
    for report in skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"{report.nodeid}: {why}")
    if not skipped:
        terminalreporter.write_line("nothing: all that was asked for was run")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Tables come from a copy (`tests.template`) where they can: then nothing is left to migrate."""
    if connection.vendor == "sqlite":
        migrate.Command.handle = _from_template  # type: ignore[method-assign]


def _from_template(self: migrate.Command, *args: Any, **options: Any) -> None:
    """In the place of `migrate`, for the test database alone."""
    given = connections[options["database"]]
    given.ensure_connection()
    with contextlib.closing(sqlite3.connect(template.migrated())) as kept:
        kept.backup(given.connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The world is planted once, and each test's rollback leaves it as it was."""
    migrate.Command.handle = MIGRATE  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        plant()


@pytest.fixture(autouse=True)
def no_requests_calls() -> Iterator[None]:
    """A tripwire: any call made with `requests`, which nothing here may use, fails."""
    with responses.RequestsMock(assert_all_requests_are_fired=False):
        yield


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Rates are counted in the cache, which outlives a test's rollback: what one test asked must not slow the next."""
    cache.clear()


class Still:
    """The clock that rates are counted by, standing still until it is set."""

    now = 1_800_000_000.0


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Still:
    clock = Still()
    monkeypatch.setattr(rates, "clock", lambda: clock.now)
    return clock


@pytest.fixture(autouse=True)
def no_known_hosts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Which tenant answers where is remembered for seconds, and a test's tenants are gone sooner. Within a test it is
    remembered however slow the machine is, so that queries can be counted."""
    monkeypatch.setattr(hosts, "LIFE_SECONDS", 600.0)
    hosts.forget()
    yield
    hosts.forget()


@pytest.fixture(autouse=True)
def audit_log_may_go(request: pytest.FixtureRequest, _django_db_marker: None) -> Iterator[None]:
    """A test with transactions of its own is followed by a DELETE of all tables, which the audit log's triggers refuse on
    SQLite. What it wrote there goes first, by the one way that there is."""
    marker = request.node.get_closest_marker("django_db")
    is_named = "transactional_db" in request.fixturenames
    if is_named:
        request.getfixturevalue("transactional_db")  # set up first, so torn down after this
    yield
    if is_named or (marker is not None and marker.kwargs.get("transaction")):
        with across_tenants("the test is over"):
            for tenant_id in set(AuditEvent.objects.order_by().values_list("tenant_id", flat=True)):
                TenantRemoval.objects.create(tenant_id=tenant_id)
            AuditEvent.objects.all().delete()
            TenantRemoval.objects.all().delete()


@pytest.fixture(autouse=True)
def no_known_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is remembered for seconds too: here as long as a test takes, unless it has something that is not known."""
    queueing.forget()
    monkeypatch.setattr(queueing, "QUEUE_SECONDS", 600.0)
    monkeypatch.setattr(queueing, "SOON_SECONDS", 0.0)


@pytest.fixture
def chromium() -> str:
    """The system's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    need(found, "there is no Chromium: install the package chromium")
    assert found is not None
    return found


class World:
    """The seeded tenants, tiers and people."""

    def __init__(self) -> None:
        if not Tenant.objects.filter(slug="fablewright").exists():
            plant()  # a test with transactions of its own was here, and its end empties all tables
        self.tenant = Tenant.objects.get(slug="fablewright")
        self.harbour = Tenant.objects.get(slug="harbour")
        with scope(self.tenant):
            self.kids = Tier.objects.get(slug="kids")
            self.classics = Tier.objects.get(slug="classics")
        with scope(self.harbour):
            self.tales = Tier.objects.get(slug="tales")

    def user(self, name: str) -> User:
        """A seeded user by the first part of the address: reader, author, staff, owner, harbour-owner, operator."""
        return User.objects.get(email=f"{name}@example.com")


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def no_models(db: None) -> None:
    """A catalogue in which nothing stands, for what is said of the whole of it."""
    with across_tenants("the catalogue is emptied"):
        ModelGrant.objects.all().delete()
        AiModel.objects.all().delete()


@pytest.fixture
def in_tenant(world: World) -> Iterator[World]:
    """The world, with the default tenant active."""
    with scope(world.tenant):
        yield world


@pytest.fixture
def client_for(world: World) -> Callable[..., Client]:
    """A browser at a host, signed in as a seeded user or as nobody."""

    def make(name: str | None = None, *, host: str = "localhost", csrf: bool = False) -> Client:
        client = Client(HTTP_HOST=host, enforce_csrf_checks=csrf)
        if name is not None:
            client.force_login(world.user(name))
        return client

    return make


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """A media folder of the test's own."""
    from django.core.files.storage import default_storage, storages

    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media"), "base_url": None},
        },
    }
    settings.SPOOL = str(tmp_path / "spool")
    storages._storages.clear()
    default_storage._wrapped = storages["default"]
    return tmp_path / "media"


@pytest.fixture(scope="module")
def object_server() -> Iterator[Any]:
    from tests import s3

    with s3.running() as server:
        yield server


@pytest.fixture
def s3(media: Path, object_server: Any, settings: Any) -> Any:
    """Files are kept in an object store that the test may stop and start. Its objects are gone with the test."""
    from django.core.files.storage import default_storage, storages

    object_server.forget()
    settings.STORAGE = "s3"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "generation.object_store.ObjectStore", "OPTIONS": object_server.options},
    }
    storages._storages.clear()
    default_storage._wrapped = storages["default"]
    return object_server


@pytest.fixture
def toll(world: World, media: Path) -> Iterator[Toll]:
    """A paid provider with books of its own, granted to the kids tier at 1000 micros a call, under a cap of 1,000,000."""
    from generation.adapters import all_adapters
    from generation.providers import PROVIDERS
    from tests.factories import grant_toll

    provider = Toll()
    PROVIDERS["toll"] = lambda **_: provider
    all_adapters()["toll"] = provider
    with scope(world.tenant):
        grant_toll(world.kids)
    yield provider
    provider.let_go()
    del all_adapters()["toll"], PROVIDERS["toll"]
