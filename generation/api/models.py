"""The models that one may use, what they take and what they cost, for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Door, admits, enterable
from accounts.models import Tier
from accounts.openapi import SAID, problems
from accounts.requests import Strict, Text
from generation import catalogue, keys
from generation.api import shapes
from generation.api.asking import actor_of
from generation.catalogue import Offer
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Kind

TIER = OpenApiParameter(
    "tier", SAID, description="Slug of a tier: what may be used for its stories. Without it, the studio's."
)


KEY = OpenApiParameter("key", {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}, OpenApiParameter.PATH)


class ModelsQuery(Strict):
    tier = Text(required=False)


class KindQuery(ModelsQuery):
    kind = serializers.ChoiceField(shapes.KINDS, required=False)


@admits(Door.MEMBER)
class Models(APIView):
    @extend_schema(
        operation_id="models_list", tags=["Models"], summary="The models that you may use",
        parameters=[OpenApiParameter("kind", str, enum=shapes.KINDS, description="Only what makes this."), TIER],
        responses={200: shapes.ModelsAnswer, **problems(400, 404)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = KindQuery.read(request.query_params.dict())
        found = offered(request, asked.get("tier"))
        return Response({"items": [said(offer) for offer in found if asked.get("kind") in (None, offer.model.kind)]})


@admits(Door.MEMBER)
class ModelDetail(APIView):
    @extend_schema(
        operation_id="models_show", tags=["Models"], summary="What a model takes and costs",
        parameters=[KEY, TIER],
        responses={200: shapes.ModelAnswer, **problems(400, 404)},
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        asked = ModelsQuery.read(request.query_params.dict())
        for offer in offered(request, asked.get("tier")):
            if offer.model.key == key:
                return Response(said(offer))
        raise NotFound("There is no such model for you. /api/v1/models lists those there are.")


def offered(request: Request, slug: str | None) -> list[Offer]:
    """What may be bought from: the studio's models, or those of a tier that the actor may enter."""
    user: Any = request.user  # a member: the door saw to that
    tier = None
    if slug is not None:
        tier = Tier.objects.filter(enterable(actor_of(request)), slug=slug).first()
        if tier is None:
            raise NotFound("There is no such tier for you. /api/v1/tiers lists those there are.")
    return [offer for offer in catalogue.offers(tier, user) if offer.is_usable]


def said(offer: Offer) -> dict[str, Any]:
    """`shapes.ModelAnswer`."""
    model = offer.model
    able = catalogue.capabilities(model)
    assert able is not None, "what cannot be reached is not offered"
    return {
        "key": model.key,
        "name": model.name,
        "provider": model.provider,
        "provider_title": keys.title(model.provider),
        "kind": model.kind,
        "is_default": offer.is_default,
        "takes_edits": model.kind == Kind.IMAGE and catalogue.capabilities(model, Kind.EDIT) is not None,
        "capabilities": takes(able),
        "price": offer.price,
        "prices": [
            {"unit": price.unit, "micros": price.amount_micros, "per": price.per, "currency": price.currency}
            for price in offer.prices
        ],
        "retires_on": model.retires_on.isoformat() if model.retires_on else None,
    }


def takes(able: Capabilities) -> dict[str, Any]:
    """What a model takes, in the engine's names; `null` and empty lists are what it does not take."""
    sizes = able.sizes
    return {
        "aspect_ratios": list(able.aspect_ratios),
        "resolutions": list(able.resolutions),
        "sizes": None if sizes is None else {
            "least": sizes.low, "most": sizes.high, "step": sizes.step, "most_pixels": sizes.max_pixels,
            "most_ratio": sizes.max_ratio, "most_of_shorter": sizes.max_short,
        },
        "fixed_sizes": [list(size) for size in able.fixed_sizes],
        "seconds": None if able.seconds is None else {
            "least": able.seconds[0], "most": able.seconds[1], "choices": list(able.seconds_choices),
            "default": able.default_seconds,
        },
        "choices": {name: list(values) for name, values in sorted(able.choices.items())},
        "ranges": {name: {"least": low, "most": high} for name, (low, high) in sorted(able.ranges.items())},
        "inputs": dict(sorted(able.inputs.items())),
        "needs_one_of": list(able.needs_one_of),
        "takes": sorted(able.takes),
        "max_prompt": able.max_prompt,
        "streams": able.streams,
    }  # fmt: skip
