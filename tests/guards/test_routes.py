"""Every route says who may use it, and keeps to it.

The walk covers every pattern of the resolver and every socket. A route that has no door, or no line in `ROUTES`, fails here:
whoever adds one has to say who may use it. All requests name a story that holds `MARK` in everything it has; the mark may
come out for its reader alone.
"""

from __future__ import annotations

import json
import types
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken

from accounts.access import Door, admits
from accounts.authentication import TENANT_CLAIM
from accounts.models import Tenant, Tier, User
from accounts.tenancy import across_tenants, scope
from config.sockets import websocket_urlpatterns
from generation import keys
from generation.models import Asset, Job
from stories.models import Choice, Scene, Story
from tests.stories import worker
from tests.stories.test_play import counts

pytestmark = pytest.mark.django_db
MARK = "quillon-seventeen"
FABLEWRIGHT, HARBOUR = "localhost", "harbour.localhost"
STAFF_ROOMS = "admin/"

# Who asks, and what each route answers them. The story is the reader's own, private, finished, on a shelf that is open to
# guests; the harbour's one shelf is for its members.
ACTORS: dict[str, tuple[str | None, str]] = {
    "stranger": (None, FABLEWRIGHT),
    "wrong session": ("harbour-owner", FABLEWRIGHT),  # signed in, with no membership at this host
    "wrong token": (None, FABLEWRIGHT),  # with a token that the harbour gave out
    "other member": ("author", FABLEWRIGHT),
    "wrong host": ("reader", HARBOUR),  # the story's reader, where they are no member
    "other tenant": ("harbour-owner", HARBOUR),  # at home, and names the story by its ids
    "reader": ("reader", FABLEWRIGHT),
}
ROUTES: dict[str, tuple[str, Door, tuple[int, ...]]] = {
    # route: method, door, and the answers in the order of ACTORS
    "healthz": ("GET", Door.MACHINE, (503,) * 7),  # no workers run here
    "metrics": ("GET", Door.MACHINE, (200,) * 7),  # from this machine, as everybody asks here
    "landing": ("GET", Door.PUBLIC, (200,) * 7),
    "sign-in": ("GET", Door.PUBLIC, (200,) * 7),
    "sign-out": ("POST", Door.PUBLIC, (302,) * 7),
    "auth-login": ("POST", Door.PUBLIC, (400,) * 7),
    # The story's tenant allows people to bring keys of their own, the harbour does not.
    "own-keys": ("GET", Door.MEMBER, (302, 302, 302, 200, 302, 404, 200)),
    "own-key-save": ("POST", Door.MEMBER, (302, 302, 302, 422, 302, 404, 422)),
    "own-key-delete": ("POST", Door.MEMBER, (302, 302, 302, 404, 302, 404, 404)),
    # Programs: their tokens, and the page of keys, which is for authors.
    "auth-refresh": ("POST", Door.PUBLIC, (400,) * 7),
    "auth-logout": ("POST", Door.PUBLIC, (400,) * 7),
    "api-keys": ("GET", Door.AUTHOR, (302, 302, 302, 200, 302, 200, 403)),
    "api-key-new": ("POST", Door.AUTHOR, (302, 302, 302, 422, 302, 422, 403)),
    "api-key-revoke": ("POST", Door.AUTHOR, (302, 302, 302, 404, 302, 404, 403)),
    # One's own data, leaving, and the end of a view as somebody else. Nobody's password is in the form.
    "account-data": ("GET", Door.MEMBER, (302, 302, 302, 200, 302, 200, 200)),
    "account-data-archive": ("POST", Door.MEMBER, (302, 302, 302, 200, 302, 200, 200)),
    "account-leave": ("GET", Door.MEMBER, (302, 302, 302, 200, 302, 200, 200)),
    "account-leave-now": ("POST", Door.MEMBER, (302, 302, 302, 422, 302, 422, 422)),
    "view-as-end": ("POST", Door.PUBLIC, (302,) * 7),
    # The second factor: without the first step, or out of turn, all of them lead back to where one begins.
    "sign-in-code": ("POST", Door.PUBLIC, (302,) * 7),
    "second-factor": ("GET", Door.MEMBER, (302, 302, 302, 200, 302, 200, 200)),
    "second-factor-begin": ("POST", Door.MEMBER, (302, 302, 302, 422, 302, 422, 422)),
    "second-factor-confirm": ("POST", Door.MEMBER, (302,) * 7),
    "second-factor-off": ("POST", Door.MEMBER, (302,) * 7),
    "api-ticket": ("POST", Door.MEMBER, (401, 403, 401, 400, 403, 400, 400)),
    "api-job": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "api-asset-file": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "media-link": ("GET", Door.PUBLIC, (404,) * 7),  # what a signature opens: tests/generation/test_media.py
    "gallery": ("GET", Door.TIER, (200, 200, 200, 200, 302, 200, 200)),
    "gallery-story": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 200)),
    "gallery-page": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 200)),
    "gallery-publication": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 400)),
    "tier-home": ("GET", Door.TIER, (200, 200, 200, 200, 302, 200, 200)),
    "story-start": ("POST", Door.TIER, (400, 400, 400, 400, 302, 400, 400)),
    "scene": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 200)),
    # Stopping what is being made: one's own.
    "scene-stop": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 303)),
    "scene-retry": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 303)),
    "choose": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 303)),
    "custom-choice": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 400)),
    "keep-going": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 303)),
    "wrap-up": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 303)),
    "back": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 409)),
    "tree": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 200)),
    "navigate": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 303)),
    "resume": ("GET", Door.TIER, (302,) * 7),
    "scene-status": ("GET", Door.TIER, (404, 404, 401, 404, 403, 404, 200)),
    "scene-image": ("GET", Door.TIER, (404, 404, 401, 404, 403, 404, 200)),
    "scene-image-retry": ("POST", Door.TIER, (404, 404, 401, 404, 403, 404, 409)),
    "scene-image-file": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 200)),
    "scene-video": ("GET", Door.TIER, (404, 404, 401, 404, 403, 404, 200)),
    "scene-video-retry": ("POST", Door.TIER, (404, 404, 401, 404, 403, 404, 409)),
    "scene-video-file": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 200)),
    "plate-retry": ("POST", Door.TIER, (404, 404, 404, 404, 302, 404, 409)),
    # Stories for programs. Forms are no JSON (415), which is said to those alone who may play.
    "api-tiers": ("GET", Door.MEMBER, (401, 403, 401, 200, 403, 200, 200)),
    "api-stories": ("GET", Door.MEMBER, (401, 403, 401, 200, 403, 200, 200)),
    "api-story": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "api-story-tree": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "api-scene": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "api-scene-choose": ("POST", Door.MEMBER, (401, 403, 401, 404, 403, 404, 415)),
    "api-scene-back": ("POST", Door.MEMBER, (401, 403, 401, 404, 403, 404, 415)),
    "api-scene-jump": ("POST", Door.MEMBER, (401, 403, 401, 404, 403, 404, 415)),
    "api-scene-keep-going": ("POST", Door.MEMBER, (401, 403, 401, 404, 403, 404, 415)),
    "api-scene-wrap-up": ("POST", Door.MEMBER, (401, 403, 401, 404, 403, 404, 415)),
    "api-scene-status": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "api-scene-retry": ("POST", Door.MEMBER, (401, 403, 401, 404, 403, 404, 415)),
    "api-scene-image": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "api-scene-video": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    # The engine's resources, for programs: one's own. What is asked for has no body that a form could fill (415).
    "api-jobs": ("GET", Door.MEMBER, (401, 403, 401, 200, 403, 200, 200)),
    "api-job-cancel": ("POST", Door.MEMBER, (401, 403, 401, 404, 403, 404, 415)),
    "api-job-retry": ("POST", Door.MEMBER, (401, 403, 401, 404, 403, 404, 415)),
    "api-runs": ("GET", Door.MEMBER, (401, 403, 401, 200, 403, 200, 200)),
    "api-run": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "api-models": ("GET", Door.MEMBER, (401, 403, 401, 200, 403, 200, 200)),
    "api-model": ("GET", Door.MEMBER, (401, 403, 401, 200, 403, 200, 200)),
    "api-assets": ("GET", Door.MEMBER, (401, 403, 401, 200, 403, 200, 200)),
    "api-asset": ("GET", Door.MEMBER, (401, 403, 401, 404, 403, 404, 200)),
    "api-usage": ("GET", Door.MEMBER, (401, 403, 401, 200, 403, 200, 200)),
    # A person's own usage, and the limits that they set for themselves: whose they are, says the session alone.
    "account-usage": ("GET", Door.MEMBER, (302, 302, 302, 200, 302, 200, 200)),
    "account-limit": ("POST", Door.MEMBER, (302, 302, 302, 422, 302, 422, 422)),
    # Signing up, which the harbour does not allow; a forgotten password; one's own account. Without a token, no link is good.
    "sign-up": ("GET", Door.PUBLIC, (200, 200, 200, 200, 404, 404, 200)),
    "sign-up-confirm": ("GET", Door.PUBLIC, (404,) * 7),
    "sign-up-join": ("GET", Door.PUBLIC, (404,) * 7),
    "password-forgotten": ("GET", Door.PUBLIC, (200,) * 7),
    "password-new": ("GET", Door.PUBLIC, (404,) * 7),
    "account": ("GET", Door.MEMBER, (302, 302, 302, 200, 302, 200, 200)),
    "account-name": ("POST", Door.MEMBER, (302, 302, 302, 422, 302, 422, 422)),
    "account-password": ("POST", Door.MEMBER, (302, 302, 302, 422, 302, 422, 422)),
    "account-email": ("POST", Door.MEMBER, (302, 302, 302, 422, 302, 422, 422)),
    "account-email-confirm": ("GET", Door.PUBLIC, (404,) * 7),
    "account-alerts": ("POST", Door.MEMBER, (302, 302, 302, 404, 302, 302, 404)),
    # Looking after readers: the way out of a tier with a PIN (this one has none), reports, what staff hid (nothing here).
    "tier-leave": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 404)),
    "report": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 200)),
    "hidden": ("GET", Door.TIER, (404, 404, 404, 404, 302, 404, 404)),
    "api-reports": ("POST", Door.MEMBER, (401, 403, 401, 415, 403, 415, 415)),
    # The OpenAPI document and its page: the same for everybody.
    "api-schema": ("GET", Door.PUBLIC, (200,) * 7),
    "api-docs": ("GET", Door.PUBLIC, (200,) * 7),
}
MACHINES = {"healthz": 503, "metrics": 200}
"""What answers at any host: it tells of the install, and of no tenant."""
ELSEWHERE = {"sign-out", "resume", "view-as-end", "account-alerts", "sign-in-code"}
"""Routes that lead on, and not to where one signs in."""
READS_JSON = {
    # The engine's resources.
    "api-jobs", "api-job-cancel", "api-job-retry", "api-runs", "api-run", "api-models", "api-model", "api-assets",
    "api-asset", "api-usage",
    "auth-login", "api-job", "api-asset-file",
    "scene-status", "scene-image", "scene-image-retry", "scene-video", "scene-video-retry",
    "auth-refresh", "auth-logout",
    "api-ticket",
    "api-reports",
    # Stories for programs.
    "api-tiers", "api-stories", "api-story", "api-story-tree", "api-scene", "api-scene-choose", "api-scene-back",
    "api-scene-jump", "api-scene-keep-going", "api-scene-wrap-up", "api-scene-status", "api-scene-retry",
    "api-scene-image", "api-scene-video",
}  # fmt: skip


