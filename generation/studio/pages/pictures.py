"""Pictures that a form brings along. They are kept as soon as they arrive, so that a form that comes back has not lost them,
and named from then on by a token: the id of an upload, the id of a take, or "take.place" for a picture that a take was made
from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

from accounts.access import Actor, Verb, allows
from accounts.models import User
from generation import intake
from generation.errors import CannotBuy, StorageAway
from generation.intake import BadPicture
from generation.models import Asset, Status
from generation.studio import bringing
from generation.studio.bringing import MAX_BROUGHT
from generation.studio.models import Take, Upload

MAX_BODY = (MAX_BROUGHT + 1) * intake.MAX_BYTES
"""Forms that are larger are not even read."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is there already, as a form shows it. `source` is what `bringing` takes."""

    token: str
    source: Any
    url: str


def kept(tokens: Iterable[str], *, user: User) -> list[Picture]:
    """The pictures of the user's own that the tokens name, in order; what names none is left out."""
    found = (find(token, user=user) for token in list(tokens)[:MAX_BROUGHT])
    return [picture for picture in found if picture is not None]


def find(token: str, *, user: User) -> Picture | None:
    """The picture that a token names, or None."""
    name, _, place = token.partition(".")
    named = _uuid(name)
    if named is None:
        return None
    if place:
        source = brought_by(named, place, owner=user)
        address = f"{reverse('studio-take-brought', args=[named])}?place={place}"
        return Picture(token, source, address) if source is not None else None
    upload = Upload.objects.filter(user=user, id=named).first()
    if upload is not None:
        return Picture(token, upload.id, reverse("studio-upload", args=[upload.id]))
    mine = Take.objects.filter(piece__user=user, piece__deleted_at=None, job__status=Status.DONE)
    take = mine.filter(id=named, job__asset__media_type__startswith="image/").first()
    return Picture(token, take.id, reverse("studio-take-thumb", args=[take.id])) if take is not None else None


def brought_by(
    take_id: uuid.UUID, place: str, *, owner: User | None = None, actor: Actor | None = None
) -> Asset | None:
    """The picture at a place (counted from 0) of those that a take was made from: of the `owner`'s own take, or of one that
    the `actor` may see."""
    take = Take.objects.select_related("job", "piece").filter(id=take_id, piece__deleted_at=None).first()
    if take is None or not place.isascii() or not place.isdigit() or len(place) > 2:
        return None
    if owner is not None and take.piece.user_id != owner.pk:
        return None
    if actor is not None and not allows(actor, Verb.READ, take.piece):
        return None
    inputs = take.job.request.get("inputs", [])
    if int(place) >= len(inputs):
        return None
    return Asset.objects.filter(id=inputs[int(place)]["asset"], media_type__startswith="image/").first()


def keep(files: Iterable[UploadedFile], *, user: User, field: str) -> tuple[list[Picture], list[CannotBuy]]:
    """Keep what was uploaded: the pictures, and what is to be said of those that are none."""
    found: list[Picture] = []
    refused: list[CannotBuy] = []
    for file in files:
        try:
            upload = _kept(file, user=user, field=field)
        except (BadPicture, StorageAway) as bad:
            refused.append(bad)
        else:
            found.append(Picture(str(upload.id), upload.id, reverse("studio-upload", args=[upload.id])))
    return found, refused


def _kept(file: UploadedFile, *, user: User, field: str) -> Upload:
    if (file.size or 0) > intake.MAX_BYTES:
        most = intake.MAX_BYTES // 1024**2
        raise BadPicture(f"{field} is larger than {most} MB. Send a smaller picture.", field=field, status=413)
    return bringing.keep_upload(file.read(), user=user, claimed=file.content_type or "", field=field)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
