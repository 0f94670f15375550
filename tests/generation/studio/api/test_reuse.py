"""One's own identical wish, answered from what there is: at no cost, and never from what another made."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Cap, LedgerEntry
from accounts.models.ledger import Period, Pool
from accounts.tenancy import scope
from config.invariants import disagreements
from generation import assets
from generation.jobs import reusing
from generation.models import AiModel, Asset, Job, ModelGrant, Price, Rule, SafetyPolicy, Unit
from generation.studio import making, policy, tidying, wishes
from generation.studio.models import Piece, Source, StudioPolicy
from tests.generation.studio.api.conftest import Program, drained

pytestmark = pytest.mark.django_db
KEY = {"prompt": "a brass key", "seed": 7}


def ask(program: Program, world: Any, body: dict[str, Any], path: str = "image") -> dict[str, Any]:
    """What is answered in the end."""
    answer = program.post(f"/generate/{path}", body)
    assert answer.status_code == 202, answer.content
    drained(world)
    said: dict[str, Any] = program.get(f"/generate/{path}/{answer.json()['id']}/status").json()
    return said


def entries(job_id: str) -> list[tuple[str, int]]:
    return list(LedgerEntry.objects.filter(job_id=job_id).order_by("created_at").values_list("kind", "amount_micros"))


def test_the_same_with_the_same_seed_costs_nothing(caller: Program, paid: Any, world: Any) -> None:
    first = ask(caller, world, KEY)
    again = ask(caller, world, KEY)
    assert len(paid.books) == 1
    (take,) = again["takes"]
    assert (again["status"], again["cost_micros"], again["reused"], again["reused_from"]) == (
        "completed", 0, True, first["takes"][0]["job"],
    )  # fmt: skip
    assert (take["reused"], take["seed"], take["cost_micros"]) == (True, 7, 0)
    assert "reused" not in first
    assert caller.get(take["image_url"]).status_code == 200
    said = caller.get(f"/api/v1/jobs/{take['job']}").json()
    assert (said["reused"], said["reused_from"], said["cost_micros"]) == (True, first["takes"][0]["job"], 0)
    with scope(world.tenant):
        made, shown = Asset.objects.all()
        assert made.sha256 == shown.sha256
        assert entries(take["job"]) == [("reserve", 0), ("settle", 0)]
        assert disagreements() == []
    third = ask(caller, world, KEY)
    assert third["reused_from"] == first["takes"][0]["job"], "the one that made it, not the one that showed it"


@pytest.mark.parametrize(
    ("body", "bought"),
    [
        ({"prompt": "a brass key"}, 2),  # another seed each time: somebody who says none wants another picture
        ({"prompt": "a brass key", "reuse": True}, 1),
        ({**KEY, "reuse": False}, 2),
        ({**KEY, "n": 2}, 2),  # with seeds 7 and 8
        ({"prompt": "a brass key", "reuse": True, "n": 2}, 2),  # one answers for one
    ],
    ids=["no-seed", "no-seed-reuse", "made-anew", "two", "any-two"],
)
def test_what_is_reused(caller: Program, paid: Any, world: Any, body: dict[str, Any], bought: int) -> None:
    ask(caller, world, body)
    ask(caller, world, body)
    assert len(paid.books) == bought


def test_two_are_two_different_ones(caller: Program, paid: Any, world: Any) -> None:
    one = ask(caller, world, KEY)
    two = ask(caller, world, {**KEY, "n": 2})
    assert (len(paid.books), two["cost_micros"]) == (2, 1000)
    assert [take.get("reused_from") for take in two["takes"]] == [one["takes"][0]["job"], None]


@pytest.mark.parametrize("change", [{"seed": 8}, {"prompt": "a brass lock"}, {"aspect_ratio": "16:9"}], ids=str)
def test_another_wish_is_another_purchase(caller: Program, paid: Any, world: Any, change: dict[str, Any]) -> None:
    ask(caller, world, KEY)
    ask(caller, world, {**KEY, **change})
    assert len(paid.books) == 2


def test_never_anothers(program: Callable[..., Program], paid: Any, world: Any) -> None:
    """The second author and the other library ask word for word the same, with the same seed."""
    with scope(world.harbour):
        ModelGrant.objects.filter(tier=None).delete()
        for model in AiModel.objects.filter(provider="toll"):
            ModelGrant.objects.create(model=model, is_default=True)
        Cap.objects.create(pool=Pool.TENANT, subject_id=world.harbour.id, period=Period.DAY, limit=10**6)
        StudioPolicy.objects.get_or_create()
    marked = {"prompt": "a mark of the author's", "seed": 7, "reuse": True}
    mine = ask(program("author"), world, marked)
    theirs = ask(program("second-author"), world, marked)
    harbour = program("harbour-owner")
    answer = harbour.post("/generate/image", {**marked, "model": "toll-paint"})
    drained(world)
    there = harbour.get(f"/generate/image/{answer.json()['id']}/status").json()
    assert [one["cost_micros"] for one in (mine, theirs, there)] == [1000, 1000, 1000]
    assert not any("reused" in one for one in (mine, theirs, there))
    assert len(paid.books) == 3


def test_control_a_fingerprint_alone_is_no_wall(
    program: Callable[..., Program], paid: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one fingerprint for all, the second wall still stands: the person and the tenant are asked for once more."""
    monkeypatch.setattr(reusing, "fingerprint", lambda **_: "f" * 64)
    ask(program("author"), world, KEY)
    ask(program("second-author"), world, KEY)
    assert len(paid.books) == 2
    monkeypatch.setattr(reusing, "fingerprint", lambda **_: "f" * 64)
    assert ask(program("author"), world, {"prompt": "quite another", "seed": 1})["reused"] is True