PAGES_OF_LINKS = {
    "sign-up", "sign-up-confirm", "sign-up-join", "password-forgotten", "password-new", "account-email-confirm",
}  # fmt: skip
"""Pages with a form that posts to itself."""


def leaves(urlconf: Any = None) -> Iterator[tuple[str, URLPattern]]:
    """Every pattern with its whole route."""

    def walk(patterns: Any, before: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            else:
                yield route, pattern

    yield from walk(get_resolver(urlconf).url_patterns, "")


def door_of(view: Any) -> Door | None:
    holders = (view, getattr(view, "cls", None), getattr(view, "view_class", None))
    return next((holder.door for holder in holders if hasattr(holder, "door")), None)


def without_door(urlconf: Any = None) -> list[str]:
    """The routes that do not say who may use them."""
    return [route for route, pattern in leaves(urlconf) if not isinstance(door_of(pattern.callback), Door)]


class TestDoors:
    def test_every_route_has_one(self) -> None:
        assert without_door() == []

    def test_a_route_without_one_is_reported(self) -> None:
        """The control."""
        assert without_door(careless()) == ["left-open", "left-open-json"]

    def test_a_json_route_without_one_is_closed(self, client_for: Any, settings: Any) -> None:
        settings.ROOT_URLCONF = careless()
        answers = [client_for("staff").get(f"/{name}").status_code for name in ("left-open-json", "said-json")]
        assert answers == [403, 200]

    def test_every_route_has_its_line_here_and_every_line_its_route(self) -> None:
        from tests.guards.test_studio_routes import ROUTES as STUDIO_ROUTES

        found = {
            str(pattern.name): door_of(pattern.callback)
            for route, pattern in leaves()
            if not route.startswith(STAFF_ROOMS)
        }
        assert found == {name: door for name, (_, door, _) in (ROUTES | STUDIO_ROUTES).items()}
        assert ROUTES.keys() & STUDIO_ROUTES.keys() == set()

    def test_the_staff_rooms_are_for_staff(self) -> None:
        doors = {route: door_of(pattern.callback) for route, pattern in leaves() if route.startswith(STAFF_ROOMS)}
        assert {route for route, door in doors.items() if door is not Door.STAFF} == {"admin/login/"}
        assert len(doors) > 60


def careless() -> Any:
    """Addresses as somebody in a hurry would write them: two say who may use them, two do not."""

    class Open(APIView):
        def get(self, request: Any) -> Response:
            return Response({})

    @admits(Door.PUBLIC)
    class Said(Open):
        pass

    @admits(Door.PUBLIC)
    def said(request: Any) -> HttpResponse:
        return HttpResponse("said")

    module = types.ModuleType("careless")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("left-open", lambda request: HttpResponse(MARK)),
        path("left-open-json", Open.as_view()),
        path("said", said),
        path("said-json", Said.as_view()),
    ]
    return module


