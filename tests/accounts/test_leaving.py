"""Leaving: everything of the person goes, rows and files; nothing of anybody else's; whatever happens in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts import auditing, exporting, leaving, tokens
from accounts.models import AuditEvent, Departure, LedgerEntry, Membership, Role, User
from accounts.tenancy import TenantRow, across_tenants, scope
from config.invariants import disagreements
from config.seeding.planting import demo_password
from generation import assets
from generation.clock import now
from generation.jobs import asking, outcomes, transitions
from generation.jobs.transitions import LostClaim
from generation.models import (
    Asset,
    DiscardedFile,
    Event,
    Job,
    Run,
    SafetyEvent,
    Status,
    WebhookDelivery,
    WebhookEndpoint,
)
from generation.providers.contract import Done
from generation.storage import Kept
from generation.webhooks import deliveries, events
from stories.models import Reading, Story
from tests import factories
from tests.accounts.test_exporting import MINE, OTHERS, belongings
from tests.stories import worker

pytestmark = pytest.mark.django_db


def clear() -> int:
    return leaving.clear(settle_seconds=0)


def every_row() -> str:
    """All rows of all tenants and all users, as text."""
    from django.apps import apps

    found: list[Any] = []
    with across_tenants("a test looks for what is left of somebody"):
        for model in apps.get_models():
            if issubclass(model, (TenantRow, User)):
                found += model._default_manager.all()
        return serializers.serialize("json", found)


def files(media: Path) -> list[str]:
    return sorted(path.read_text() for path in media.rglob("*") if path.is_file())


def owns_harbour_too(world: Any, person: User) -> None:
    with scope(world.harbour):
        Membership.objects.create(user=person, role=Role.READER)
        worker.finished(person, world.tales, prompt=f"{MINE} in the harbour")


@pytest.fixture
def two_people(in_tenant: Any, media: Path) -> Any:
    belongings(in_tenant.user("author"), in_tenant.tenant, in_tenant.kids, MINE)
    belongings(in_tenant.user("staff"), in_tenant.tenant, in_tenant.kids, OTHERS)
    return in_tenant


def leave(world: Any, name: str = "author", *, is_whole: bool = True) -> list[Departure]:
    return leaving.leave(user=world.user(name), tenant_id=world.tenant.pk, is_whole=is_whole)


def test_the_whole_account_goes_with_rows_and_files_and_nothing_of_others(two_people: Any, media: Path) -> None:
    author, email = two_people.user("author"), "author@example.com"
    before = every_row()
    assert (MINE in before, email in before) == (True, True), "the control: there is something to be taken away"
    others = [one for one in files(media) if one.startswith(OTHERS)]
    rest = [row for row in json.loads(before) if OTHERS in str(row)]
    sums = LedgerEntry.objects.filter(user_id=author.pk).count()
    leave(two_people)
    assert clear() == 1
    assets.remove_discarded(linger_seconds=-3600)
    after = every_row()
    assert (MINE in after, email in after, User.objects.filter(pk=author.pk).exists()) == (False, False, False)
    assert [row for row in json.loads(after) if OTHERS in str(row)] == rest
    assert files(media) == others
    # What stays names nobody, and still agrees.
    assert LedgerEntry.objects.filter(user_id=author.pk).count() == sums
    assert disagreements() == []
    assert Run.objects.filter(user_id=author.pk).count() == 0
    verbs = list(AuditEvent.objects.filter(verb__startswith="account").order_by("at").values_list("verb", flat=True))
    assert verbs == ["account.deletion-asked", "account.deleted"]
    assert clear() == 0, "nothing is left to do"


def test_one_library_is_left_and_the_other_stays(two_people: Any) -> None:
    author = two_people.user("author")
    owns_harbour_too(two_people, author)
    leave(two_people, is_whole=False)
    assert clear() == 1
    assert (Story.objects.filter(reader=author).count(), Membership.objects.filter(user=author).count()) == (0, 0)
    with scope(two_people.harbour):
        assert Story.objects.get(reader=author).prompt == f"{MINE} in the harbour"
        assert Membership.objects.get(user=author).role == Role.READER
    author.refresh_from_db()
    assert (author.email, author.is_active) == ("author@example.com", True)


def test_an_account_goes_when_the_last_of_its_libraries_is_clear(two_people: Any) -> None:
    author = two_people.user("author")
    owns_harbour_too(two_people, author)
    made = leave(two_people)
    assert {one.tenant_id for one in made} == {two_people.tenant.pk, two_people.harbour.pk}
    author.refresh_from_db()
    assert (author.is_active, author.email, author.display_name) == (False, f"{author.pk}@left.invalid", "")
    assert clear() == 2
    assert MINE not in every_row()
    assert not User.objects.filter(pk=author.pk).exists()


@pytest.mark.parametrize("room", ["studio", "stories", "engine", "account"])
def test_a_crash_in_the_middle_is_made_good(two_people: Any, media: Path, room: str, monkeypatch: Any) -> None:
    """Killed in each room after its work was done and before anybody knew; and in each, in the middle of it."""
    leave(two_people)
    monkeypatch.setattr(leaving, "ROUND_SECONDS", 60.0)
    whole = leaving._rooms[room]

    def dies(user_id: Any) -> leaving.Left:
        whole.remove(user_id)
        raise KeyboardInterrupt

    monkeypatch.setitem(leaving._rooms, room, leaving.Room(room, whole.stage, remove=dies))
    with pytest.raises(KeyboardInterrupt):
        clear()
    assert Departure.objects.get().finished_at is None
    monkeypatch.setitem(leaving._rooms, room, whole)
    assert clear() == 1
    assets.remove_discarded(linger_seconds=-3600)
    assert MINE not in every_row()
    assert [one for one in files(media) if one.startswith(MINE)] == []
    assert auditing.audit() == []


class TestWhatIsUnderWay:
    def test_it_is_cancelled_and_what_comes_late_brings_nothing_back(self, in_tenant: Any, media: Path) -> None:
        reader = in_tenant.user("reader")
        scene = factories.story(reader, in_tenant.kids, prompt=f"{MINE} prompt")
        job = Job.objects.select_related("run", "model").get(id=scene.job_id)
        transitions.move(job, Status.RUNNING, fence=F("fence") + 1, sent_at=now())
        job.fence += 1
        leave(in_tenant, "reader")
        assert clear() == 1
        default_storage.save(f"t/{job.tenant_id}/{'d' * 64}", ContentFile(f"{MINE} late".encode()))
        kept = Kept("d" * 64, "image/png", 9, 1, 1)
        with pytest.raises(LostClaim):
            outcomes.stored(job, Done(text=f"{MINE} late"), kept)
        outcomes.unwanted(job, kept)
        assert DiscardedFile.objects.get().sha256 == kept.sha256
        assets.remove_discarded(linger_seconds=-3600)
        assert (MINE in every_row(), files(media), Asset.objects.count()) == (False, [], 0)
        assert auditing.audit() == []

    def test_what_is_bought_and_about_to_appear_is_waited_for(self, in_tenant: Any) -> None:
        scene = factories.story(in_tenant.user("reader"), in_tenant.kids)
        Job.objects.filter(id=scene.job_id).update(status=Status.STORED)
        leave(in_tenant, "reader")
        assert (clear(), Story.objects.count()) == (0, 1)
        Job.objects.filter(id=scene.job_id).update(status=Status.DONE)
        assert (clear(), Story.objects.count()) == (1, 0)


def test_what_is_read_by_others_goes_from_the_shelf_at_once(in_tenant: Any) -> None:
    author, reader = in_tenant.user("author"), in_tenant.user("reader")
    mine = worker.finished(author, in_tenant.kids)
    theirs = worker.finished(reader, in_tenant.kids)
    Story.objects.update(visibility="published")
    for scene, who in ((mine, reader), (theirs, author)):
        Reading.objects.create(story=scene.story, scene=scene, reader=who)
    leave(in_tenant)
    assert set(Story.objects.values_list("id", "visibility")) == {
        (mine.story_id, "private"), (theirs.story_id, "published"),
    }  # fmt: skip
    clear()
    assert list(Story.objects.values_list("id", flat=True)) == [theirs.story_id]
    assert set(Reading.objects.values_list("reader_id", flat=True)) == {reader.pk}


class TestWhoMayNot:
    def test_the_last_owner(self, in_tenant: Any) -> None:
        with pytest.raises(leaving.CannotLeave, match="You are the last owner of Fablewright"):
            leave(in_tenant, "owner")
        assert in_tenant.user("owner").is_active
        Membership.objects.filter(user=in_tenant.user("staff")).update(role=Role.OWNER)
        assert len(leave(in_tenant, "owner")) == 1

    def test_nor_of_another_tenant_and_then_nothing_is_changed(self, in_tenant: Any) -> None:
        owner = in_tenant.user("harbour-owner")
        Membership.objects.create(user=owner, role=Role.READER)
        with pytest.raises(leaving.CannotLeave, match="You are the last owner of Harbour Press"):
            leave(in_tenant, "harbour-owner")
        owner.refresh_from_db()
        assert (owner.is_active, Membership.objects.filter(user=owner).count()) == (True, 1)
        assert (Departure.objects.count(), AuditEvent.objects.count()) == (0, 0)

    def test_an_operator(self, in_tenant: Any) -> None:
        with pytest.raises(leaving.CannotLeave, match="You run this platform"):
            leave(in_tenant, "operator")


def test_whoever_comes_back_keeps_what_is_left(in_tenant: Any) -> None:
    reader = in_tenant.user("reader")
    with scope(in_tenant.harbour):
        Membership.objects.create(user=reader)
    worker.finished(reader, in_tenant.kids)
    leave(in_tenant, "reader", is_whole=False)
    Membership.objects.create(user=reader)
    assert (clear(), Story.objects.filter(reader=reader).count()) == (1, 1)


def test_it_is_not_over_at_once(in_tenant: Any) -> None:
    """What was asked for at the moment of leaving may be written a moment later."""
    leave(in_tenant, "reader")
    assert leaving.clear() == 0
    late = User.objects.get(pk=Departure.objects.get().user_id)
    factories.story(late, in_tenant.kids)
    assert (clear(), Story.objects.count()) == (1, 0)


class TestThePage:
    FORM = {"what": "account", "is_sure": "on"}

    def test_the_password_is_asked_for(self, in_tenant: Any, client_for: Callable[..., Client]) -> None:
        client = client_for("reader")
        told = [client.post("/account/leave/now", {**self.FORM, "password": word}).status_code for word in ("", "x")]
        assert (told, in_tenant.user("reader").is_active) == ([422, 422], True)
        assert AuditEvent.objects.filter(verb="sign-in.failed").count() == 1

    def test_then_every_door_is_closed(self, in_tenant: Any, client_for: Callable[..., Client]) -> None:
        client, reader = client_for("reader"), in_tenant.user("reader")
        pair = tokens.begin(reader, in_tenant.tenant)
        answer = client.post("/account/leave/now", {**self.FORM, "password": demo_password()})
        assert (answer.status_code, "You have left" in answer.content.decode()) == (200, True)
        assert client.get("/").context["actor"].user_id is None
        programs = Client(HTTP_HOST="localhost")
        bearer = {"authorization": f"Bearer {pair['access']}"}
        assert programs.get("/api/v1/jobs", headers=bearer).status_code == 401
        assert programs.post("/auth/refresh", {"refresh": pair["refresh"]}, "application/json").status_code == 401
        again = {"email": "reader@example.com", "password": demo_password()}
        assert programs.post("/sign-in/", again).status_code == 422

    def test_the_last_owner_is_told_what_to_do(self, in_tenant: Any, client_for: Callable[..., Client]) -> None:
        answer = client_for("owner").post("/account/leave/now", {**self.FORM, "password": demo_password()})
        assert (answer.status_code, "Make somebody else an owner there first." in answer.content.decode()) == (
            409,
            True,
        )


def test_everything_that_goes_into_the_archive_is_taken_away(two_people: Any) -> None:
    """The two sides of the same: a room that tells of something and keeps it is found here."""
    author = two_people.user("author")
    leave(two_people)
    clear()
    left = [
        part.name
        for room in exporting._rooms.values()
        for part in room.parts(author)
        if isinstance(part, (exporting.Kept, exporting.Document)) or list(part.rows)
    ]
    assert sorted(left) == ["account.json", "sign-ins.json", "usage.json"], "what stays are pseudonyms"


def test_without_a_room_the_mark_stays(two_people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what is looked for is found where somebody forgot to take it away."""
    monkeypatch.delitem(leaving._rooms, "engine")
    leave(two_people)
    clear()
    assert MINE in every_row()


