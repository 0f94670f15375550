"""The tiers that may be entered, and what a story there may begin with."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Actor, Door, admits, enterable
from accounts.guests import address_of
from accounts.models import Tier, User
from accounts.openapi import problems
from generation.providers.contract import Kind
from stories import pages
from stories.api import finding, shapes


@admits(Door.MEMBER)
class Tiers(APIView):
    @extend_schema(
        operation_id="tiers_list", tags=["Stories"], summary="The tiers that you may enter, and what may be asked there",
        responses={200: shapes.Tiers, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        actor = finding.actor_of(request)
        address = address_of(request._request)
        tiers = Tier.objects.filter(enterable(actor))
        return Response(
            {"items": [offered(tier, actor, address=address, user=finding.reader_of(request)) for tier in tiers]}
        )


def offered(tier: Tier, actor: Actor, *, address: str, user: User) -> dict[str, Any]:
    """What a form of this tier would hold: the same that its page shows."""
    asked = pages.may_be_asked(tier, actor, address=address, user=user)
    return {
        "slug": tier.slug,
        "name": tier.name,
        "tagline": tier.tagline,
        "audience": tier.audience,
        "lengths": [{**{k: row[k] for k in ("value", "label")}, "scenes": row["depth"]} for row in asked["lengths"]],
        "art_styles": asked["art_styles"],
        "models": {kind: _flat(asked[f"{kind}_models"]) for kind in (Kind.TEXT, Kind.IMAGE, Kind.VIDEO)},
        "templates": [
            {"slug": row.slug, "title": row.title, "blurb": row.blurb, "art_style": row.art_style}
            for row in asked["beginnings"]
        ],
        "scenes_left": asked["scenes_left"],
    }


def _flat(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**model, "provider": group["provider"]} for group in groups for model in group["models"]]
