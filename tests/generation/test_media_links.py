"""Links that need no signing in: for five minutes, at their own tenant, as long as the file is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts.tenancy import scope
from generation import assets
from generation import media as giving
from generation.models import Asset

pytestmark = pytest.mark.django_db
DATA = b"quillon-link"


@pytest.fixture
def asset(world: Any, media: Path) -> Asset:
    with scope(world.tenant):
        made = Asset.objects.create(sha256="b" * 64, media_type="image/png", size_bytes=len(DATA))
    default_storage.save(made.storage_name, ContentFile(DATA))
    return made


def ask(path: str, host: str = "localhost") -> tuple[int, bool]:
    answer = Client(HTTP_HOST=host).get(path)
    return answer.status_code, DATA in answer.content


def test_a_stranger_with_the_link_sees_it_and_without_it_nothing(asset: Asset) -> None:
    path = giving.link(asset)
    assert ask(path) == (200, True)
    assert ask(f"/api/v1/assets/{asset.id}/file") == (401, False)
    assert ask(path[:-1] + ("A" if path[-1] != "A" else "B")) == (404, False)
    assert ask(f"/media/{asset.id}") == (404, False)
    # Signed by us for something else is not signed for this.
    assert ask(f"/media/{signing.dumps(str(asset.id), salt='another')}") == (404, False)


def test_it_is_good_for_five_minutes(asset: Asset, monkeypatch: Any) -> None:
    import time

    path, now = giving.link(asset), time.time()
    for later, expected in ((299, (200, True)), (301, (404, False))):
        monkeypatch.setattr(signing.time, "time", lambda later=later: now + later)
        assert ask(path) == expected


def test_another_tenants_host_does_not_know_it(asset: Asset) -> None:
    assert ask(giving.link(asset), "harbour.localhost") == (404, False)


def test_what_is_thrown_away_is_gone_at_once(asset: Asset, world: Any) -> None:
    path = giving.link(asset)
    with scope(world.tenant):
        assets.discard(asset)
    assert ask(path) == (404, False)