def test_what_was_refused_stays_without_their_words(in_tenant: Any) -> None:
    for name, mark in (("reader", MINE), ("staff", OTHERS)):
        SafetyEvent.objects.create(
            place="Studio", user_id=in_tenant.user(name).pk, stage="before", what="prompt", by="rule", name="a rule",
            verdict="refused", excerpt=mark,
        )  # fmt: skip
    leave(in_tenant, "reader")
    clear()
    assert sorted(SafetyEvent.objects.values_list("excerpt", flat=True)) == ["", OTHERS]


def test_a_charge_that_is_not_told_yet_is_waited_for(in_tenant: Any) -> None:
    scene = factories.story(in_tenant.user("reader"), in_tenant.kids)
    leave(in_tenant, "reader")
    asking.cancel(Job.objects.get(id=scene.job_id))
    Job.objects.filter(id=scene.job_id).update(deadline_at=timezone.now(), provider_job_id="r-1")
    assert (clear(), Job.objects.get(id=scene.job_id).provider_job_id) == (0, "r-1")
    Job.objects.filter(id=scene.job_id).update(deadline_at=None)
    assert (clear(), Job.objects.get(id=scene.job_id).provider_job_id) == (1, "")


def test_messages_about_them_go_too(in_tenant: Any) -> None:
    endpoint = WebhookEndpoint.objects.create(
        url="https://hooks.example.com/", events=[Event.FINISHED], secret="whsec_of_nobody"
    )
    told = {}
    endpoint.is_enabled = False  # so that the end of the story itself is not told
    endpoint.save()
    for name, mark in (("author", MINE), ("staff", OTHERS)):
        job = worker.opened(in_tenant.user(name), in_tenant.kids, prompt=mark).job
        happened = events.job_ended(
            job_id=job.id, attempt=1, ended="done", at=timezone.now(), said={"prose": f"{mark} prose"}
        )
        with transaction.atomic():
            told[name] = deliveries.send(happened, [endpoint])[0]
    leave(in_tenant)
    clear()
    assert [one.id for one in WebhookDelivery.objects.all()] == [told["staff"].id]
    assert MINE not in every_row()
