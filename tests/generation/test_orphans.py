"""`manage.py orphans`: right about pictures of stories and their covers, takes, uploads, what is discarded, and what is just
being kept."""

from __future__ import annotations

import datetime
import hashlib
import io
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models import CharField, TextField
from django.utils import timezone

from generation import assets, drain, intake, orphans, spool, storage
from generation.models import Asset, DiscardedFile, Job
from generation.providers.contract import Kind
from generation.studio import bringing, making, policy, wishes
from generation.studio.models import Source, Take
from tests import factories
from tests.generation.test_intake import picture

pytestmark = pytest.mark.django_db

NO_FILE = {
    "accounts.ApiKey.digest": "of a key",
    "accounts.MailedLink.digest": "of a token",
    "accounts.RecoveryCode.digest": "of a code",
    "accounts.Tier.picture_style": "words",
    "axes.AccessAttempt.path_info": "of an address",
    "axes.AccessFailureLog.path_info": "of an address",
    "axes.AccessLog.path_info": "of an address",
    "generation.SafetyEvent.digest": "of words",
    "stories.Beginning.cover_alt": "words",
    "stories.Scene.film": "words",
    "stories.Scene.picture": "words",
    "studio.StudioPolicy.picture_style": "words",
}
"""Columns that sound like a file's name, and what they are instead."""
SOUNDS = re.compile(r"sha|digest|file(?!s)|path|storage|stored|cover|image|picture|poster|film|plate|thumb|media$|blob")


def test_the_references_are_read_off_the_models() -> None:
    named = {f"{model._meta.label}.{field.name}" for model, field in orphans.named_by()}
    used = {f"{model._meta.label}.{field.name}" for model, field in orphans.used_by()}
    assert named == {"generation.Asset.sha256", "generation.DiscardedFile.sha256"}
    assert used == {"generation.Job.asset", "studio.Upload.asset"}


def test_no_other_column_names_a_file() -> None:
    """Whoever adds one that does calls it `sha256`, beside a tenant, or makes it a file field; or says here what it is."""
    named = {f"{model._meta.label}.{field.name}" for model, field in orphans.named_by()}
    sounding = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, (CharField, TextField)) and not field.choices and SOUNDS.search(field.name)
    }
    assert sounding - named == set(NO_FILE)


@pytest.fixture(params=["folder", "object store"])
def store(request: pytest.FixtureRequest, media: Any) -> str:
    if request.param == "object store":
        request.getfixturevalue("s3")
    return str(request.param)


