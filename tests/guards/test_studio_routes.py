"""The studio's routes, and the doors for programs: who may use them. All requests name a piece of the author's that holds
`MARK` in everything it has; the mark comes out for its author and the staff of that library alone.

A route without a line in `ROUTES` here or in `tests.guards.test_routes` fails there.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from accounts.access import Door
from accounts.models import Membership, Role, User
from accounts.tenancy import across_tenants, scope
from generation.drain import drain_here
from generation.models import Asset, Job, Run
from generation.providers.contract import Kind
from generation.studio import making, policy, wishes
from generation.studio.models import Piece, Source, Take, Upload
from tests.guards.test_routes import FABLEWRIGHT, HARBOUR, MARK, body, leaves, token

pytestmark = pytest.mark.django_db(transaction=True)

ACTORS: dict[str, tuple[str | None, str]] = {
    "stranger": (None, FABLEWRIGHT),
    "wrong session": ("harbour-owner", FABLEWRIGHT),  # signed in, with no membership at this host
    "wrong token": (None, FABLEWRIGHT),  # with a token that the harbour gave out
    "reader": ("reader", FABLEWRIGHT),  # a member, and no author
    "other author": ("second-author", FABLEWRIGHT),
    "other tenant": ("harbour-owner", HARBOUR),  # an author at home, who names the piece by its ids
    "author": ("author", FABLEWRIGHT),
}
# route: method, door, and the answers in the order of ACTORS
ROUTES: dict[str, tuple[str, Door, tuple[int, ...]]] = {
    # The studio for people.
    "studio-home": ("GET", Door.AUTHOR, (302, 302, 302, 403, 200, 200, 200)),
    "studio-pieces": ("GET", Door.AUTHOR, (302, 302, 302, 403, 200, 200, 200)),
    "studio-piece": ("GET", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 200)),
    "studio-piece-status": ("GET", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 200)),
    "studio-again": ("POST", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 303)),
    # A preview's final one: which take is named in the form, and none is here.
    "studio-final": ("POST", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 422)),
    "studio-edit": ("POST", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 422)),
    "studio-cancel": ("POST", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 303)),
    "studio-take-file": ("GET", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 200)),
    "studio-take-thumb": ("GET", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 404)),  # the mark is no picture
    "studio-take-brought": ("GET", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 404)),  # it was made from words alone
    "studio-upload": ("GET", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 200)),
    "studio-make": ("GET", Door.AUTHOR, (302, 302, 302, 403, 200, 200, 200)),
    "studio-price": ("POST", Door.AUTHOR, (302, 302, 302, 403, 200, 200, 200)),
    # OpenAI-shaped; nothing here is told of any piece but the one that was asked for.
    "openai-models": ("GET", Door.AUTHOR, (401, 403, 401, 403, 200, 200, 200)),
    "openai-model": ("GET", Door.AUTHOR, (401, 403, 401, 403, 200, 200, 200)),
    "openai-chat": ("POST", Door.AUTHOR, (401, 403, 401, 403, 400, 400, 400)),
    "openai-images": ("POST", Door.AUTHOR, (401, 403, 401, 403, 400, 400, 400)),
    "openai-image-edits": ("POST", Door.AUTHOR, (401, 403, 401, 403, 400, 400, 400)),
    "openai-speech": ("POST", Door.AUTHOR, (401, 403, 401, 403, 400, 400, 400)),
    "openai-unknown": ("GET", Door.PUBLIC, (404,) * 7),
    # Direct generation for programs.
    "api-generate-text": ("POST", Door.AUTHOR, (401, 403, 401, 403, 202, 202, 202)),
    "api-generate-image": ("POST", Door.AUTHOR, (401, 403, 401, 403, 202, 202, 202)),
    "api-generate-video": ("POST", Door.AUTHOR, (401, 403, 401, 403, 404, 404, 202)),
    "api-generate-status": ("GET", Door.MEMBER, (401, 403, 401, 404, 404, 404, 200)),
    "api-image-generate": ("POST", Door.AUTHOR, (401, 403, 401, 403, 202, 202, 202)),
    "api-video-generate": ("POST", Door.AUTHOR, (401, 403, 401, 403, 404, 404, 202)),
    "api-uploads": ("GET", Door.AUTHOR, (401, 403, 401, 403, 200, 200, 200)),
    "api-upload": ("DELETE", Door.AUTHOR, (401, 403, 401, 403, 404, 404, 204)),
    # The end of the piece, and of this table.
    "studio-delete": ("POST", Door.AUTHOR, (302, 302, 302, 403, 404, 404, 303)),
}
SENT: dict[str, Any] = {
    # Direct generation for programs; ASSET and UPLOAD stand for the author's.
    "api-generate-text": {"prompt": "A key"},
    "api-generate-image": {"prompt": "A key"},
    "api-generate-video": {"prompt": "A key", "input_image_url": "ASSET"},
    "api-image-generate": {"prompt": "A key", "settings": {"image": {"poll_timeout_seconds": 1}}},
    "api-video-generate": {"prompt": "A key", "input_image_url": "UPLOAD"},
}
"""What is sent to a route that takes a body, where it is not the empty object. JSON, or a form where FORMS names the route."""
FORMS: set[str] = {
    "studio-again", "studio-edit", "studio-final", "studio-cancel", "studio-price", "studio-delete",
    "openai-image-edits",
}  # fmt: skip
TELLS: set[str] = {
    "studio-home", "studio-pieces", "studio-piece", "studio-take-file", "studio-upload",
    "api-generate-status",
}  # fmt: skip
"""Routes whose answer to the author holds the mark: the control."""


@pytest.fixture(autouse=True)
def nobody_waits(settings: Any) -> None:
    """No worker runs here, so there is nothing to wait for."""
    settings.GENERATION = {**settings.GENERATION, "WAIT_SECONDS": 0.0}


@dataclass
class Marked:
    """The author's piece, by its ids."""

    piece: uuid.UUID
    take: uuid.UUID
    job: uuid.UUID
    run: uuid.UUID
    asset: uuid.UUID
    upload: uuid.UUID

    def address(self, name: str) -> str:
        pattern = next(pattern for _, pattern in leaves() if pattern.name == name)
        known = {
            "piece_id": self.piece, "take_id": self.take, "job_id": self.job, "run_id": self.run, "asset_id": self.asset,
            "upload_id": self.upload, "kind": "image",
            "name": "demo-painter",
        }  # fmt: skip
        return reverse(name, kwargs={key: known[key] for key in pattern.pattern.converters})


