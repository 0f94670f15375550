"""Guard: every list page of the admin asks the database as often for twenty-five rows as for one.

A page that is registered without a maker in `tests.admin_rows` fails too, so that a new one cannot slip past.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin_rows import MAKERS, job

PAGES = sorted(admin.site._registry, key=lambda model: model._meta.label)


def queries_of(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in seen]


def test_every_page_has_a_maker() -> None:
    assert set(MAKERS) == set(PAGES), "Give tests.admin_rows a maker for each model of the admin, and for no other."


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model._meta.label)
def test_a_list_asks_as_often_for_many_rows_as_for_one(
    model: Any, in_tenant: Any, client_for: Callable[..., Client]
) -> None:
    client = client_for("operator")
    listed = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    MAKERS[model]("pebble")
    client.get(listed)  # what is kept for the life of a process (content types) is fetched once
    one = queries_of(client, listed)
    for _ in range(24):
        MAKERS[model]("pebble")
    client.get(listed)  # a new tenant or domain makes the hosts forgotten
    many = queries_of(client, listed)
    assert len(many) == len(one), "\n".join(sorted(set(many) - set(one)))


def test_the_first_page_asks_as_often_for_many_jobs_as_for_one(
    in_tenant: Any, client_for: Callable[..., Client]
) -> None:
    client = client_for("staff")
    make: list[dict[str, Any]] = [{"status": "queued"}, {"status": "failed", "finished_at": _now()}]
    for fields in make:
        job("pebble", **fields)
    client.get(reverse("admin:index"))
    one = queries_of(client, reverse("admin:index"))
    for _ in range(6):
        for fields in make:
            job("pebble", **fields)
    many = queries_of(client, reverse("admin:index"))
    assert len(many) == len(one), "\n".join(sorted(set(many) - set(one)))


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()
