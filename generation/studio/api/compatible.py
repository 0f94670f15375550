"""POST /image/generate and /video/generate: the form that other services of the field have, with the answer in an envelope.

With `save_to_db: false` the answer holds the thing itself as a data address, and nothing of it is kept: the piece goes as
soon as the answer is written, its file within minutes. Where nobody waits for it until then, it can be fetched under its
id for five minutes, and a chore tidies it away.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import idempotency
from accounts.access import Door, admits
from generation import storage
from generation.errors import CannotBuy
from generation.models import Asset, Job, Status
from generation.providers.contract import Kind
from generation.studio import making, tidying
from generation.studio.api import answers, bodies, documents, wanted
from generation.studio.api.buying import Buying, longest_wait
from generation.studio.api.wanted import Wanted
from generation.studio.models import Piece, Take

log = logging.getLogger(__name__)

MAX_INLINE = 32 * 1024**2
"""The most that an answer holds as data addresses, in bytes before they are written so."""
GIVEN_ONCE = "This was answered once and not kept, because save_to_db was false. Nothing was charged again."


class Unfit(APIException):
    """502: it was made, and cannot be answered so."""

    status_code = 502


class FailedThere(answers.Failed):
    """These routes know fewer statuses: what was refused for its content is a wrong request."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        if self.status_code == 422:
            self.status_code = 400


class Compatible(Buying):
    """`url` is the name of the answer's address."""

    url: str
    spent: Piece | None = None

    def read(self, body: Mapping[str, Any]) -> Wanted:
        """What the body wishes for. Raises `CannotBuy`."""
        return wanted.image(body) if self.kind is Kind.IMAGE else wanted.video(body)

    def answer(self, request: Request) -> Response:
        rules = self.rules()
        said = self.read(bodies.of(request))
        try:
            piece = self.make(
                request, said.given, said.brought, rules=rules, settings=said.remembered, is_kept=said.is_kept
            )
        except CannotBuy as refused:
            raise said.named(refused) from refused
        takes = self.wait(request, piece, most=min(said.wait_seconds or longest_wait(), longest_wait()))
        told = answers.told(request, takes)
        data = self.data(piece, takes, told, said.references)
        if answers.is_waiting(told):
            data |= {
                "progress": told["progress"], "job": str(takes[0].job_id),
                "status_url": self.status_address(request, takes[0]),
            }  # fmt: skip
            return self.accepted(request, takes, enveloped(data, 202), again=said.again_seconds or 0)
        if told["status"] == "failed":
            raise FailedThere(answers.shown(takes).job)
        if not piece.is_kept:
            data |= self.inline(request, takes)
            self.spent = piece
            idempotency.keep_instead(request, _given_once())
        return Response(enveloped(data, 200))

    def data(
        self, piece: Piece, takes: Sequence[Take], told: Mapping[str, Any], references: Mapping[str, str]
    ) -> dict[str, Any]:
        chosen = answers.shown(takes).job
        found: dict[str, Any] = {"id": told["id"], "status": told["status"]}
        found |= {name: told[name] for name in (self.url, f"{self.url}s") if name in told}
        found |= {"provider": chosen.provider, "model": told["model"]}
        found |= {
            name: told[name] for name in ("asked_model", "adjusted", "preview", "reused", "reused_from") if name in told
        }
        if chosen.asset is not None and chosen.asset.seconds is not None and chosen.status == Status.DONE:
            found["duration"] = chosen.asset.seconds
        return {**found, "settings": piece.settings, "cost_micros": told["cost_micros"], **references}

    def inline(self, request: Request, takes: Sequence[Take]) -> dict[str, Any]:
        """The addresses of what was made, as data. Raises `Unfit`."""
        made = [take.job.asset for take in takes if take.job.status == Status.DONE and take.job.asset is not None]
        size = sum(asset.size_bytes for asset in made)
        if size > MAX_INLINE:
            raise Unfit(
                f"{self.url}: with save_to_db false an answer holds {MAX_INLINE // 1024**2} MB at most, and this has "
                f"{size / 1024**2:.0f} MB. It can be fetched for five minutes: {self.status_address(request, takes[0])} "
                "says where. Leave save_to_db out the next time."
            )
        try:
            addresses = [data_address(asset) for asset in made]
        except Exception as lost:  # each kind of storage has errors of its own
            log.exception("a result of piece %s cannot be read", takes[0].piece_id)
            raise Unfit("It was made, and cannot be read from where it is kept. Try again.") from lost
        return {self.url: addresses[0], **({f"{self.url}s": addresses} if len(takes) > 1 else {})}

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.spent is not None:
            # Only now: whoever sends the same call again is told that it was answered, whatever happens from here on.
            try:
                making.delete(piece=self.spent)
                tidying.purge_piece(self.spent)
            except Exception:
                log.exception("piece %s is left for the chore to tidy away", self.spent.id)
        return answer


@admits(Door.AUTHOR)
class ImageGenerate(Compatible):
    kind = Kind.IMAGE
    url = "image_url"

    @extend_schema(**documents.COMPATIBLE_IMAGE)
    def post(self, request: Request) -> Response:
        return self.answer(request)


@admits(Door.AUTHOR)
class VideoGenerate(Compatible):
    kind = Kind.VIDEO
    url = "video_url"

    @extend_schema(**documents.COMPATIBLE_VIDEO)
    def post(self, request: Request) -> Response:
        return self.answer(request)


def enveloped(data: Mapping[str, Any], code: int) -> dict[str, Any]:
    """What these routes answer where all is well."""
    return {"success": True, "data": data, "error": None, "code": code}


def data_address(asset: Asset) -> str:
    """The file as a data address."""
    return f"data:{asset.media_type};base64,{base64.b64encode(storage.read(asset.storage_name)).decode()}"


def _given_once() -> HttpResponse:
    said = {"success": False, "data": None, "error": GIVEN_ONCE, "code": 410}
    return HttpResponse(json.dumps(said, ensure_ascii=False), status=410, content_type="application/json")