@pytest.fixture
def marked(world: Any, media: Any) -> Marked:
    with scope(world.tenant):
        second = User.objects.create_user("second-author@example.com", "a-long-password")
        Membership.objects.create(user=second, role=Role.AUTHOR)
        author, rules = world.user("author"), policy.current()
        wish = wishes.read(Kind.IMAGE, {"prompt": f"{MARK} prompt"}, rules=rules, user=author)
        piece = making.make(user=author, rules=rules, wish=wish, source=Source.FORM, nonce=uuid.uuid4())
        drain_here()
        take = Take.objects.select_related("job").get(piece=piece)
        Take.objects.update(instruction=f"{MARK} instruction")
        Job.objects.update(message=f"{MARK} message", error_detail=f"{MARK} detail", partial=f"{MARK} so far")
        used = Asset.objects.create(sha256="0" * 64, media_type="image/png", size_bytes=100, model_name=f"{MARK} model")
        upload = Upload.objects.create(user=author, asset=used)
        for asset in Asset.objects.all():
            if default_storage.exists(asset.storage_name):
                default_storage.delete(asset.storage_name)
            default_storage.save(asset.storage_name, ContentFile(MARK.ljust(asset.size_bytes).encode()))
        assert take.job.asset_id is not None
        return Marked(piece.id, take.id, take.job.id, take.job.run_id, take.job.asset_id, upload.id)


def browser_of(world: Any, client_for: Any, actor: str) -> Client:
    name, host = ACTORS[actor]
    browser: Client = client_for(name, host=host)
    if actor == "wrong token":
        browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token(world.user('harbour-owner'), world.harbour)}"
    return browser


def ask(browser: Client, marked: Marked, name: str) -> Any:
    method = ROUTES[name][0]
    sent = SENT.get(name, {})
    if method == "GET":
        return browser.get(marked.address(name))
    if name in FORMS:
        return browser.post(marked.address(name), sent)
    body_ = json.dumps(sent).replace('"ASSET"', f'"{marked.asset}"').replace('"UPLOAD"', f'"{marked.upload}"')
    return browser.generic(method, marked.address(name), body_, content_type="application/json")


def rows() -> dict[str, int]:
    with across_tenants("a test counts all"):
        return {model.__name__: model._default_manager.count() for model in (Piece, Take, Job, Run, Asset, Upload)}


@pytest.mark.parametrize("actor", ACTORS)
def test_what_each_route_answers(world: Any, client_for: Any, marked: Marked, actor: str) -> None:
    number = list(ACTORS).index(actor)
    before, told, marks = rows(), {}, set()
    for name in ROUTES:
        answer = ask(browser_of(world, client_for, actor), marked, name)
        told[name] = answer.status_code
        if MARK in body(answer):
            marks.add(name)
    assert told == {name: answers[number] for name, (_, _, answers) in ROUTES.items()}
    if actor == "author":
        assert marks >= TELLS
    else:
        assert marks == set()
    if actor in ("stranger", "wrong session", "wrong token", "reader"):
        assert rows() == before


def test_the_mark_is_where_it_should_be(marked: Marked) -> None:
    """The control of all the above: what is looked for is in every column that could leak."""
    with across_tenants("a test looks at all"):
        piece, take, job = Piece.objects.get(), Take.objects.get(), Job.objects.get()
    held = (piece.title, str(piece.settings), take.instruction, job.message, job.error_detail, str(job.request))
    assert [value for value in held if MARK not in value] == []
