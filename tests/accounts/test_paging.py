"""Pages by cursor lose no row and show none twice. Tried on stories."""

from __future__ import annotations

import datetime
import uuid
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.paging import Cursor, CursorPages
from stories.models import Story

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def make(in_tenant: Any) -> Any:
    def rows(*moments: datetime.datetime) -> None:
        for moment in moments:
            row = Story.objects.create(
                tier=in_tenant.kids, reader=in_tenant.user("reader"), prompt="x", target_depth=3, seed=1
            )
            Story.objects.filter(id=row.id).update(created_at=moment)

    return rows


def page(address: str) -> tuple[list[uuid.UUID], str | None, str | None]:
    paging = CursorPages()
    rows = paging.paginate_queryset(Story.objects.all(), Request(APIRequestFactory().get(address)))
    told = paging.get_paginated_response([row.id for row in rows]).data
    return told["items"], told["next"], told["previous"]


def ordered() -> list[uuid.UUID]:
    return list(Story.objects.order_by("-created_at", "-id").values_list("id", flat=True))


@pytest.mark.parametrize("limit", [1, 7, 20, 49, 50, 51])
@pytest.mark.parametrize("moments", [1, 3, 50])
def test_every_row_once_there_and_back(make: Any, limit: int, moments: int) -> None:
    make(*(NOW - datetime.timedelta(microseconds=number % moments) for number in range(50)))
    pages, at = [], f"/x?limit={limit}&state=all"
    while at is not None:
        items, onward, before = page(at)
        pages.append(items)
        assert (before is None) == (len(pages) == 1)
        last, at = at, onward
    assert [row for items in pages for row in items] == ordered()
    assert {len(items) for items in pages[:-1]} <= {limit}
    back, at = [], page(last)[2]
    while at is not None:
        assert "state=all" in at
        items, _, at = page(at)
        back.append(items)
    assert back[::-1] == pages[:-1]


def test_what_is_made_meanwhile_moves_nothing(make: Any) -> None:
    make(*(NOW for _ in range(4)))
    first, onward, _ = page("/x?limit=2")
    expected = ordered()
    make(NOW + datetime.timedelta(seconds=1), NOW + datetime.timedelta(seconds=2))
    second, _, before = page(onward or "")
    assert first + second == expected
    assert page(before or "")[0] == first
    newest = page(page(before or "")[2] or "")
    assert newest[0] == ordered()[:2]


def test_where_all_rows_of_a_page_are_gone(make: Any) -> None:
    make(*(NOW for _ in range(4)))
    _, onward, _ = page("/x?limit=2")
    _, _, before = page(onward or "")
    Story.objects.all().delete()
    assert page(onward or "") == ([], None, None)
    assert page(before or "") == ([], "http://testserver/x?limit=2", None)


def test_of_nothing(in_tenant: Any) -> None:
    assert page("/x") == ([], None, None)


def coded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "ü", "=", "A" * 10_000, coded("older"), coded(f"older 2026-01-01T00:00:00 {uuid.UUID(int=1).hex}"),
        coded(f"older 0001-01-01T00:00:00+14:00 {uuid.UUID(int=1).hex}"), coded("older now 1"),
        coded(f"sideways {NOW.isoformat()} {uuid.UUID(int=1).hex}"), coded(f"older {NOW.isoformat()} five"),
    ],
    ids=lambda cursor: cursor[:12],
)  # fmt: skip
def test_what_is_no_cursor(in_tenant: Any, cursor: str) -> None:
    with pytest.raises(ValidationError) as refused:
        page(f"/x?cursor={cursor}")
    assert list(refused.value.detail) == ["cursor"]


def test_a_cursor_reads_what_it_wrote() -> None:
    for cursor in (Cursor(NOW, uuid.uuid4()), Cursor(NOW, uuid.uuid4(), is_back=True)):
        assert Cursor.read(str(cursor)) == cursor


@pytest.mark.parametrize("limit", ["", "0", "101", "-1", "1.5", "x", "٣", "9" * 5000])
def test_what_is_no_limit(in_tenant: Any, limit: str) -> None:
    with pytest.raises(ValidationError) as refused:
        page(f"/x?limit={limit}")
    assert list(refused.value.detail) == ["limit"]
