"""Pictures that come along with a wish, from wherever they were named: the bytes of an upload, an upload made before, a
picture of one's own, a data address, or a public https address where the tenant allows those."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.tenancy import current
from generation import assets, intake
from generation.intake import BadPicture
from generation.models import Asset, Status
from generation.studio.models import StudioPolicy, Take, Upload
from generation.studio.wishes import Brought

MAX_BROUGHT = 16
OWN_FILE = "/api/v1/assets/"
"""How the address of a picture of one's own goes on after the host."""


@contextmanager
def taken_in(
    brought: Sequence[Brought], *, rules: StudioPolicy, user: User, fetch_seconds: float = intake.FETCH_SECONDS
) -> Iterator[list[Asset]]:
    """Rows for the pictures, in order. Where the block fails they are thrown away again. Runs under the tenant's scope,
    outside of any transaction, because it may fetch. Raises `BadPicture`, naming the field."""
    found: list[Asset] = []
    try:
        for one in brought:
            found.append(_take_in(one, rules, user, fetch_seconds))  # noqa: PERF401 -- those before a bad one are thrown away
        yield found
    except BaseException:
        with transaction.atomic():
            for asset in found:
                assets.discard(asset)
        raise


def keep_upload(data: bytes, *, user: User, claimed: str = "", field: str = "file") -> Upload:
    """Keep a picture that is to be named later. Raises `BadPicture`."""
    asset = intake.keep_picture(data, tenant_id=_tenant(), field=field, claimed=claimed)
    return Upload.objects.create(user=user, asset=asset)


def _take_in(one: Brought, rules: StudioPolicy, user: User, fetch_seconds: float) -> Asset:
    source = one.source
    if isinstance(source, Asset):
        return assets.reuse(source)
    if isinstance(source, uuid.UUID):
        return assets.reuse(_own(source, user=user, field=one.field))
    if isinstance(source, str):
        return _by_address(source.strip(), field=one.field, rules=rules, user=user, seconds=fetch_seconds)
    return _file(source, field=one.field)


def _file(file: Any, *, field: str) -> Asset:
    """An uploaded file of a form."""
    if file.size > intake.MAX_BYTES:
        raise BadPicture(
            f"{field} is larger than {intake.MAX_BYTES // 1024**2} MB. Send a smaller picture.", field=field, status=413
        )
    return intake.keep_picture(file.read(), tenant_id=_tenant(), field=field, claimed=file.content_type or "")


def _by_address(address: str, *, field: str, rules: StudioPolicy, user: User, seconds: float) -> Asset:
    if address.lower().startswith("data:"):
        data, claimed = intake.from_data_url(address, field=field)
        return intake.keep_picture(data, tenant_id=_tenant(), field=field, claimed=claimed)
    own = _own_id(address)
    if own is not None:
        return assets.reuse(_own(own, user=user, field=field))
    if not rules.takes_addresses:
        raise BadPicture(
            f"{field} names an address, and pictures are not fetched here. Upload it instead.", field=field
        )
    if not address.lower().startswith("https://"):
        raise BadPicture(
            f"{field} must be a picture's https address, a data address, or the id of an upload or a picture of yours.",
            field=field,
        )
    data, claimed = intake.fetch(address, field=field, seconds=seconds)
    return intake.keep_picture(data, tenant_id=_tenant(), field=field, claimed=claimed)


def _own_id(address: str) -> uuid.UUID | None:
    """The id in "…", in "/api/v1/assets/…/file", or in that address with our own host before it."""
    _, found, rest = address.partition(OWN_FILE)
    text = rest.partition("/")[0] if found else address
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _own(asset_id: uuid.UUID, *, user: User, field: str) -> Asset:
    """An upload of the user's, or what one of their takes made; a picture in any case."""
    upload = Upload.objects.select_related("asset").filter(user=user).filter(id=asset_id).first()
    upload = upload or Upload.objects.select_related("asset").filter(user=user, asset_id=asset_id).first()
    if upload is not None:
        return upload.asset
    mine = Take.objects.select_related("job__asset").filter(piece__user=user, piece__deleted_at=None)
    take = mine.filter(job__asset_id=asset_id, job__status=Status.DONE).first() or mine.filter(id=asset_id).first()
    asset = take.job.asset if take is not None and take.job.status == Status.DONE else None
    if asset is None or not asset.media_type.startswith("image/"):
        raise BadPicture(f"{field} names no picture of yours. Upload it, or give its address.", field=field, status=404)
    return asset


def _tenant() -> uuid.UUID:
    tenant_id = current()
    assert tenant_id is not None
    return tenant_id