@dataclass
class Marked:
    """The reader's story, by its ids; the tier's slug is filled in by who asks."""

    story: uuid.UUID
    scene: uuid.UUID
    choice: uuid.UUID
    job: uuid.UUID
    run: uuid.UUID
    asset: uuid.UUID

    def address(self, name: str, tier: str) -> str:
        from django.urls import reverse

        pattern = next(pattern for _, pattern in leaves() if pattern.name == name)
        known = {
            "tier": tier, "story_id": self.story, "scene_id": self.scene, "choice_id": self.choice, "job_id": self.job,
            "run_id": self.run, "asset_id": self.asset, "token": "no-signature-of-ours",
            "key": "demo-painter", "part": "story", "subject_id": self.story,
        }  # fmt: skip
        found = reverse(name, kwargs={key: known[key] for key in pattern.pattern.converters})
        return f"{found}?story={self.story}" if name == "tree" else found

    @property
    def form(self) -> dict[str, str]:
        """Fields that name the story, for the routes that take no id in their address."""
        return {"scene": str(self.scene), "part": "image", "story": str(self.story)}


@pytest.fixture
def marked(world: Any, media: Any) -> Marked:
    said = {
        name: f"{MARK} {name} and more words, so that it is long enough to be a scene."
        for name in ("story_title", "title", "text", "picture", "alt", "film", "memory", "ending_name")
    }
    Tenant.objects.filter(slug="fablewright").update(allows_own_keys=True)
    with scope(world.tenant):
        reader = world.user("reader")
        keys.save_key(tenant=world.tenant, provider="openai", secret=f"sk-{MARK}-secret", user=reader)
        worker.finished(
            reader, world.kids, film=True, prompt=f"{MARK} prompt",
            said={**said, "choices": [f"{MARK} one", f"{MARK} two"]},
        )  # fmt: skip
        partial = json.dumps({"title": f"{MARK} title", "text": f"{MARK} so far and"})
        Job.objects.update(message=f"{MARK} message", error_detail=f"{MARK} detail", partial=partial)
        for asset in Asset.objects.all():
            default_storage.save(asset.storage_name, ContentFile(MARK.ljust(asset.size_bytes).encode()))
        scene = Scene.objects.select_related("job").get(depth=1)
        assert scene.job is not None
        choice = Choice.objects.get(scene=scene, position=0)
        picture = Job.objects.get(kind="image", run=scene.job.run_id).asset_id
        assert picture is not None
        return Marked(scene.story_id, scene.id, choice.id, scene.job.id, scene.job.run_id, picture)