@pytest.fixture
def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """All files are an hour older from now on, those that come later too."""

    def later() -> None:
        real, aged = storage.modified_at, datetime.timedelta(hours=2)
        listed = storage.listed
        monkeypatch.setattr(storage, "modified_at", lambda name: real(name) - aged)
        monkeypatch.setattr(storage, "listed", lambda: ((name, at - aged, size) for name, at, size in listed()))

    return later


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("orphans", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def lost(tenant_id: uuid.UUID, data: bytes = b"nobody's") -> str:
    name = storage.name_of(tenant_id, hashlib.sha256(data).hexdigest())
    default_storage.save(name, ContentFile(data))
    return name


@pytest.fixture
def everything(store: str, in_tenant: Any, toll: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """One file of each use: a story's cover, which is its first picture, a take of the studio, an upload, a discarded one."""
    monkeypatch.setattr(drain, "SOON_SECONDS", 0.0)
    reader, author = in_tenant.user("reader"), in_tenant.user("author")
    factories.story(reader, in_tenant.kids)
    drain.drain_here()
    cover = Job.objects.select_related("asset").get(kind=Kind.IMAGE).asset
    assert cover is not None
    wish = wishes.read(Kind.IMAGE, {"prompt": "a brass key"}, rules=policy.current(), user=author, brought=())
    piece = making.make(user=author, rules=policy.current(), wish=wish, source=Source.FORM, nonce=uuid.uuid4())
    drain.drain_here()
    take = Take.objects.select_related("job__asset").get(piece=piece).job.asset
    assert take is not None
    upload = bringing.keep_upload(picture("JPEG"), user=author)
    thrown = intake.keep_picture(picture("WEBP"), tenant_id=in_tenant.tenant.id, field="file")
    name = thrown.storage_name
    assets.discard(thrown)
    assert DiscardedFile.objects.count() == 1
    return {
        "cover": cover.storage_name, "take": take.storage_name, "upload": upload.asset.storage_name, "discarded": name,
    }  # fmt: skip


def strays() -> set[str]:
    return {stray.name for stray in orphans.look(older_seconds=3600).strays}


def test_only_what_no_row_names_goes(
    everything: dict[str, str], in_tenant: Any, an_hour_later: Callable[[], None]
) -> None:
    name = lost(in_tenant.tenant.id)
    elsewhere = lost(uuid.uuid4())
    unfinished = f"t/{in_tenant.tenant.id}/.{'0' * 16}"
    default_storage.save(unfinished, ContentFile(b"half"))
    default_storage.save(f"t/{in_tenant.tenant.id}/readme.txt", ContentFile(b"whose?"))
    assert strays() == set(), "they are young"
    an_hour_later()
    assert strays() == {name, elsewhere, unfinished}
    said = run()
    assert ("3 that no row names" in said, "0 rows without their file" in said, storage.exists(name)) == (True,) * 3
    assert f"strange   t/{in_tenant.tenant.id}/readme.txt" in said
    assert "(3 deleted)" in run("--delete")
    assert [storage.exists(one) for one in (name, elsewhere, unfinished)] == [False] * 3
    assert {use: storage.exists(one) for use, one in everything.items()} == dict.fromkeys(everything, True)


@pytest.mark.parametrize(("model", "uses"), [(Asset, {"cover", "take", "upload"}), (DiscardedFile, {"discarded"})])
def test_control_a_reference_that_is_forgotten_takes_what_is_used(
    everything: dict[str, str],
    an_hour_later: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    model: Any,
    uses: Any,
) -> None:
    known = orphans.named_by()
    monkeypatch.setattr(orphans, "named_by", lambda: [one for one in known if one[0] is not model])
    an_hour_later()
    assert strays() == {everything[use] for use in uses}


def test_a_row_that_has_lost_its_file_is_told_with_its_uses(everything: dict[str, str], store: str) -> None:
    for use in ("cover", "upload"):
        storage.delete(everything[use])
    found = {(missing.name, missing.used_by) for missing in orphans.look(older_seconds=3600).missing}
    assert found == {
        (everything["cover"], ("generation.Job.asset",)), (everything["upload"], ("studio.Upload.asset",)),
    }  # fmt: skip
    with pytest.raises(CommandError, match="Rows have lost their files"):
        run("--delete")
    assert Asset.objects.count() == 3, "rows never go"


class TestWhatIsJustBeingKept:
    @pytest.fixture
    def stray(self, in_tenant: Any, media: Any, an_hour_later: Callable[[], None]) -> orphans.Stray:
        name = lost(in_tenant.tenant.id)
        an_hour_later()
        (found,) = orphans.look(older_seconds=3600).strays
        assert found.name == name
        return found

    def test_a_row_that_came_meanwhile_keeps_its_file(self, stray: orphans.Stray) -> None:
        Asset.objects.create(sha256=stray.name[-64:], media_type="image/png", size_bytes=8)
        assert (orphans.delete(stray, older_seconds=3600), storage.exists(stray.name)) == (False, True)

    def test_bytes_that_are_wanted_anew_keep_theirs(
        self, stray: orphans.Stray, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(storage, "modified_at", lambda name: timezone.now() - datetime.timedelta(minutes=5))
        assert (orphans.delete(stray, older_seconds=0), storage.exists(stray.name)) == (False, True)

    def test_what_this_machine_still_has_in_the_spool_is_named(
        self, stray: orphans.Stray, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(spool, "entries", lambda: [stray])
        assert orphans.look(older_seconds=3600).strays == []

    def test_the_control_goes(self, stray: orphans.Stray) -> None:
        assert (orphans.delete(stray, older_seconds=3600), storage.exists(stray.name)) == (True, False)


def test_what_is_too_young_to_be_told_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="at least 15 minutes"):
        run("--older-than", "5")


def test_a_store_that_is_gone_is_said_to_be(s3: Any) -> None:
    s3.stop()
    with pytest.raises(CommandError, match="Storage does not answer"):
        run("--delete")
