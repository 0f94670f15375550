"""One's own data as ZIP: all of it, nothing of anybody else's, and in little memory."""

from __future__ import annotations

import io
import json
import tracemalloc
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts import api_keys, audit, exporting
from accounts.models import AuditEvent, Membership, User
from accounts.scopes import Scope
from accounts.tenancy import scope
from generation import keys
from generation.models import Asset
from generation.providers.contract import Kind
from generation.studio import making, policy, wishes
from generation.studio.models import Source, Upload
from tests.stories import worker

pytestmark = pytest.mark.django_db
MINE, OTHERS = "quillon-seventeen", "brinewhisper"


def belongings(person: User, tenant: Any, tier: Any, mark: str) -> None:
    """A story with plates, a piece, an upload, keys, and a sign-in: with `mark` in all of it, and files with it too."""
    with scope(tenant):
        known = set(Asset.objects.values_list("id", flat=True))
        worker.finished(person, tier, film=True, prompt=f"{mark} prompt", said={"text": f"{mark} and the sea. " * 9})
        rules = policy.current()
        wish = wishes.read(Kind.IMAGE, {"prompt": f"{mark} piece"}, rules=rules, user=person)
        making.make(user=person, rules=rules, wish=wish, source=Source.FORM, nonce=uuid.uuid4())
        worker.work()
        held = Asset.objects.create(sha256=mark[0] * 64, media_type="image/png", size_bytes=len(mark))
        Upload.objects.create(user=person, asset=held)
        for asset in Asset.objects.exclude(id__in=known):
            default_storage.save(asset.storage_name, ContentFile(f"{mark} {asset.id}".encode()))
        membership = Membership.objects.get(user=person)
        if api_keys.may_hold(membership):
            api_keys.issue(membership=membership, name=f"{mark} key", scopes=[Scope.READ])
        keys.save_key(tenant=tenant, provider="openai", secret=f"sk-secret-of-{mark}", user=person)
        audit.signed_in(person, to="pages")
        audit.write("staff.changed", actor=person.pk, subject=audit.Subject("accounts.tier", "1", f"{OTHERS} tier"))


def unpacked(pieces: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def two_people(in_tenant: Any, media: Path) -> Any:
    author, tenant = in_tenant.user("author"), in_tenant.tenant
    belongings(author, tenant, in_tenant.kids, MINE)
    belongings(in_tenant.user("staff"), tenant, in_tenant.kids, OTHERS)
    with scope(in_tenant.harbour):
        Membership.objects.create(user=author, role="owner")
        worker.finished(author, in_tenant.tales, prompt=f"{OTHERS} elsewhere")
    return in_tenant


def test_everything_of_ones_own_and_nothing_else(two_people: Any, client_for: Callable[..., Client]) -> None:
    answer = client_for("author").post("/account/data/archive")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/zip", "no-store")
    found = unpacked(answer.streaming_content)
    kinds = sorted({f"{name.partition('/')[0]}/{name.rsplit('.')[-1]}" for name in found if "/" in name})
    assert kinds == ["stories/json", "stories/mp4", "stories/png", "studio/json", "studio/png", "uploads/png"]
    assert {name for name in found if "/" not in name} == {
        "README.txt", "account.json", "sign-ins.json", "api-keys.json", "usage.json", "provider-keys.json",
        "readings.json", "appeals.json", "reports.json", "refusals.json",
    }  # fmt: skip
    everything = b"\n".join(found.values()).decode()
    assert (OTHERS in everything, "sk-secret" in everything, "elsewhere" in everything) == (False, False, False)
    story = json.loads(next(body for name, body in found.items() if name.endswith("story.json")))
    assert (story["prompt"], len(story["scenes"]), MINE in story["scenes"][0]["text"]) == (f"{MINE} prompt", 3, True)
    assert len([name for name in found if "picture" in name]) == 3
    assert all(MINE in body.decode() for name, body in found.items() if name.rsplit(".")[-1] in ("png", "mp4"))
    account = json.loads(found["account.json"])
    assert (account["email"], account["role"]) == ("author@example.com", "author")
    what = [event["what"] for event in json.loads(found["sign-ins.json"])]
    assert what == ["key.made", "provider-key.saved", *["sign-in.succeeded"] * 2, "export.asked"]
    assert [key["name"] for key in json.loads(found["api-keys.json"])] == [f"{MINE} key"]
    assert [key["ends"] for key in json.loads(found["provider-keys.json"])] == [MINE[-4:]]
    assert len(json.loads(found["usage.json"])) == 2 * 10, "nine for the story, one for the piece; held and settled"
    assert all(line.split()[0] in str(set(found)) for line in exporting._rooms["stories"].told.splitlines())


def test_it_is_on_record_and_not_to_be_had_without_end(in_tenant: Any, client_for: Callable[..., Client]) -> None:
    client = client_for("reader")
    told = [client.post("/account/data/archive").status_code for _ in range(exporting.MOST_IN_AN_HOUR + 1)]
    assert told == [200] * exporting.MOST_IN_AN_HOUR + [429]
    assert AuditEvent.objects.filter(verb=exporting.ASKED).count() == exporting.MOST_IN_AN_HOUR
    assert client_for("staff").post("/account/data/archive").status_code == 200, "others are not held up by it"


def test_a_file_that_is_gone_is_named_and_the_rest_comes(in_tenant: Any, media: Path) -> None:
    Upload.objects.create(
        user=in_tenant.user("reader"),
        asset=Asset.objects.create(sha256="f" * 64, media_type="image/png", size_bytes=3),
    )
    found = unpacked(exporting.stream(user=in_tenant.user("reader"), tenant=in_tenant.tenant))
    (lost,) = json.loads(found["missing.json"])
    assert (lost.startswith("uploads/"), lost in found, "account.json" in found) == (True, False, True)


def test_a_large_file_takes_no_more_memory_than_a_small_one(in_tenant: Any, media: Path) -> None:
    reader, size = in_tenant.user("reader"), 48 * 1024**2
    held = Asset.objects.create(sha256="a" * 64, media_type="video/mp4", size_bytes=size)
    Upload.objects.create(user=reader, asset=held)
    path = Path(default_storage.path(held.storage_name))
    path.parent.mkdir(parents=True)
    with path.open("wb") as out:
        out.truncate(size)
    tracemalloc.start()
    try:
        sent = sum(len(piece) for piece in exporting.stream(user=reader, tenant=in_tenant.tenant))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sent > size
    assert most < 8 * 1024**2
