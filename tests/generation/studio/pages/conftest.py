"""What the tests of the studio's pages share: browsers, pictures, and a maker that costs something."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import Cap, Membership, Role, User
from accounts.models.ledger import Period, Pool
from accounts.tenancy import scope
from generation.models import ModelGrant, Price, Unit
from tests.factories import TOLL_PRICE
from tests.providers.toll import Toll


def png(width: int = 64, height: int = 36, colour: tuple[int, int, int] = (200, 120, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def file(data: bytes | None = None, name: str = "a.png", claimed: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if data is None else data, claimed)


@pytest.fixture
def browser(client_for: Callable[..., Client], media: Any) -> Client:
    """The author's browser."""
    return client_for("author")


@pytest.fixture
def others(world: Any, client_for: Callable[..., Client]) -> dict[str, Client]:
    """Everybody who is not the author."""
    with scope(world.tenant):
        second = User.objects.create_user("second-author@example.com", "a-long-password")
        Membership.objects.create(user=second, role=Role.AUTHOR)
    return {
        "another author": client_for("second-author"),
        "staff": client_for("staff"),
        "another tenant": client_for("harbour-owner", host="harbour.localhost"),
    }


@pytest.fixture
def paid(toll: Toll, world: Any) -> Iterator[Toll]:
    """The paid test provider in the studio too, and its own choice: `TOLL_PRICE` a call, and a second of film."""
    with scope(world.tenant):
        ModelGrant.objects.filter(tier=None).update(is_default=False)
        for grant in list(ModelGrant.objects.filter(tier=world.kids, model__provider="toll")):
            ModelGrant.objects.create(tier=None, model=grant.model, kind=grant.kind, is_default=True)
    Price.objects.filter(model__key="toll-reel").update(unit=Unit.SECOND, amount_micros=TOLL_PRICE)
    yield toll


def cap(world: Any, limit: int, period: Period) -> None:
    with scope(world.tenant):
        Cap.objects.update_or_create(
            pool=Pool.TENANT, subject_id=world.tenant.id, period=period, defaults={"limit": limit}
        )
