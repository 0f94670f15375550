"""Kept files, for programs and for pages: one stable address each, which checks access every time."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Door, admits
from accounts.openapi import problems
from accounts.paging import PARAMETERS, CursorPages, page_of
from generation import assets, media, steps
from generation.api import shapes
from generation.api.asking import WHOSE, AssetQuery, actor_of, own
from generation.marking import DigitalSource
from generation.models import Asset, Job, Status


@admits(Door.MEMBER)
class Assets(APIView):
    @extend_schema(
        operation_id="assets_list", tags=["Assets"], summary="The files that your jobs made, the latest first",
        description="A page may hold fewer than asked for: what staff hid is left out.",
        parameters=[
            OpenApiParameter("kind", str, enum=shapes.KINDS, description="Only what jobs of this kind made."),
            WHOSE, *PARAMETERS,
        ],
        responses={200: page_of(shapes.AssetAnswer), **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = AssetQuery.read(request.query_params.dict())
        actor = actor_of(request)
        made = own(
            Job.objects.filter(asset=OuterRef("id"), status=Status.DONE), actor, asked, path="run__user"
        )  # fmt: skip
        if "kind" in asked:
            made = made.filter(kind=asked["kind"])
        paging = CursorPages()
        found = paging.paginate_queryset(Asset.objects.filter(Exists(made)), request)
        jobs = list(Job.objects.filter(asset__in=[asset.id for asset in found]).select_related("run", "model"))
        hidden = set() if actor.is_staff else steps.hidden(jobs)
        by_asset = {job.asset_id: job for job in jobs if job.id not in hidden}
        return paging.get_paginated_response(
            [said(asset, by_asset[asset.id]) for asset in found if asset.id in by_asset]
        )


@admits(Door.MEMBER)
class AssetDetail(APIView):
    @extend_schema(
        operation_id="assets_show", tags=["Assets"], summary="A file, and a link to it for whoever has no token",
        responses={200: shapes.AssetWithLink, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, asset_id: uuid.UUID) -> Response:
        asset, job = assets.find_shown(actor_of(request), asset_id)
        return Response({**said(asset, job), "link": media.link(asset), "link_seconds": media.LINK_SECONDS})


@admits(Door.MEMBER)
class AssetFile(APIView):
    """GET /api/v1/assets/{id}/file: the bytes (ranges are answered), or a redirect to where they lie."""

    @extend_schema(
        operation_id="assets_file", tags=["Assets"], summary="A file's bytes",
        description="Ranges are answered in parts of at most 4 MiB. An object store answers in our place: then it is a "
        "redirect to a link that is good for five minutes.",
        parameters=[
            OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="`bytes=0-1023`."),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what you have."),
        ],
        responses={
            **{(code, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, description=said) for code, said in (
                (200, "All of it."), (206, "The part that was asked for."),
            )},
            302: OpenApiResponse(description="It lies there."), 304: OpenApiResponse(description="You have it."),
            416: OpenApiResponse(description="It has no such part."), **problems(404),
        },
    )  # fmt: skip
    def get(self, request: Request, asset_id: uuid.UUID) -> HttpResponseBase:
        http: Any = request._request
        asset, _ = assets.find_shown(http.actor, asset_id)
        return media.serve(http, asset)


def said(asset: Asset, job: Job) -> dict[str, Any]:
    """`shapes.AssetAnswer`."""
    return {
        "id": str(asset.id),
        "job": str(job.id),
        "run": str(job.run_id),
        "kind": job.kind,
        "model": job.model.key if job.model else None,
        "media_type": asset.media_type,
        "size": asset.size_bytes,
        "width": asset.width,
        "height": asset.height,
        "seconds": asset.seconds,
        "sha256": asset.sha256,
        "digital_source_type": (asset.source or DigitalSource.TRAINED).uri,
        "url": reverse("api-asset-file", kwargs={"asset_id": asset.id}),
        "created_at": asset.created_at.isoformat(),
    }