def test_what_was_thrown_away_is_not_shown_again(caller: Program, paid: Any, world: Any) -> None:
    first = ask(caller, world, KEY)
    with scope(world.tenant):
        making.delete(piece=Piece.objects.get(id=first["id"]))
    assert "reused" not in ask(caller, world, KEY)
    with scope(world.tenant):
        tidying.purge()
    assert len(paid.books) == 2
    with scope(world.tenant):
        assert list(Job.objects.filter(asset=None).values_list("fingerprint", flat=True)) == [""]


def test_a_file_that_is_gone_is_bought_anew(caller: Program, paid: Any, world: Any, media: Any) -> None:
    ask(caller, world, KEY)
    for file in media.rglob("*"):
        if file.is_file():
            file.unlink()
    assert "reused" not in ask(caller, world, KEY)


def test_the_shown_one_outlives_the_first(caller: Program, paid: Any, world: Any) -> None:
    first, again = ask(caller, world, KEY), ask(caller, world, KEY)
    with scope(world.tenant):
        making.delete(piece=Piece.objects.get(id=first["id"]))
        tidying.purge()
        assert assets.remove_discarded(linger_seconds=-5) == 0
    assert caller.get(again["image_url"]).status_code == 200


def test_words_that_are_kept_out_since_are_refused(caller: Program, paid: Any, world: Any) -> None:
    ask(caller, world, KEY)
    with scope(world.tenant):
        Rule.objects.create(text="brass key", scope=Rule.Scope.STUDIO)
    answer = caller.post("/generate/image", KEY)
    assert (answer.status_code, len(paid.books)) == (422, 1)


def test_the_same_pictures_come_along_or_it_is_another_wish(caller: Program, paid: Any, world: Any) -> None:
    one, other = ask(caller, world, KEY), ask(caller, world, {"prompt": "a lock", "seed": 1})
    with scope(world.tenant):
        Asset.objects.filter(id=Job.objects.get(id=other["takes"][0]["job"]).asset_id).update(sha256="0" * 64)
    wish = {"prompt": "it turns", "seed": 3, "input_image_url": one["image_url"]}
    ask(caller, world, wish, "video")
    assert ask(caller, world, wish, "video")["reused"] is True
    with scope(world.tenant):
        user, rules = world.user("author"), policy.current()
        kept = Job.objects.get(id=other["takes"][0]["job"]).asset
        read = wishes.read(
            wishes.Kind.VIDEO, {"prompt": "it turns", "seed": 3}, rules=rules, user=user,
            brought=[wishes.Brought("first_frame", kept, "input_image_url")],
        )  # fmt: skip
        piece = making.make(user=user, rules=rules, wish=read, source=Source.API, nonce=read.brought[0].source.id)
        assert Job.objects.get(run__topic_id=piece.id).reused_from is None


def test_the_check_of_a_prompt_is_bought_for_what_is_bought_alone(caller: Program, paid: Any, world: Any) -> None:
    ask(caller, world, KEY)
    with scope(world.tenant):
        warden = AiModel.objects.get(provider="demo", kind="moderate")
        Price.objects.filter(model=warden).delete()
        Price.objects.create(
            model=warden, unit=Unit.CALL, amount_micros=50, effective_from=datetime.date(2026, 1, 1)
        )  # fmt: skip
        SafetyPolicy.objects.update_or_create(tier=None, defaults={"check_model": warden, "checks_text_before": True})
    assert (ask(caller, world, KEY)["cost_micros"], len(paid.books)) == (0, 1)
    with scope(world.tenant):
        assert Job.objects.filter(kind="moderate").count() == 0


class TestTheButton:
    def price(self, client: Any, **form: str) -> dict[str, Any]:
        said: dict[str, Any] = client.post("/studio/image/price", {"prompt": "a brass key", **form}).json()
        return said

    def test_says_what_is_held(self, caller: Program, paid: Any, world: Any, client_for: Any) -> None:
        client = client_for("author")
        assert self.price(client, seed="7")["label"] == "Make 1 picture – 0.001 USD"
        ask(caller, world, KEY)
        assert self.price(client, seed="7")["label"] == "Make 1 picture – free"
        assert self.price(client, seed="7", reuse="false")["label"] == "Make 1 picture – 0.001 USD"
        assert self.price(client, seed="7", count="2")["label"] == "Make 2 pictures – 0.001 USD"
        assert self.price(client_for("owner"), seed="7")["label"] == "Make 1 picture – 0.001 USD"

    def test_the_page_says_that_it_was_made_earlier(
        self, caller: Program, paid: Any, world: Any, client_for: Any
    ) -> None:
        ask(caller, world, KEY)
        again = ask(caller, world, KEY)
        page = client_for("author").get(f"/studio/pieces/{again['id']}/").content.decode()
        assert "Made earlier, and shown again: nothing was charged." in page
        assert "made earlier, nothing charged" in page