def browser_of(world: Any, client_for: Any, actor: str) -> Client:
    name, host = ACTORS[actor]
    browser = client_for(name, host=host)
    if actor == "wrong token":
        browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token(world.user('harbour-owner'), world.harbour)}"
    return browser


def token(user: User, tenant: Tenant) -> AccessToken:
    made = AccessToken.for_user(user)
    made[TENANT_CLAIM] = str(tenant.id)
    return made


def body(answer: Any) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return raw.decode("utf-8", "replace") + str(dict(answer.headers))


def rows() -> list[dict[str, int]]:
    found = []
    for tenant in Tenant.objects.all():
        with scope(tenant):
            found.append(counts())
    return [*found, {"users": User.objects.count()}]


@pytest.mark.parametrize("actor", ACTORS)
def test_what_each_route_answers(world: Any, client_for: Any, marked: Marked, actor: str) -> None:
    number = list(ACTORS).index(actor)
    expected = {name: answers[number] for name, (_, _, answers) in ROUTES.items()}
    tier = "tales" if ACTORS[actor][1] == HARBOUR else "kids"
    before = rows()
    told: dict[str, int] = {}
    marks: set[str] = set()
    signed_in, signing_out = browser_of(world, client_for, actor), browser_of(world, client_for, actor)
    for name, (method, _, _) in ROUTES.items():
        browser = signing_out if name == "sign-out" else signed_in
        answer = browser.generic(method, marked.address(name, tier), **posted(method, marked.form))
        told[name] = answer.status_code
        if MARK in body(answer):
            marks.add(name)
        if name in READS_JSON and answer.status_code >= 400:
            assert answer.json()["code"] == answer.status_code
            assert set(answer.json()) == {"success", "data", "error", "code"}
        if answer.status_code == 302 and name not in ELSEWHERE:
            assert answer["Location"].startswith(("/sign-in/?next=/", "/account/second-factor/"))
    assert told == expected
    if actor == "reader":  # the control: the mark is there to be seen
        shown = {"gallery", "gallery-story", "gallery-page", "scene", "tree", "scene-image-file"}
        assert marks >= shown | {"api-job", "api-jobs", "api-run"}
    else:
        assert (marks, rows()) == (set(), before)


