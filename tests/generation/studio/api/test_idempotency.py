"""The same call with the same key: one piece, one charge, the same answer."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import LedgerEntry
from accounts.tenancy import scope
from generation.providers.contract import Done, Kind
from generation.studio.models import Piece
from tests.generation.studio.api.conftest import drained, error, rows, said

pytestmark = pytest.mark.django_db(transaction=True)
KEY = {"Idempotency-Key": "one"}
BODIES = {
    "/generate/text": {"prompt": "What is a key?"},
    "/generate/image": {"prompt": "A brass key"},
    "/generate/video": {"prompt": "A brass key"},
    "/image/generate": {"prompt": "A brass key"},
    "/video/generate": {"prompt": "A brass key"},
}
ANOTHER = "This Idempotency-Key was used for another call. Send a new key with a new call, and the same call with the same key."


@pytest.mark.parametrize("path", BODIES)
def test_sent_again(caller: Any, program: Any, worker: None, paid: Any, world: Any, path: str) -> None:
    paid.script[Kind.TEXT] = [Done(text="A promise."), Done(text="Another.")]
    first = caller.post(path, BODIES[path], **KEY)
    drained(world)
    charged = rows()
    second = caller.post(path, BODIES[path], **KEY)
    assert (said(second), second["Idempotent-Replayed"]) == (said(first), "true")
    assert said(caller.post(path, {"prompt": "Something else"}, **KEY)) == error(ANOTHER, 409)
    assert (rows(), len(paid.books)) == (charged, 1)
    with scope(world.tenant):
        assert (Piece.objects.count(), LedgerEntry.objects.filter(kind="settle").count()) == (1, 1)
    other = program("staff").post(path, BODIES[path], **KEY)  # somebody else's key of the same name
    assert other.json() != first.json()


def test_without_a_key_it_is_two(caller: Any, paid: Any, world: Any) -> None:
    """The control."""
    for _ in range(2):
        caller.post("/generate/image", {"prompt": "A brass key"})
    with scope(world.tenant):
        assert Piece.objects.count() == 2


def test_an_answer_that_was_lost_is_made_again_of_the_same_piece(
    caller: Any, worker: None, paid: Any, world: Any, monkeypatch: Any
) -> None:
    """Bought, and then the process broke: 500, and the key may be tried again. Nothing is bought twice."""
    from generation.studio.api import generate

    paid.script[Kind.TEXT] = [Done(text="A promise.")]
    kept = generate.text_of

    def broken(*_: Any) -> Any:
        raise RuntimeError("cut")

    monkeypatch.setattr(generate, "text_of", broken)
    assert caller.post("/generate/text", BODIES["/generate/text"], **KEY).status_code == 500
    monkeypatch.setattr(generate, "text_of", kept)
    again = caller.post("/generate/text", BODIES["/generate/text"], **KEY)
    assert (again.status_code, again.json()["text"], len(paid.books)) == (200, "A promise.", 1)
    with scope(world.tenant):
        assert Piece.objects.count() == 1


def test_a_refusal_is_remembered_too(caller: Any, paid: Any) -> None:
    before = rows()
    told = [caller.post("/generate/image", {"prompt": "A brass key", "n": 99}, **KEY) for _ in range(2)]
    assert [said(answer) for answer in told] == [error("n must lie between 1 and 8.", 400)] * 2
    assert rows() == before
