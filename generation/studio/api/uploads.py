"""/api/v1/uploads: pictures to be named in what is asked for next. Kept for a day."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Door, admits
from accounts.requests import NO_OBJECT
from generation import intake, media
from generation.intake import BadPicture
from generation.studio import bringing, policy, tidying
from generation.studio.api import bodies, documents
from generation.studio.api.buying import Asking
from generation.studio.errors import CannotChange, WrongWish
from generation.studio.models import StudioPolicy, Upload

MAX_UPLOADS = 100
"""How many one user has at a time."""
FORM_BYTES = intake.MAX_BYTES + 64 * 1024
"""A picture of the largest that are taken, and the lines around it."""


class Form(MultiPartParser):
    """A form with a file. What is larger than any picture that is taken is not read."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        assert parser_context is not None
        said = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if int(said) > FORM_BYTES:
            raise bodies.TooLarge(intake.MAX_BYTES, "Send a smaller picture.")
        try:
            return super().parse(stream, media_type, parser_context)
        except SuspiciousOperation as error:
            raise ParseError("This form holds too much beside the file. Send the file alone.") from error


@admits(Door.AUTHOR)
class Uploads(Asking):
    rate = "upload"
    parser_classes = (bodies.Json, Form)

    @extend_schema(**documents.LIST_UPLOADS)
    def get(self, request: Request) -> Response:
        rows = Upload.objects.filter(user=request.user.pk).select_related("asset")
        items = [told(request, upload) for upload in rows[:MAX_UPLOADS]]
        return Response({"items": items, "next": None, "previous": None})

    @extend_schema(**documents.UPLOAD)
    def post(self, request: Request) -> Response:
        rules, user = policy.current(), request.user
        data, claimed, field = _given(request, rules)
        if Upload.objects.filter(user=user.pk).count() >= MAX_UPLOADS:
            raise CannotChange(f"You have {MAX_UPLOADS} uploads, and no more are kept at a time. Delete some of them.")
        upload = bringing.keep_upload(data, user=user, claimed=claimed, field=field)  # type: ignore[arg-type]
        return Response(told(request, upload), status=201)


@admits(Door.AUTHOR)
class UploadDetail(Asking):
    @extend_schema(**documents.DELETE_UPLOAD)
    def delete(self, request: Request, upload_id: uuid.UUID) -> Response:
        upload = Upload.objects.filter(user=request.user.pk, id=upload_id).select_related("asset").first()
        if upload is None:
            raise Http404("There is nothing here.")
        tidying.discard_upload(upload)
        return Response(status=204)


def told(request: Any, upload: Upload) -> dict[str, Any]:
    """An upload as programs see it. `url` opens for five minutes, without signing in."""
    asset = upload.asset
    return {
        "id": str(upload.id),
        "media_type": asset.media_type,
        "width": asset.width,
        "height": asset.height,
        "size_bytes": asset.size_bytes,
        "url": request.build_absolute_uri(media.link(asset)),
        "created_at": upload.created_at.isoformat(),
        "expires_at": (upload.created_at + datetime.timedelta(seconds=tidying.UPLOAD_SECONDS)).isoformat(),
    }


def _given(request: Request, rules: StudioPolicy) -> tuple[bytes, str, str]:
    """The bytes, the type they are said to have, and the field they came in."""
    if isinstance(request.data, dict) and not hasattr(request.data, "getlist"):
        return _named(bodies.of(request, ("data_url", "url")), rules)
    if not hasattr(request.data, "getlist"):
        raise WrongWish(NO_OBJECT)
    form: Any = request.data
    bodies.only(form, ("file",))
    files = form.getlist("file")
    if len(files) != 1 or not isinstance(files[0], UploadedFile):
        raise WrongWish("file is missing: send one picture in a field of that name.", field="file")
    file: Any = files[0]
    if file.size > intake.MAX_BYTES:
        raise _too_large("file")
    return file.read(), file.content_type or "", "file"


def _named(body: Mapping[str, Any], rules: StudioPolicy) -> tuple[bytes, str, str]:
    if len(body) != 1:
        raise WrongWish("Send one of data_url and url, or a form with a file.", field="data_url")
    field, value = next(iter(body.items()))
    if not isinstance(value, str):
        raise WrongWish(f"{field} must be text.", field=field)
    if field == "data_url":
        return (*intake.from_data_url(value.strip(), field=field), field)
    if not rules.takes_addresses:
        raise BadPicture(
            f"{field} names an address, and pictures are not fetched here. Send the file instead.", field=field
        )
    if not value.strip().lower().startswith("https://"):
        raise BadPicture(f"{field} must be a picture's https address.", field=field)
    return (*intake.fetch(value.strip(), field=field), field)


def _too_large(field: str) -> BadPicture:
    most = intake.MAX_BYTES // 1024**2
    return BadPicture(f"{field} is larger than {most} MB. Send a smaller picture.", field=field, status=413)
