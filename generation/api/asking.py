"""What programs ask of the engine's resources: queries that name each field, and whose rows are meant."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.access import Actor
from accounts.requests import Strict, Text
from generation.api.shapes import KINDS, STATUSES

SCOPES = ("own", "tenant")
WHOSE = OpenApiParameter(
    "scope", str, enum=SCOPES, default="own", description="“tenant” is everybody's, and for staff."
)
Rows = TypeVar("Rows", bound=QuerySet[Any])


class Nothing(Strict):
    """A body without a field: leave it out, or send `{}`."""


class OwnQuery(Strict):
    scope = serializers.ChoiceField(SCOPES, required=False, default="own")


class PageQuery(OwnQuery):
    # Read by `accounts.paging`, which says what is wrong with them.
    limit = Text(required=False, allow_blank=True)
    cursor = Text(required=False, allow_blank=True)


class JobQuery(PageQuery):
    status = serializers.ChoiceField(STATUSES, required=False)
    kind = serializers.ChoiceField(KINDS, required=False)


class AssetQuery(PageQuery):
    kind = serializers.ChoiceField(KINDS, required=False)


def actor_of(request: Request) -> Actor:
    http: Any = request._request
    actor: Actor = http.actor
    return actor


def own(rows: Rows, actor: Actor, asked: dict[str, Any], *, path: str) -> Rows:
    """The actor's rows, found by the path to their user; all of the tenant's where staff ask for them."""
    if asked["scope"] == "own":
        return rows.filter(**{path: actor.user_id})
    refuse_others(actor)
    return rows


def refuse_others(actor: Actor) -> None:
    """Raise where somebody who is no staff asks for everybody's."""
    if not actor.is_staff:
        raise PermissionDenied("Only staff see what all of this library asked for. Leave “scope” out.")
