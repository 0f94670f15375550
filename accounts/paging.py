"""Lists for programs, page by page: `{"items": [...], "next": url | null, "previous": url | null}`, the latest first.

A cursor names the row that a page ends at, by the moment of its making and its id. So rows of one moment are not lost
between two pages, however many there are, and rows that are made meanwhile move nothing.
"""

from __future__ import annotations

import binascii
import datetime
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

USUAL, MOST = 20, 100
PARAMETERS = [
    OpenApiParameter(
        "cursor",
        {"type": "string", "minLength": 1},
        description="Where the page begins: as “next” and “previous” have it. Others are a 400.",
    ),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
        description="How many items a page has at most.",
    ),
]
"""For `extend_schema` of every list."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row at the border of a page, and which side of it is asked for: older rows, or newer ones."""

    made_at: datetime.datetime
    row_id: uuid.UUID
    is_back: bool = False

    def __str__(self) -> str:
        moment = self.made_at.astimezone(datetime.UTC).isoformat()
        written = f"{'newer' if self.is_back else 'older'} {moment} {self.row_id.hex}"
        return urlsafe_b64encode(written.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises ValueError for what is no cursor."""
        raw = text.encode("ascii")
        try:
            side, moment, row_id = urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)).decode("ascii").split(" ")
        except binascii.Error as error:
            raise ValueError(text) from error
        made_at = datetime.datetime.fromisoformat(moment)
        if made_at.utcoffset() != datetime.timedelta(0) or side not in ("older", "newer"):
            raise ValueError(text)
        return cls(made_at, uuid.UUID(row_id), is_back=side == "newer")


class CursorPages(CursorPagination):
    """Pages of rows that have `created_at` and `id`. `?limit=` is a page's size."""

    page_size = USUAL
    max_page_size = MOST
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of `queryset` on the page that is asked for. Raises DRF's `ValidationError`, which names the parameter."""
        self.address = request.build_absolute_uri()
        limit, cursor = self._limit(request), self._cursor(request)
        back = cursor is not None and cursor.is_back
        if cursor is not None:
            side = "gt" if back else "lt"
            queryset = queryset.filter(
                Q(**{f"created_at__{side}": cursor.made_at})
                | Q(created_at=cursor.made_at, **{f"id__{side}": cursor.row_id})
            )
        found = list(queryset.order_by(*(("created_at", "id") if back else self.ordering))[: limit + 1])
        goes_on, rows = len(found) > limit, found[:limit]
        if back:
            rows.reverse()
        self.next = self._border(rows, -1) if goes_on or back else None
        self.previous = self._border(rows, 0, is_back=True) if (goes_on if back else cursor is not None) else None
        if back and not rows:  # nothing is newer any more: the list begins below
            self.next = remove_query_param(self.address, "cursor")
        return rows

    def get_next_link(self) -> str | None:
        return self.next

    def get_previous_link(self) -> str | None:
        return self.previous

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"items": data, "next": self.next, "previous": self.previous})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["items", "next", "previous"],
            "properties": {"items": schema, "next": link, "previous": link},
        }

    def _limit(self, request: Request) -> int:
        said = request.query_params.get("limit")
        if said is None:
            return USUAL
        if not (said.isascii() and said.isdigit() and len(said) < 4 and 1 <= int(said) <= MOST):
            raise ValidationError({"limit": [f"Say a number from 1 to {MOST}."]})
        return int(said)

    def _cursor(self, request: Request) -> Cursor | None:
        said = request.query_params.get("cursor")
        if said is None:
            return None
        try:
            return Cursor.read(said)
        except ValueError as error:
            raise ValidationError(
                {"cursor": ["This is none of ours. Take it from “next” or “previous” of a page, or leave it out."]}
            ) from error

    def _border(self, rows: list[Any], at: int, *, is_back: bool = False) -> str | None:
        if not rows:
            return None
        return replace_query_param(self.address, "cursor", str(Cursor(rows[at].created_at, rows[at].id, is_back)))


def page_of(item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """A page of `item`s, for `extend_schema`."""
    return inline_serializer(
        name=f"{item.__name__}Page",
        fields={
            "items": item(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )
