"""GET /v1/models and /v1/models/{name}: what the studio offers whoever asks."""

from __future__ import annotations

import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Door, admits
from accounts.models import User
from generation import catalogue
from generation.catalogue import Offer, Why
from generation.errors import CannotBuy, UnknownModel
from generation.providers.contract import Kind
from generation.studio import policy
from generation.studio.dialects.openai import documents
from generation.studio.dialects.openai.views import OpenAiView, asker
from generation.studio.fields import UNKEEPABLE

KINDS = (Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.SPEECH)
SUREST = (Why.NAMED, Why.REPLACED, Why.BEGINNING)
"""A name may lead to models of several kinds: the surest way counts."""


@admits(Door.AUTHOR)
class Models(OpenAiView):
    """All models of the studio, by our keys."""

    @extend_schema(operation_id="openai_models", **documents.MODELS)
    def get(self, request: Request) -> Response:
        policy.current()
        offers = catalogue.offers(None, asker(request))
        return Response(
            {
                "object": "list",
                "data": [_model(offer) for kind in KINDS for offer in catalogue.of_kind(offers, kind)],
            }
        )


@admits(Door.AUTHOR)
class Model(OpenAiView):
    """The model that a name leads to: our key, the provider's own name, or one that was retired."""

    @extend_schema(operation_id="openai_model", **documents.MODEL)
    def get(self, request: Request, name: str) -> Response:
        policy.current()
        return Response(_model(_find(name, asker(request))))


def _find(name: str, user: User) -> Offer:
    found: list[catalogue.Chosen] = []
    refused: CannotBuy = UnknownModel(f"There is no model called “{name[:60]}”. See /v1/models.", field="model")
    if not UNKEEPABLE.search(name) and name.strip():
        for kind in KINDS:
            try:
                found.append(catalogue.resolve(None, kind, name, user=user))
            except UnknownModel:
                continue
            except CannotBuy as why:
                refused = why
    if not found:
        raise refused
    surest = min(found, key=lambda chosen: SUREST.index(chosen.why))
    return next(offer for offer in catalogue.offers(None, user) if offer.model.id == surest.model.id)


def _model(offer: Offer) -> dict[str, Any]:
    """`created` is the day since which its price holds: what we know of its age."""
    day = min(price.effective_from for price in offer.prices)
    since = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    model = offer.model
    said = {"id": model.key, "object": "model", "created": int(since.timestamp()), "owned_by": model.provider}
    return {**said, "shutdown_date": model.retires_on.isoformat()} if model.retires_on else said