def posted(method: str, form: dict[str, str]) -> dict[str, Any]:
    from urllib.parse import urlencode

    if method == "GET":
        return {}
    return {"data": urlencode(form), "content_type": "application/x-www-form-urlencoded"}


def test_the_staff_rooms_tell_nobody_else_anything(world: Any, client_for: Any, marked: Marked) -> None:
    """What staff find there is tested with the admin. Here: the others, on every route of it."""
    routes = [f"/{route}" for route, _ in leaves() if route.startswith(STAFF_ROOMS) and "(?P" not in route]
    names = {"<path:object_id>": str(marked.story), "<path:content_type_id>": "1"}
    answers: dict[str, set[int]] = {}
    for actor in ("stranger", "wrong session", "other member"):
        browser = browser_of(world, client_for, actor)
        for route in routes:
            for placeholder, value in names.items():
                route = route.replace(placeholder, value)
            answer = browser.get(route)
            assert MARK not in body(answer), (actor, route)
            if route != "/admin/login/":
                answers.setdefault(actor, set()).add(answer.status_code)
    assert answers == {"stranger": {302}, "wrong session": {302}, "other member": {404}}


@pytest.mark.parametrize("actor", ACTORS)
def test_what_is_being_written_is_seen_by_its_reader_alone(
    world: Any, client_for: Any, marked: Marked, actor: str
) -> None:
    """Nothing else of the page holds the mark here, so that it is the half text that is looked for."""
    with scope(world.tenant):
        nothing = dict.fromkeys(("title", "text", "picture", "alt", "film", "memory", "ending_name"), "")
        Scene.objects.filter(id=marked.scene).update(**nothing)
        Story.objects.update(prompt="", title="")
        Job.objects.update(message="", error_detail="")
        Job.objects.filter(id=marked.job).update(status="running")
    tier = "tales" if ACTORS[actor][1] == HARBOUR else "kids"
    browser = browser_of(world, client_for, actor)
    routes = ("scene", "scene-status", "api-job", "api-scene-status")

    def told() -> dict[str, bool]:
        return {name: MARK in body(browser.get(marked.address(name, tier))) for name in routes}

    assert told() == dict.fromkeys(routes, actor == "reader")
    with scope(world.tenant):
        Job.objects.filter(id=marked.job).update(partial="")
    assert told() == dict.fromkeys(routes, False)


