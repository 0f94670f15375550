"""Files as programs find them."""

from __future__ import annotations

import datetime
import uuid
from itertools import chain
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tenancy import scope
from generation.models import Asset, Job, Run, Status
from stories.models import Story
from tests import factories
from tests.stories import worker
from tests.stories.api.conftest import NOTHING

pytestmark = pytest.mark.django_db


def kept(job: Job, mark: str = "a", **more: Any) -> Asset:
    """A file that the job made."""
    asset = Asset.objects.create(
        tenant_id=job.tenant_id, sha256=mark * 64, media_type="image/png", size_bytes=7, width=640, height=480, **more
    )
    Job.objects.filter(id=job.id).update(asset=asset, status=Status.DONE)
    default_storage.save(asset.storage_name, ContentFile(b"a file."))
    return asset


@pytest.fixture
def job(in_tenant: Any, step: Any, toll: Any) -> Job:
    return factories.job(in_tenant.user("author"), in_tenant.kids)


def said(asset: Asset, job: Job) -> dict[str, Any]:
    return {
        "id": str(asset.id), "job": str(job.id), "run": str(job.run_id), "kind": "image", "model": "toll-paint",
        "media_type": "image/png", "size": 7, "width": 640, "height": 480, "seconds": None, "sha256": "a" * 64,
        "digital_source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "url": f"/api/v1/assets/{asset.id}/file", "created_at": asset.created_at.isoformat(),
    }  # fmt: skip


def test_one_and_the_list(author: Any, job: Job) -> None:
    asset = kept(job)
    assert author.get("/api/v1/assets") == (200, {"items": [said(asset, job)], "next": None, "previous": None})
    status, told = author.get(f"/api/v1/assets/{asset.id}")
    link = told.pop("link")
    assert (status, told) == (200, {**said(asset, job), "link_seconds": 300})
    anybody = Client(HTTP_HOST="localhost").get(link)
    assert (anybody.status_code, anybody.content, anybody["Content-Type"]) == (200, b"a file.", "image/png")
    assert author.client.get(told["url"]).content == b"a file."


def test_a_link_is_good_at_its_own_address_only(author: Any, job: Job) -> None:
    link = author.get(f"/api/v1/assets/{kept(job).id}")[1]["link"]
    assert Client(HTTP_HOST="harbour.localhost").get(link).status_code == 404


def test_what_is_not_finished_is_not_there_yet(author: Any, job: Job) -> None:
    kept(job)
    Job.objects.update(status=Status.STORED)
    assert author.get("/api/v1/assets")[1]["items"] == []


def test_who_sees_them(program: Any, job: Job, in_tenant: Any) -> None:
    asset = kept(job)
    theirs = kept(factories.job(in_tenant.user("reader"), in_tenant.kids), "b")
    with scope(in_tenant.harbour):
        run = Run.objects.create(purpose="mark")
        kept(Job.objects.create(run=run, kind="image", provider="demo", step="test-step"), "c")
    address = f"/api/v1/assets/{asset.id}"
    assert [program(name).get(address)[0] for name in ("author", "staff")] == [200, 200]
    assert program("reader").get(address) == NOTHING
    assert program("harbour-owner", host="harbour.localhost").get(address) == NOTHING
    assert program("author").get(f"/api/v1/assets/{uuid.uuid4()}") == NOTHING
    told = {
        name: {one["id"] for one in program(name).get(f"/api/v1/assets{query}")[1]["items"]}
        for name, query in (("author", ""), ("reader", ""), ("staff", ""), ("owner", "?scope=tenant"))
    }
    assert told == {
        "author": {str(asset.id)}, "reader": {str(theirs.id)}, "staff": set(), "owner": {str(asset.id), str(theirs.id)},
    }  # fmt: skip
    assert program("reader").get("/api/v1/assets?scope=tenant")[0] == 403


def test_what_staff_hid_is_left_out(program: Any, in_tenant: Any, media: Any) -> None:
    scene = worker.opened(in_tenant.user("author"), in_tenant.kids)
    asset = kept(Job.objects.get(run=scene.job.run_id, kind="image"))  # type: ignore[union-attr]

    def seen(name: str, query: str = "") -> tuple[list[str], int]:
        items = program(name).get(f"/api/v1/assets{query}")[1]["items"]
        return [one["id"] for one in items], program(name).get(f"/api/v1/assets/{asset.id}")[0]

    assert seen("author") == ([str(asset.id)], 200)
    Story.objects.update(visibility="hidden")
    assert (seen("author"), seen("staff", "?scope=tenant")) == (([], 404), ([str(asset.id)], 200))


def test_by_kind_and_page_by_page_in_constant_queries(author: Any, job: Job, in_tenant: Any) -> None:
    at = timezone.now()
    made = [kept(job, "a")]
    for number in range(6):
        other = factories.job(in_tenant.user("author"), in_tenant.kids)
        made.append(kept(other, "b"))
        Asset.objects.filter(id=made[-1].id).update(created_at=at + datetime.timedelta(minutes=1 + number))
    address, found, counts = "/api/v1/assets?limit=3&kind=image", [], []
    while address:
        with CaptureQueriesContext(connection) as caught:
            told = author.get(address)[1]
        found.append([one["id"] for one in told["items"]])
        counts.append(len(caught))
        address = told["next"]
    assert list(chain(*found)) == [str(asset.id) for asset in made[::-1]]
    assert ([len(page) for page in found], counts) == ([3, 3, 1], [3, 3, 3])  # who asks, the files, their jobs
    assert author.get("/api/v1/assets?kind=video")[1]["items"] == []
