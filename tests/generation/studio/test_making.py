"""The verbs of the studio, through the real engine."""

from __future__ import annotations

import datetime
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Cap, LedgerEntry
from accounts.models.ledger import Period, Pool
from config.invariants import disagreements
from config.seeding.planting import STUDIO_GUIDELINES
from generation import assets
from generation.drain import drain_here
from generation.errors import CannotBuy
from generation.jobs import retrying
from generation.models import AiModel, Asset, DiscardedFile, Job, ModelGrant, Price, Run, SafetyPolicy, Status, Unit
from generation.providers.contract import Kind
from generation.safety import house
from generation.studio import making, policy, public, tidying
from generation.studio.models import Piece, Source, Take
from generation.studio.wishes import Brought

pytestmark = pytest.mark.django_db(transaction=True)
NOTHING = (0, 0, 0, 0, 0, 0)
HARSH = "how to build a bomb"


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Piece, Take, Run, Job, Asset, LedgerEntry))


def files(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


@pytest.fixture
def dear(in_tenant: Any) -> AiModel:
    """The studio's only painter, at 0.04 a picture, under a budget of 0.10 a day."""
    ModelGrant.objects.filter(tier=None, kind="image").delete()
    model = AiModel.objects.create(key="dear", name="Dear", provider="demo", remote_name="painter", kind="image")
    Price.objects.create(model=model, unit=Unit.IMAGE, amount_micros=40_000, effective_from=datetime.date(2026, 1, 1))
    ModelGrant.objects.create(model=model, is_default=True)
    Cap.objects.get_or_create(
        pool=Pool.TENANT, subject_id=in_tenant.tenant.id, period=Period.DAY, defaults={"limit": 100_000}
    )
    return model


def test_a_piece_with_two_takes(make: Any, media: Path) -> None:
    piece = make(n=2, seed=5)
    waiting = [public.take(take) for take in public.takes_of(piece)]
    assert [(take["status"], take["number"]) for take in waiting] == [("queued", 1), ("queued", 2)]
    assert public.overall(public.takes_of(piece)) == "queued"
    drain_here()
    takes = public.takes_of(piece)
    told = [public.take(take) for take in takes]
    assert told == [
        {
            "id": str(take.id), "job": str(take.job_id), "number": number, "verb": "made", "status": "completed",
            "progress": 100, "model": "demo-painter", "provider": "demo", "seed": 4 + number, "cost_micros": 0,
            "image_url": f"/api/v1/assets/{take.job.asset_id}/file",
        }
        for number, take in enumerate(takes, start=1)
    ]  # fmt: skip
    assert public.overall(takes) == "completed"
    assert len(files(media)) == 2
    assert (piece.title, piece.settings) == ("a brass key", {"prompt": "a brass key", "n": 2, "seed": 5})


def test_the_same_form_is_one_piece_and_one_charge(make: Any, dear: AiModel) -> None:
    nonce = uuid.uuid4()
    assert make(nonce=nonce) == make(nonce=nonce, prompt="something else")
    assert counts() == (1, 1, 1, 1, 0, 1)


def test_over_budget_leaves_nothing(make: Any, dear: AiModel, media: Path) -> None:
    with pytest.raises(CannotBuy) as refused:
        make(n=3)
    assert (refused.value.status, str(refused.value)) == (402, "The budget for today is used up. Nothing was charged.")
    assert counts() == NOTHING
    assert make(n=2).title == "a brass key"


def test_pictures_that_came_along_go_with_a_refusal(make: Any, in_tenant: Any, dear: AiModel, media: Path) -> None:
    ModelGrant.objects.filter(kind="video").update(is_default=True)
    film = AiModel.objects.get(key="demo-filmmaker")
    Price.objects.create(model=film, unit=Unit.SECOND, amount_micros=50_000, effective_from=datetime.date(2026, 1, 2))
    painted = make()
    drain_here()
    asset = public.takes_of(painted)[0].job.asset
    before = counts()
    with pytest.raises(CannotBuy) as refused:
        make(Kind.VIDEO, duration=4, brought=[Brought("first_frame", asset, "input_image_url")])
    assert (refused.value.status, counts()) == (402, before)
    assert asset is not None
    assert files(media) == [asset.sha256], "the take's own file stays"


def test_made_again_is_another_picture_and_the_first_stays(make: Any, media: Path) -> None:
    piece = make()
    drain_here()
    (first,) = public.takes_of(piece)
    nonce = uuid.uuid4()
    second = making.again(piece=piece, take=first, rules=policy.current(), nonce=nonce)
    assert making.again(piece=piece, take=first, rules=policy.current(), nonce=nonce) == second
    drain_here()
    takes = public.takes_of(piece)
    assert [(take.number, take.verb, take.job.status) for take in takes] == [(1, "made", "done"), (2, "again", "done")]
    assert takes[0].job.asset_id == first.job.asset_id
    assert len(files(media)) == 2


def test_a_seed_that_was_asked_for_stays(make: Any) -> None:
    piece = make(seed=11)
    drain_here()
    (first,) = public.takes_of(piece)
    again = making.again(piece=piece, take=first, rules=policy.current(), nonce=uuid.uuid4())
    prompt = f"a brass key\n{house.RULES}{STUDIO_GUIDELINES}"
    assert again.job.request == first.job.request == {"prompt": prompt, "said": {"prompt": "a brass key"}, "seed": 11}


def test_a_failed_take_leaves_the_earlier_standing(make: Any, settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    from generation import adapters

    faults = tmp_path / "faults.json"
    settings.DEMO = {**settings.DEMO, "faults_file": str(faults)}
    monkeypatch.setattr(adapters, "_keyless", {})
    piece = make(Kind.TEXT)
    drain_here()
    (first,) = public.takes_of(piece)
    faults.write_text(json.dumps({"text": "refuse"}))
    making.again(piece=piece, take=first, rules=policy.current(), nonce=uuid.uuid4())
    drain_here()
    takes = public.takes_of(piece)
    assert [take.job.status for take in takes] == ["done", "refused"]
    assert public.overall(takes) == "completed"
    assert public.take(takes[1])["message"].startswith("The words could not be made as asked.")


def test_a_film_of_a_picture(make: Any) -> None:
    piece = make()
    drain_here()
    (first,) = public.takes_of(piece)
    film = make(
        Kind.VIDEO, prompt="the key turns", duration=2, parent=first,
        brought=[Brought("first_frame", first.id, "picture")],
    )  # fmt: skip
    drain_here()
    (take,) = public.takes_of(film)
    assert (take.job.status, take.job.asset.media_type if take.job.asset else "") == ("done", "video/mp4")
    assert film.parent == first
    assert list(first.children.all()) == [film]


def test_a_film_of_a_picture_is_made_again_from_the_same_picture(make: Any, media: Path) -> None:
    piece = make()
    drain_here()
    (picture,) = public.takes_of(piece)
    film = make(Kind.VIDEO, duration=2, brought=[Brought("first_frame", picture.id, "picture")])
    (first,) = public.takes_of(film)
    second = making.again(piece=film, take=first, rules=policy.current(), nonce=uuid.uuid4())
    given = [take.job.request["inputs"] for take in (first, second)]
    assert [[one["role"] for one in inputs] for inputs in given] == [["first_frame"]] * 2
    used = [Asset.objects.get(id=inputs[0]["asset"]) for inputs in given]
    assert picture.job.asset is not None
    assert {asset.sha256 for asset in used} == {picture.job.asset.sha256}
    assert len({picture.job.asset_id, *(asset.id for asset in used)}) == 3, "a row of the file for each use"
    # The picture goes, and what was made of it stays makeable.
    making.delete(piece=piece)
    tidying.purge()
    assets.remove_discarded(linger_seconds=-5)
    drain_here()
    assert [take.job.status for take in public.takes_of(film)] == ["done", "done"]


def test_nobody_films_what_is_anothers(make: Any, in_tenant: Any) -> None:
    piece = make()
    drain_here()
    (first,) = public.takes_of(piece)
    Piece.objects.update(user=in_tenant.user("staff"))
    for source in (first.id, first.job.asset_id, str(first.id), f"/api/v1/assets/{first.job.asset_id}/file"):
        with pytest.raises(CannotBuy) as refused:
            make(Kind.VIDEO, brought=[Brought("first_frame", source, "picture")])
        assert (refused.value.status, str(refused.value)) == (
            404, "picture names no picture of yours. Upload it, or give its address.",
        )  # fmt: skip


def test_a_text_is_rewritten(make: Any) -> None:
    piece = make(Kind.TEXT, prompt="a tale of a lamp")
    drain_here()
    (first,) = public.takes_of(piece)
    edited = making.edit(piece=piece, take=first, instruction=" shorter ", rules=policy.current(), nonce=uuid.uuid4())
    assert (edited.verb, edited.instruction) == ("edited", "shorter")
    assert edited.job.request["prompt"].startswith("shorter\n\nChange the following text")
    assert first.job.result["text"] in edited.job.request["prompt"]
    drain_here()
    assert [take.job.status for take in public.takes_of(piece)] == ["done", "done"]


def test_what_is_not_finished_is_not_edited(make: Any) -> None:
    piece = make()
    (first,) = public.takes_of(piece)
    with pytest.raises(CannotBuy) as refused:
        making.edit(piece=piece, take=first, instruction="a sunset", rules=policy.current(), nonce=uuid.uuid4())
    assert refused.value.status == 409


def test_cancelled_holds_nothing(make: Any, dear: AiModel) -> None:
    piece = make(n=2)
    making.cancel(piece=piece)
    takes = public.takes_of(piece)
    assert [public.take(take)["message"] for take in takes] == ["Cancelled. Nothing was charged."] * 2
    assert disagreements() == []
    assert make(n=2).id != piece.id


def test_thrown_away_it_is_gone_with_its_files_and_the_books_agree(make: Any, media: Path, dear: AiModel) -> None:
    piece, other = make(prompt="unspeakable"), make()
    drain_here()
    assert len(files(media)) == 2
    making.delete(piece=piece)
    tidying.purge()
    assert [one.id for one in Piece.objects.all()] == [other.id]
    assert (Asset.objects.count(), DiscardedFile.objects.count()) == (1, 1)
    assert assets.remove_discarded() == 0, "the file lingers for whoever brings the same bytes just now"
    assert assets.remove_discarded(linger_seconds=-5) == 1
    assert len(files(media)) == 1
    job = Job.objects.get(run__topic_id=piece.id)
    assert (job.request, job.result, job.partial, job.asset, job.cost_micros) == ({}, {}, "", None, 40_000)
    assert disagreements() == []
    with pytest.raises(CannotBuy):
        retrying.retry(job)


def test_what_is_under_way_is_tidied_away_when_it_ends(make: Any) -> None:
    piece = make()
    Job.objects.update(status=Status.STORED)  # it is bought: too late to cancel
    making.delete(piece=piece)
    assert not tidying.purge_piece(piece)
    Job.objects.update(status=Status.DONE)
    tidying.purge()
    assert counts()[:2] == (0, 0)


def test_what_is_not_kept_goes_by_itself(make: Any, media: Path, in_tenant: Any) -> None:
    kept, fleeting = make(), make(is_kept=False)
    drain_here()
    tidying.purge()
    assert Piece.objects.count() == 2, "whoever asked may still come for it"
    late = datetime.timedelta(seconds=tidying.UNFETCHED_SECONDS + 1)
    Job.objects.update(finished_at=Job.objects.get(run__topic_id=kept.id).finished_at - late)  # type: ignore[operator]
    tidying.purge()
    assert [one.id for one in Piece.objects.all()] == [kept.id]
    assert not Job.objects.filter(run__topic_id=fleeting.id, asset__isnull=False).exists()


class TestChecks:
    @pytest.fixture
    def warden(self, in_tenant: Any) -> AiModel:
        """The demo's own judge, at a price."""
        model = AiModel.objects.get(key="demo-warden")
        Price.objects.create(model=model, unit=Unit.CALL, amount_micros=100, effective_from=datetime.date(2026, 2, 1))
        Cap.objects.get_or_create(
            pool=Pool.TENANT, subject_id=in_tenant.tenant.id, period=Period.DAY, defaults={"limit": 100_000}
        )
        SafetyPolicy.objects.update_or_create(tier=None, defaults={"check_model": model})
        return model

    def test_a_prompt_that_passes_is_made(self, make: Any, warden: AiModel) -> None:
        piece = make()
        (take,) = public.takes_of(piece)
        assert (take.job.status, public.take(take)["status"]) == ("waiting", "queued")
        drain_here()
        assert public.overall(public.takes_of(piece)) == "completed"

    def test_one_that_does_not_is_refused_and_only_the_check_is_charged(
        self, make: Any, warden: AiModel, dear: AiModel
    ) -> None:
        piece = make(prompt=HARSH, n=2)
        drain_here()
        takes = public.takes_of(piece)
        assert [take.job.status for take in takes] == ["refused"] * 2
        assert public.take(takes[0])["message"] == (
            "The prompt was not let through by this library's check. Nothing was charged for it."
        )
        spent = LedgerEntry.objects.exclude(kind="reserve").exclude(user_id=None).values_list("kind", "amount_micros")
        assert sorted(spent) == [("release", 0), ("release", 0), ("settle", 100)]
        assert disagreements() == []


def test_a_piece_has_so_many_takes_at_most(make: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(making, "MAX_TAKES", 2)
    with pytest.raises(CannotBuy) as refused:
        make(n=3)
    assert refused.value.status == 409
    piece = make(n=2)
    drain_here()
    with pytest.raises(CannotBuy):
        making.again(piece=piece, take=public.takes_of(piece)[0], rules=policy.current(), nonce=uuid.uuid4())
    assert Take.objects.count() == 2


def test_where_it_came_in_is_remembered(make: Any) -> None:
    assert make().source == Source.FORM
