"""Who is told nothing: the marks in a story come out for its reader alone, whatever is asked."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts import api_keys
from accounts.guests import make_guest
from accounts.models import Membership, Tenant, Tier
from accounts.scopes import Scope
from accounts.tenancy import scope
from stories.models import Choice, Scene, Story
from tests.stories import worker
from tests.stories.api.conftest import NOTHING, refused
from tests.stories.test_play import counts

pytestmark = pytest.mark.django_db
MARK = "quillon-seventeen"


@pytest.fixture
def marked(in_tenant: Any) -> Scene:
    """The reader's scene, which holds the mark in all that it has; one way from it was taken."""
    words = {
        name: f"{MARK} {name}, and more words, enough for a scene." for name in ("title", "text", "alt", "story_title")
    }
    said = {**words, "choices": [f"{MARK} one", f"{MARK} two"]}
    scene = worker.opened(in_tenant.user("reader"), in_tenant.kids, prompt=f"{MARK} prompt", said=said, film=True)
    worker.take(in_tenant.user("reader"), scene, **said)
    return scene


def everything(program: Any, scene: Scene) -> dict[str, tuple[int, Any]]:
    """All that can be asked of the scene and its story; looking first."""
    choice = Choice.objects.get(scene=scene, position=1)
    story, at = f"/api/v1/stories/{scene.story_id}", f"/api/v1/scenes/{scene.id}"
    bodies = {"choose": {"choice": str(choice.id)}, "retry": {"part": "image"}}
    told = {name: program.get(address) for name, address in {
        "story": story, "tree": f"{story}/tree", "scene": at, "status": f"{at}/status",
    }.items()}  # fmt: skip
    told |= {part: (program.client.get(f"{at}/{part}").status_code, None) for part in ("image", "video")}
    verbs = ("choose", "back", "jump", "keep-going", "wrap-up", "retry")
    return told | {verb: program.post(f"{at}/{verb}", bodies.get(verb)) for verb in verbs}


def codes(told: dict[str, tuple[int, Any]]) -> dict[str, int]:
    return {name: code for name, (code, _) in told.items()}


LOOKS = ("story", "tree", "scene", "status", "image", "video")
VERBS = ("choose", "back", "jump", "keep-going", "wrap-up", "retry")


def test_the_control_the_reader_sees_it(reads: Any, marked: Scene) -> None:
    told = everything(reads, marked)
    assert codes(told) == {
        "story": 200, "tree": 200, "scene": 200, "status": 200, "image": 404, "video": 404,  # no file was kept here
        "choose": 202, "back": 409, "jump": 200, "keep-going": 200, "wrap-up": 202, "retry": 409,
    }  # fmt: skip
    assert {name for name, (_, said) in told.items() if MARK in json.dumps(said)} >= {"story", "tree", "scene", "jump"}
    assert MARK in json.dumps(reads.get("/api/v1/stories")[1])


@pytest.mark.parametrize(("name", "host"), [("author", "localhost"), ("harbour-owner", "harbour.localhost")])
def test_another_reader_and_another_tenant(program: Any, world: Any, marked: Scene, name: str, host: str) -> None:
    before, asker = counts(), program(name, host)
    told = everything(asker, marked)
    assert codes(told) == dict.fromkeys((*LOOKS, *VERBS), 404)
    assert [said for _, said in told.values() if said not in (None, NOTHING[1])] == []
    assert asker.get("/api/v1/stories") == (200, {"items": [], "next": None, "previous": None})
    assert counts() == before


def test_a_token_of_another_host(program: Any, marked: Scene) -> None:
    stray = program("harbour-owner", "harbour.localhost")
    stray.client.defaults["HTTP_HOST"] = "localhost"
    told = everything(stray, marked)
    assert codes(told) == dict.fromkeys((*LOOKS, *VERBS), 401)
    assert MARK not in json.dumps([said for _, said in told.values()])


def test_a_published_story_is_read_by_all_and_played_by_its_reader(program: Any, marked: Scene) -> None:
    Story.objects.update(visibility="published")
    told = everything(program("author"), marked)
    expected = dict.fromkeys(LOOKS[:4], 200) | dict.fromkeys(("image", "video", *VERBS), 404)
    assert codes(told) == expected
    assert (told["story"][1]["scene"], told["story"][1]["visibility"]) == (None, "published")
    assert told["tree"][1]["root"]["here"] is False


def test_a_hidden_story_is_for_staff_alone(program: Any, marked: Scene) -> None:
    Story.objects.update(visibility="hidden")
    reads = program("reader")
    assert codes(everything(reads, marked)) == dict.fromkeys((*LOOKS, *VERBS), 404)
    assert reads.get("/api/v1/stories")[1]["items"] == []
    seen = codes(everything(program("staff"), marked))
    assert {name: seen[name] for name in (*LOOKS[:4], *VERBS)} == dict.fromkeys(LOOKS[:4], 200) | dict.fromkeys(
        VERBS, 404
    )


def test_a_story_of_a_closed_tier(program: Any, marked: Scene) -> None:
    Tier.objects.filter(slug="kids").update(is_open=False)
    Story.objects.update(visibility="published")
    reads = program("reader")
    before = counts()
    assert codes(everything(reads, marked)) == dict.fromkeys((*LOOKS, *VERBS), 404)
    assert (reads.get("/api/v1/stories")[1]["items"], counts()) == ([], before)
    assert codes(everything(program("staff"), marked))["scene"] == 200


def test_strangers_and_guests(world: Any, marked: Scene) -> None:
    """Guests play on the pages; the doors for programs are for members."""
    stranger, guest = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    with scope(world.tenant):
        row = make_guest()
        Story.objects.update(reader=row)
    guest.force_login(row)
    body = {"tier": "kids", "prompt": "A key"}
    addresses = (
        "/api/v1/tiers",
        "/api/v1/stories",
        f"/api/v1/scenes/{marked.id}",
        f"/api/v1/stories/{marked.story_id}",
    )
    for browser, code, sentence in ((stranger, 401, "Sign in first."), (guest, 403, "You may not do this here.")):
        told = [browser.get(address) for address in addresses]
        told.append(browser.post("/api/v1/stories", body, "application/json"))
        assert {(answer.status_code, answer.json()["error"]) for answer in told} == {(code, sentence)}
    with scope(world.tenant):
        assert Story.objects.count() == 1


def test_a_browser_plays_with_its_session_and_its_token(client_for: Any, opened: Scene) -> None:
    verb = f"/api/v1/scenes/{opened.id}/wrap-up"
    assert client_for("reader").post(verb, {}, "application/json").status_code == 202
    strict = client_for("reader", csrf=True)
    assert strict.post(verb, {}, "application/json").status_code == 403


def test_who_is_no_member_any_more(reads: Any, marked: Scene, in_tenant: Any) -> None:
    Membership.objects.filter(user=in_tenant.user("reader")).delete()
    assert reads.get(f"/api/v1/scenes/{marked.id}")[0] == 401


@pytest.mark.parametrize(
    "scopes",
    [{Scope.READ}, {Scope.PLAY}, {Scope.GENERATE}, {Scope.READ, Scope.PLAY}],
    ids=lambda scopes: "+".join(sorted(scopes)),
)
def test_what_a_key_is_good_for(in_tenant: Any, scopes: set[Scope]) -> None:
    author = in_tenant.user("author")
    scene = worker.opened(author, in_tenant.kids)
    _, text = api_keys.issue(membership=Membership.objects.get(user=author), name="A program", scopes=scopes)
    holder = Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {text}")
    looks = [holder.get(address).status_code for address in ("/api/v1/stories", f"/api/v1/scenes/{scene.id}/status")]
    begins = holder.post("/api/v1/stories", {"tier": "kids", "prompt": "A key"}, "application/json").status_code
    turns = holder.post(f"/api/v1/scenes/{scene.id}/wrap-up", {}, "application/json").status_code
    assert looks == [200 if Scope.READ in scopes else 403] * 2
    assert [begins, turns] == [202 if Scope.PLAY in scopes else 403] * 2


def test_a_closed_tenant(reads: Any, marked: Scene) -> None:
    tenant = Tenant.objects.get(slug="fablewright")
    tenant.is_open = False
    tenant.save()
    assert reads.client.get(f"/api/v1/scenes/{marked.id}").status_code == 404


def test_strange_ids(reads: Any) -> None:
    for kind in ("stories", "scenes"):
        assert reads.get(f"/api/v1/{kind}/{uuid.uuid4()}") == NOTHING
        assert reads.get(f"/api/v1/{kind}/not-an-id") == NOTHING
    assert reads.post("/api/v1/tiers") == refused(405, 'Method "POST" not allowed.')