@pytest.mark.parametrize(
    ("changes", "html", "json", "staff"),
    [({"guests_may_play": False}, 302, 401, True), ({"is_open": False}, 404, 404, True)],
    ids=["members-only", "closed"],
)
def test_a_tier_that_is_not_for_strangers(
    world: Any, client_for: Any, marked: Marked, changes: dict[str, Any], html: int, json: int, staff: bool
) -> None:
    with scope(world.tenant):
        Tier.objects.filter(slug="kids").update(**changes)
    tiered = [name for name, (_, door, _) in ROUTES.items() if door is Door.TIER]
    browser, told = client_for(), {}
    for name in tiered:
        method = ROUTES[name][0]
        told[name] = browser.generic(method, marked.address(name, "kids"), **posted(method, marked.form)).status_code
    assert told == {name: json if name in READS_JSON else html for name in tiered}
    assert client_for("staff").get(marked.address("tier-home", "kids")).status_code == 200
    closed = "is_open" in changes
    assert client_for("reader").get(marked.address("tier-home", "kids")).status_code == (404 if closed else 200)


def test_no_route_takes_another_method(world: Any, client_for: Any, marked: Marked) -> None:
    """Asked by somebody who may come in, so that it is the method that is refused."""
    takes = {name: {method} for name, (method, _, _) in ROUTES.items()} | {"sign-in": {"GET", "POST"}}
    takes["api-stories"] = {"GET", "POST"}
    takes |= {name: {"GET", "POST"} for name in PAGES_OF_LINKS}
    takes |= {"api-stories": {"GET", "POST"}} | {name: {"GET", "POST"} for name in ("tier-leave", "report", "hidden")}
    reader, author, before = client_for("reader"), client_for("author"), rows()
    takes["api-stories"] = {"GET", "POST"}
    told = {
        (name, method): (author if ROUTES[name][1] is Door.AUTHOR else reader)
        .generic(method, marked.address(name, "kids"))
        .status_code
        for name in ROUTES
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if method not in takes[name]
    }
    assert {key: status for key, status in told.items() if status != 405} == {}
    assert rows() == before


def test_no_post_goes_without_a_token(world: Any, client_for: Any, marked: Marked) -> None:
    """The browser's session is not enough: another site's page has that too. Signing in for a token needs none, because it
    uses no session."""
    browser, before = client_for("reader", csrf=True), rows()
    told = {}
    for name, (method, _, _) in ROUTES.items():
        if method == "POST":
            answer = browser.generic(method, marked.address(name, "kids"), **posted(method, marked.form))
            told[name] = answer.status_code
            if answer.status_code == 403:
                assert "Open the page anew and" in body(answer)
    assert told == dict.fromkeys(told, 403) | dict.fromkeys(("auth-login", "auth-refresh", "auth-logout"), 400)
    assert rows() == before


class TestHosts:
    NAMES = {
        "localhost": (200, "Fablewright"),
        "localhost:8000": (200, "Fablewright"),
        "LOCALHOST": (200, "Fablewright"),
        "127.0.0.1:8000": (200, "Fablewright"),
        "[::1]:8000": (200, "Fablewright"),
        "harbour.localhost": (200, "Harbour Press"),
        "Harbour.Localhost:8000": (200, "Harbour Press"),
        "harbour.localhost.": (200, "Harbour Press"),
        "foo.localhost": (400, ""),
        "evil.example.com": (400, ""),
        "localhost.evil.com": (400, ""),
        "harbour.localhost@evil.com": (400, ""),
        "bad host": (400, ""),
        "": (400, ""),
    }

    def test_who_answers(self, world: Any) -> None:
        browser, told = Client(), {}
        for host in self.NAMES:
            answer = browser.get("/", HTTP_HOST=host)
            told[host] = (answer.status_code, answer.context["tenant"].name if answer.status_code == 200 else "")
        assert told == self.NAMES

    def test_at_an_unknown_host_nothing_answers(self, world: Any, marked: Marked) -> None:
        browser = Client(HTTP_HOST="evil.example.com")
        browser.force_login(world.user("reader"))
        told = {}
        for name, (method, _, _) in ROUTES.items():
            answer = browser.generic(method, marked.address(name, "kids"))
            told[name] = answer.status_code
            assert MARK not in body(answer)
        assert told == dict.fromkeys(ROUTES, 400) | MACHINES

    def test_a_closed_tenant_is_a_404_for_its_own_people_too(self, world: Any, client_for: Any, marked: Marked) -> None:
        Tenant.objects.filter(slug="fablewright").update(is_open=False)
        for actor in ("reader", "owner", "operator", None):
            browser = client_for(actor)
            told = {
                name: browser.generic(method, marked.address(name, "kids")).status_code
                for name, (method, _, _) in ROUTES.items()
            }
            assert told == dict.fromkeys(ROUTES, 404) | MACHINES
        # The control: the other tenant stays open.
        assert client_for(host=HARBOUR).get("/").status_code == 200


