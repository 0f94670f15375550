"""Kept files, for programs and for pages: one stable address each, which checks access every time."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import Door, admits
from generation import assets, media


@admits(Door.MEMBER)
class AssetFile(APIView):
    """GET /api/v1/assets/{id}/file: the bytes (ranges are answered), or a redirect to where they lie."""

    def get(self, request: Request, asset_id: uuid.UUID) -> HttpResponseBase:
        http: Any = request._request
        asset, _ = assets.find_shown(http.actor, asset_id)
        return media.serve(http, asset)
