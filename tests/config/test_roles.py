"""The application as it runs in production: its pages as the web's role, its workers and chores as theirs.

What one of them may not is an error of the database, so whatever is done here has to be done to the end.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import leaving
from accounts.models import MailedLink, Membership, Tenant, User
from accounts.tenancy import scope
from config.invariants import disagreements
from config.roles import WEB, WORKER
from generation import chores, drain, hub, watch
from generation.drain import Drain
from generation.hub import Follower
from generation.models import Job, Status
from stories.models import Choice, Scene, Story
from tests.accounts.mailbox import letters, press
from tests.walled import acting
from tests.walled import roles_made as roles_made

pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.timeout(300)]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A worker's drain, as the workers' role, until nothing is due."""
    monkeypatch.setattr(drain, "SOON_SECONDS", 0.0)
    monkeypatch.setattr(drain, "LOOK_SECONDS", 0.01)

    def run() -> None:
        with acting(WORKER):
            Drain(f"worker:{uuid.uuid4().hex[:6]}", linger_seconds=0.0).run()

    return run


@pytest.fixture
def here(roles_made: None, world: Any, media: Any) -> Any:
    Tenant.objects.update(allows_sign_up=True)
    return world


def test_a_story_is_played_to_its_end(here: Any, client_for: Any, work: Any) -> None:
    reader, staff = client_for("reader"), client_for("staff")
    with acting(WEB):
        assert reader.get("/").status_code == reader.get("/kids/").status_code == 200
        answer = reader.post("/kids/story/start", {"prompt": "A key in a fish"})
        assert answer.status_code == 303
    for _ in range(12):
        work()
        with acting(WEB), scope(here.tenant):
            scene = Scene.objects.order_by("-depth").first()
            assert scene is not None
            assert reader.get(f"/kids/story/scene/{scene.id}").status_code == 200
            assert reader.get(f"/kids/story/status/{scene.id}").json()["text"]["status"] == "complete"
            if scene.is_ending:
                break
            choice = Choice.objects.filter(scene=scene).order_by("position")[0]
            assert reader.post(f"/kids/story/choose/{scene.id}/{choice.id}").status_code == 303
    assert scene.is_ending
    with acting(WEB):
        assert reader.get(f"/kids/story/image/{scene.id}/file").status_code == 200
        assert reader.get("/kids/story/tree", {"story": scene.story_id}).status_code == 200
        assert staff.post(f"/kids/gallery/{scene.story_id}/publication", {"action": "publish"}).status_code < 400
        assert reader.get("/kids/gallery/").status_code == 200
    with scope(here.tenant):
        assert set(Job.objects.values_list("status", flat=True)) == {Status.DONE}
    with acting(WORKER):
        assert disagreements() == []


def test_what_is_asked_by_programs_is_made(here: Any, client_for: Any, work: Any) -> None:
    author = client_for("author")
    with acting(WEB):
        asked = author.post("/generate/image", {"prompt": "a brass key"}, content_type="application/json")
        assert asked.status_code in (200, 202), asked.content
    work()
    with acting(WEB), scope(here.tenant):
        job = Job.objects.get(kind="image")
        assert (job.status, author.get(f"/api/v1/jobs/{job.id}").status_code) == (Status.DONE, 200)
        assert author.get("/studio/").status_code == author.get("/studio/pieces/").status_code == 200
        assert author.get("/api/v1/usage").status_code == 200
    with acting(WORKER):
        assert disagreements() == []


def test_somebody_signs_up_takes_their_things_along_and_leaves(here: Any, client_for: Any, work: Any) -> None:
    browser, password = client_for(), "a lantern in the fog"
    with acting(WEB):
        told = {"email": "ada@example.org", "name": "Ada", "password": password}
        assert browser.post("/sign-up/", told).status_code == 200
        (mail,) = letters(here.tenant)
    work()
    with acting(WEB):
        assert press(browser, mail).status_code == 302
        assert browser.post("/sign-in/", {"email": "ada@example.org", "password": password}).status_code == 302
        assert browser.post("/kids/story/start", {"prompt": "A key in a fish"}).status_code == 303
    work()
    ada = User.objects.get(email="ada@example.org")
    with scope(here.harbour):
        Membership.objects.create(user=ada, role="reader")
    with acting(WEB):
        archive = b"".join(browser.post("/account/data/archive").streaming_content)  # type: ignore[arg-type]
        assert zipfile.ZipFile(io.BytesIO(archive)).testzip() is None
        assert len(leaving.leave(user=ada, tenant_id=here.tenant.pk, is_whole=True)) == 2
    with scope(here.harbour):  # of what no departure knows, because staff had taken the membership away before
        MailedLink.objects.create(
            errand="reset", digest="x", address="ada@example.org", user=ada, expires_at=ada.created_at
        )
    with acting(WORKER):
        assert leaving.clear(settle_seconds=0) == 2
        assert not User.objects.filter(pk=ada.pk).exists()
        assert disagreements() == []
    with scope(here.tenant):
        assert Story.objects.count() == 0


def test_staff_see_every_list(here: Any, client_for: Any) -> None:
    operator: Client = client_for("operator")
    with acting(WEB):
        wrong = {
            model._meta.label: answer.status_code
            for model in admin.site._registry
            if (
                answer := operator.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
            ).status_code
            != 200
        }
        assert wrong == {}
        assert operator.get("/admin/").status_code == 200


def test_what_looks_across_tenants_does_so(here: Any, client_for: Any, work: Any) -> None:
    reader, heard = client_for("reader"), []
    with acting(WEB):
        reader.post("/kids/story/start", {"prompt": "A key in a fish"})
        with scope(here.tenant):
            scene = Scene.objects.get()
            assert reader.get(f"/kids/story/status/{scene.id}").json()["text"]["place"] == 1  # the queue of all tenants
        hub._look([Follower(here.tenant.pk, scene.story_id, heard.append)])
        assert sorted(said["data"]["kind"] for said in heard) == ["image", "text"]
        assert reader.get("/healthz").json()["oldest_due_job_seconds"] >= 0
    with acting(WORKER):
        watch.sweep("group")
        for chore in chores._chores.values():
            chore.run()
        watch.write_beat("group")
        watch.forget_group("group")
    work()
    with acting(WEB):
        heard.clear()
        hub._look([Follower(here.harbour.pk, scene.story_id, heard.append)])
        assert heard == []


def test_control_a_role_without_the_rights_does_not_get_far(here: Any, client_for: Any, work: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON SCHEMA across FROM {WORKER}")
    with acting(WEB):
        client_for("reader").post("/kids/story/start", {"prompt": "A key in a fish"})
    work()
    with scope(here.tenant):
        assert set(Job.objects.values_list("status", flat=True)) <= {Status.QUEUED, Status.WAITING}
