"""Rows of kept files: one for each use, and the file goes with the last."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404

from accounts.middleware import actor_for
from accounts.tenancy import scope
from generation import assets, storage
from generation.models import Asset, DiscardedFile
from generation.providers.contract import Kind
from stories.models import Story
from tests.generation.test_intake import picture
from tests.stories import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(in_tenant: Any, media: Path) -> Asset:
    made = Asset.objects.create(
        sha256="a" * 64, media_type="image/png", size_bytes=3, width=4, height=5, model_name="m"
    )
    default_storage.save(made.storage_name, ContentFile(b"abc"))
    return made


def age(asset: Asset, seconds: float = 3600) -> None:
    path = default_storage.path(asset.storage_name)
    os.utime(path, (os.stat(path).st_atime - seconds, os.stat(path).st_mtime - seconds))
    DiscardedFile.objects.all()


def test_the_file_goes_with_its_last_row(asset: Asset) -> None:
    again = assets.reuse(asset)
    assert (again.storage_name, again.media_type, again.size_bytes, again.width, again.height, again.model_name) == (
        asset.storage_name, "image/png", 3, 4, 5, "m",
    )  # fmt: skip
    name = asset.storage_name
    age(asset)
    assets.discard(asset)
    assert (assets.remove_discarded(linger_seconds=0), default_storage.exists(name)) == (0, True)
    assets.discard(again)
    assert (assets.remove_discarded(), default_storage.exists(name)) == (0, True), "it lingers"
    assert (assets.remove_discarded(linger_seconds=0), default_storage.exists(name)) == (1, False)
    assert DiscardedFile.objects.count() == 0


def test_a_row_that_comes_back_keeps_its_file(asset: Asset) -> None:
    other = Asset(sha256=asset.sha256, media_type="image/png", size_bytes=3)
    age(asset)
    assets.discard(asset)
    other.save()
    assert (assets.remove_discarded(linger_seconds=0), default_storage.exists(other.storage_name)) == (0, True)
    assert DiscardedFile.objects.count() == 0


def test_bytes_that_are_kept_anew_meanwhile_keep_their_file(in_tenant: Any, media: Path) -> None:
    """The row of a purchase comes after its file: between the two nothing else says that it is wanted."""

    def keep() -> storage.Kept:
        return storage.keep(tenant_id=in_tenant.tenant.id, kind=Kind.IMAGE, data=picture("PNG"), media_type="image/png")

    kept = keep()
    row = Asset.objects.create(sha256=kept.sha256, media_type=kept.media_type, size_bytes=kept.size_bytes)
    age(row)
    assets.discard(row)
    keep()
    assert (assets.remove_discarded(linger_seconds=0.5), default_storage.exists(row.storage_name)) == (0, True)
    age(row)  # the control: nobody kept it anew
    DiscardedFile.objects.update(discarded_at=DiscardedFile.objects.get().discarded_at)
    assert (assets.remove_discarded(linger_seconds=0), default_storage.exists(row.storage_name)) == (1, False)


def test_another_tenants_file_of_the_same_bytes_stays(asset: Asset, in_tenant: Any) -> None:
    with scope(in_tenant.harbour):
        theirs = Asset.objects.create(sha256=asset.sha256, media_type="image/png", size_bytes=3)
        default_storage.save(theirs.storage_name, ContentFile(b"abc"))
    age(asset)
    assets.discard(asset)
    assert assets.remove_discarded(linger_seconds=0) == 1
    assert default_storage.exists(theirs.storage_name)


def test_who_is_shown_what_was_made(in_tenant: Any, media: Path) -> None:
    worker.finished(in_tenant.user("reader"), in_tenant.kids)
    asset = Asset.objects.filter(media_type__startswith="image/").first()
    assert asset is not None

    def shown(name: str) -> bool:
        try:
            return assets.find_shown(actor_for(in_tenant.user(name), in_tenant.tenant), asset.id)[0] == asset
        except Http404:
            return False

    names = ("reader", "author", "staff", "harbour-owner")
    assert {name: shown(name) for name in names} == {
        "reader": True, "author": False, "staff": True, "harbour-owner": False,
    }  # fmt: skip
    Story.objects.update(visibility="hidden")
    assert {name: shown(name) for name in names} == {
        "reader": False, "author": False, "staff": True, "harbour-owner": False,
    }  # fmt: skip
