"""Files in an object store: everything that a folder of this machine does, over S3's own protocol; and what is answered while
the store is gone."""

from __future__ import annotations

import io
import threading
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from accounts import exporting
from accounts.tenancy import scope
from generation import assets, drain, object_store, stills, storage
from generation.errors import StorageAway
from generation.jobs import reusing
from generation.models import Asset, Job
from generation.providers.contract import Kind
from generation.studio.models import Upload
from generation.studio.pages import thumbs
from tests import factories
from tests.generation.test_intake import picture
from tests.providers.toll import film
from tests.s3 import BUCKET

TENANT = uuid.UUID(int=7)


def keep(data: bytes, kind: Kind = Kind.IMAGE) -> str:
    return storage.name_of(TENANT, storage.keep(tenant_id=TENANT, kind=kind, data=data).sha256)


class TestTheVerbs:
    def test_keep_read_size_list_delete(self, s3: Any) -> None:
        data = picture("PNG")
        name = keep(data)
        assert (storage.read(name), storage.size(name), storage.exists(name), s3.objects()) == (
            data, len(data), True, {name: data},
        )  # fmt: skip
        assert [(found, size) for found, _, size in storage.listed()] == [(name, len(data))]
        assert abs(storage.modified_at(name).timestamp() - time.time()) < 60
        storage.delete(name)
        assert (storage.exists(name), s3.objects()) == (False, {})
        with pytest.raises(FileNotFoundError):
            storage.read(name)

    def test_the_same_again_is_one_object_under_its_own_name(self, s3: Any) -> None:
        assert keep(picture("PNG")) == keep(picture("PNG"))
        assert len(s3.objects()) == 1

    def test_a_list_of_more_than_a_page(self, s3: Any) -> None:
        for number in range(1003):
            s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(BUCKET, f"t/{TENANT}/{number:04}", b"x")
        assert len(list(storage.listed())) == 1003

    def test_a_film_is_looked_at_where_it_lies(self, s3: Any) -> None:
        assert stills.sheet(keep(film(), Kind.VIDEO))[:2] == b"\xff\xd8"

    def test_keeping_asks_the_store_once(self, s3: Any) -> None:
        keep(picture("PNG"))
        assert [method for method, _ in s3.asked] == ["PUT"]

    def test_one_client_for_all_threads(self, s3: Any) -> None:
        found: list[object] = []
        threads = [threading.Thread(target=lambda: found.append(default_storage.connection)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(one) for one in found}) == 1

    @pytest.mark.parametrize("how", ["gone", "AccessDenied", "SlowDown", "InternalError"])
    def test_a_store_that_is_gone_is_said_to_be(self, s3: Any, how: str) -> None:
        name = keep(picture("PNG"))
        s3.stop() if how == "gone" else setattr(s3, "refuses", how)
        for ask in (storage.read, storage.size, storage.exists, storage.modified_at, storage.delete, stills.sheet):
            with pytest.raises(StorageAway):
                ask(name)  # type: ignore[operator]
        with pytest.raises(StorageAway):
            keep(picture("JPEG"))
        with pytest.raises(StorageAway):
            list(storage.listed())


def test_waits_are_set_on_purpose(s3: Any) -> None:
    config = default_storage.connection.meta.client.meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries) == (
        object_store.CONNECT_SECONDS, object_store.READ_SECONDS, {"mode": "standard", "total_max_attempts": 2},
    )  # fmt: skip


@pytest.fixture
def author(s3: Any, world: Any, client_for: Callable[..., Client]) -> Client:
    return client_for("author")


@pytest.fixture
def upload(author: Client, world: Any) -> Upload:
    answer = author.post("/api/v1/uploads", {"file": SimpleUploadedFile("a.png", picture("PNG"), "image/png")})
    assert answer.status_code == 201
    with scope(world.tenant):
        return Upload.objects.select_related("asset").get(id=answer.json()["id"])


@pytest.mark.django_db
class TestPages:
    def test_a_file_is_reached_by_a_link_that_ends(self, author: Client, upload: Upload, s3: Any) -> None:
        answer = author.get(f"/studio/uploads/{upload.id}")
        assert (answer.status_code, answer["Location"].startswith(s3.endpoint)) == (302, True)
        with urlopen(answer["Location"]) as whole:
            data = whole.read()
        with urlopen(Request(answer["Location"], headers={"Range": "bytes=0-3"})) as part:
            assert (part.status, part.read(), part.headers["Content-Type"]) == (206, data[:4], "image/png")
        assert len(data) == upload.asset.size_bytes

    def test_pages_and_links_need_no_store(self, author: Client, upload: Upload, s3: Any) -> None:
        s3.stop()
        answers = {
            path: author.get(path).status_code for path in ("/", "/studio/", "/studio/image/", "/api/v1/uploads")
        }
        file = author.get(f"/studio/uploads/{upload.id}")
        assert (set(answers.values()) <= {200, 302}, file.status_code) == (True, 302), answers
        assert file["Location"].startswith(f"{s3.endpoint}/{s3.options['bucket_name']}/t/")

    def test_an_upload_is_told_when_to_come_again(self, author: Client, world: Any, s3: Any) -> None:
        s3.stop()
        answer = author.post("/api/v1/uploads", {"file": SimpleUploadedFile("a.png", picture("PNG"), "image/png")})
        assert (answer.status_code, answer["Retry-After"], answer.json()) == (
            503, "30",
            {
                "success": False, "data": None, "code": 503,
                "error": "Files cannot be kept or read at the moment. Try again in a minute.",
            },
        )  # fmt: skip
        with scope(world.tenant):
            assert (Upload.objects.count(), Asset.objects.count(), s3.objects()) == (0, 0, {})

    def test_a_form_with_a_picture_says_so_too(self, author: Client, world: Any, s3: Any) -> None:
        s3.stop()
        answer = author.post(
            "/studio/image/",
            {"prompt": "a quay", "source": SimpleUploadedFile("a.png", picture("PNG"), "image/png"),
             "reference": SimpleUploadedFile("a.png", picture("PNG"), "image/png")},
        )  # fmt: skip
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30")
        assert b"Files cannot be kept or read at the moment." in answer.content
        with scope(world.tenant):
            assert (Job.objects.count(), Asset.objects.count()) == (0, 0)

    def test_a_small_picture_is_made_of_it_or_comes_later(self, author: Client, upload: Upload, s3: Any) -> None:
        with scope(upload.tenant_id):
            request: Any = type("Asked", (), {"headers": {}})()
            assert thumbs.serve(request, upload.asset).status_code == 200
            s3.stop()
            answer = thumbs.serve(request, upload.asset)
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "30", "no-store")


@pytest.mark.django_db
def test_a_story_is_made_exported_and_thrown_away(
    s3: Any, toll: Any, in_tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = in_tenant.user("reader")
    factories.story(reader, in_tenant.kids)
    monkeypatch.setattr(drain, "SOON_SECONDS", 0.0)
    drain.drain_here()
    job = Job.objects.select_related("asset").get(kind=Kind.IMAGE)
    assert job.asset is not None
    assert list(s3.objects()) == [job.asset.storage_name]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(exporting.stream(user=reader, tenant=in_tenant.tenant))))
    assert s3.objects()[job.asset.storage_name] in [archive.read(name) for name in archive.namelist()]
    assert "missing.json" not in archive.namelist()
    assert reusing._is_there(job)
    s3.stop()
    assert reusing._is_there(job), "nobody can look now, and that is no reason to buy it again"
    s3.start()
    assets.discard(job.asset)
    assert (assets.remove_discarded(linger_seconds=-2), s3.objects()) == (1, {})