SOCKETS = {"ws/progress/<uuid:target>", "ws/story/<uuid:target>"}
FOLLOWED: dict[str, dict[str, bool]] = {
    # who may follow: a job, a run, the story
    "stranger": {"job": False, "run": False, "story": False},
    "wrong session": {"job": False, "run": False, "story": False},
    "other member": {"job": False, "run": False, "story": False},
    "wrong host": {"job": False, "run": False, "story": False},
    "other tenant": {"job": False, "run": False, "story": False},
    "reader": {"job": True, "run": True, "story": True},
}


class TestSockets:
    def test_every_socket_is_walked(self) -> None:
        assert {str(route.pattern) for route in websocket_urlpatterns} == SOCKETS

    @pytest.mark.parametrize("actor", FOLLOWED)
    def test_who_may_follow(
        self, world: Any, client_for: Any, marked: Marked, actor: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.no_hub(monkeypatch)
        name, host = ACTORS[actor]
        session = client_for(name, host=host).session if name else None
        told = {
            "job": follows(f"/ws/progress/{marked.job}", host, session),
            "run": follows(f"/ws/progress/{marked.run}", host, session),
            "story": follows(f"/ws/story/{marked.story}", host, session),
        }
        assert told == FOLLOWED[actor]

    def test_a_page_of_another_site_may_not(
        self, world: Any, client_for: Any, marked: Marked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.no_hub(monkeypatch)
        session = client_for("reader").session
        address = f"/ws/story/{marked.story}"
        origins = {
            "http://localhost": True, "https://evil.example.com": False, "null": False, "http://localhost:81": False,
        }  # fmt: skip
        told = {origin: follows(address, FABLEWRIGHT, session, origin=origin) for origin in origins}
        assert told == origins

    def test_published_and_hidden(
        self, world: Any, client_for: Any, marked: Marked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.no_hub(monkeypatch)
        sessions = {name: client_for(name).session for name in ("author", "reader", "staff")}
        told = {}
        for state in ("private", "published", "hidden"):
            with scope(world.tenant):
                Story.objects.update(visibility=state)
            told[state] = [
                name for name, session in sessions.items()
                if follows(f"/ws/story/{marked.story}", FABLEWRIGHT, session)
            ]  # fmt: skip
        assert told == {"private": ["reader", "staff"], "published": ["author", "reader", "staff"], "hidden": ["staff"]}

    def test_at_an_unknown_or_closed_host_nobody_may(
        self, world: Any, client_for: Any, marked: Marked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.no_hub(monkeypatch)
        session = client_for("reader").session
        assert not follows(f"/ws/story/{marked.story}", "evil.example.com", session)
        Tenant.objects.filter(slug="fablewright").update(is_open=False)
        assert not follows(f"/ws/story/{marked.story}", FABLEWRIGHT, session)

    def no_hub(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The hub's thread would look at a database of its own, and channels would close the one this test is in."""
        from generation import live

        monkeypatch.setattr(live.hub, "follow", lambda follower: None)
        monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


def follows(address: str, host: str, session: Any, *, origin: str = "") -> bool:
    """Whether a socket is taken."""
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin else [])

    async def knock() -> bool:
        asked = {"type": "websocket", "path": address, "headers": headers, "query_string": b"", "session": session}
        socket = ApplicationCommunicator(URLRouter(websocket_urlpatterns), asked)
        await socket.send_input({"type": "websocket.connect"})
        answer = await socket.receive_output(timeout=5)
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(timeout=5)
        return bool(answer["type"] == "websocket.accept")

    return async_to_sync(knock)()


def test_the_mark_is_where_it_should_be(marked: Marked) -> None:
    """The control of all the above: what is looked for is in every column that could leak."""
    with across_tenants("a test looks at all"):
        story, scene, job = Story.objects.get(), Scene.objects.get(depth=1), Job.objects.get(id=marked.job)
    held = (
        story.prompt, story.title, scene.title, scene.text, scene.picture, scene.alt, scene.film, scene.memory,
        job.message, job.error_detail, str(job.request), str(job.result),
    )  # fmt: skip
    assert [value for value in held if MARK not in value] == []
