"""What a value of SQLite's becomes on PostgreSQL, and which it would not take."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

import pytest
from django.db import models

from accounts.sealed import SealedField
from config.moving.tables import Digest, Unfit, converted, to_move

SOME = uuid.UUID("6f0c5b0e-8f5e-4a7c-9d2a-6b14c1e0b0fb")
NOON = datetime.datetime(2026, 11, 21, 12, 0, 0, 250000, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("field", "here", "there"),
    [
        (models.UUIDField(), SOME.hex, SOME),
        (models.BooleanField(), 1, True),
        (models.DateTimeField(), "2026-11-21 12:00:00.250000", NOON),
        (models.DateField(), "2026-11-21", datetime.date(2026, 11, 21)),
        (models.DecimalField(max_digits=9, decimal_places=2), 0.1, decimal.Decimal("0.10")),
        (models.JSONField(), '{"a": "\\\\u0000"}', '{"a": "\\\\u0000"}'),  # a backslash and letters, no null character
        (models.BigIntegerField(), 2**40, 2**40),
        (models.CharField(max_length=3), "öäü", "öäü"),
        (models.TextField(null=True), None, None),
        (SealedField(), "gAAAAA-token", "gAAAAA-token"),
    ],
)
def test_what_a_value_becomes(field: Any, here: Any, there: Any) -> None:
    found = converted(here, field)
    assert (found, type(found)) == (there, type(there))


@pytest.mark.parametrize(
    ("field", "here", "why"),
    [
        (models.TextField(), "a\0b", "null character"),
        (models.TextField(), "a\udcff", "no UTF-8"),
        (models.JSONField(), '["\\u0000"]', "null character"),
        (models.JSONField(), '["\\ud800"]', "half a character"),
        (models.JSONField(), "[NaN]", "NaN and Infinity"),
        (models.JSONField(), "{", "no JSON"),
        (models.CharField(max_length=3), "four", "it has 4 characters and may have 3"),
        (models.IntegerField(), 2**31, "no whole number below"),
        (models.UUIDField(), "x", "no UUID"),
        (models.BooleanField(), 7, "neither true nor false"),
        (models.DateTimeField(), "soon", "no moment"),
        (models.TextField(), None, "may not be"),
    ],
)
def test_what_is_not_taken(field: Any, here: Any, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        converted(here, field)


def test_rows_come_after_those_they_point_at() -> None:
    names = [table.name for table in to_move()]
    for child, parent in (
        ("generation_job", "generation_run"),
        ("stories_scene", "stories_story"),
        ("accounts_tier", "accounts_tenant"),
    ):
        assert names.index(parent) < names.index(child)
    assert not {"django_q_ormq", "generation_beat", "django_migrations"} & set(names)
    assert {
        "auth_group_permissions",
        "django_session",
        "token_blacklist_outstandingtoken",
        "axes_accessattempt",
    } <= set(names)


def test_a_digest_knows_no_order_and_every_value() -> None:
    fields = [models.TextField(), models.JSONField()]

    def of(*rows: Any) -> Digest:
        digest = Digest(fields)
        for row in rows:
            digest.add(row)
        return digest

    assert of(("a", '{"x": 1.0, "y": 2}'), ("b", "[]")) == of(("b", "[]"), ("a", '{"y": 2, "x": 1}'))
    assert of(("a", "[]")) != of(("a", "[]"), ("a", "[]"))
    assert of(("a", "[1]")) != of(("a", '["1"]'))
