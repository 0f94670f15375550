"""From what is asked for to what would be bought."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import LedgerEntry
from config.seeding.planting import STUDIO_GUIDELINES
from generation.errors import CannotBuy
from generation.models import AiModel, Job, ModelGrant, Price, Rule, SafetyPolicy, Unit
from generation.providers.contract import Kind
from generation.safety import house
from generation.studio import policy, wishes
from generation.studio.models import StudioPolicy
from generation.studio.wishes import Brought, Wish

pytestmark = pytest.mark.django_db
READER = "demo"


@pytest.fixture
def read(author: Any) -> Any:
    def ask(kind: Kind = Kind.IMAGE, *, brought: Any = (), **given: Any) -> Wish:
        return wishes.read(kind, given, rules=policy.current(), user=author, brought=brought)

    return ask


@pytest.fixture
def classed(in_tenant: Any) -> AiModel:
    """A paid model of the studio's: 0.04 a picture."""
    model = AiModel.objects.create(
        key="dear", name="Dear Painter", provider="demo", remote_name="painter", kind="image"
    )
    Price.objects.create(model=model, unit=Unit.IMAGE, amount_micros=40_000, effective_from=datetime.date(2026, 1, 1))
    ModelGrant.objects.create(model=model)
    return model


def test_the_usual_model_and_the_words_as_they_stand(read: Any) -> None:
    wish = read(prompt="a brass key", seed=7, aspect_ratio="16:9")
    assert (wish.kind, wish.job_kind, wish.model.key, wish.count, wish.price_micros) == (
        Kind.IMAGE, Kind.IMAGE, "demo-painter", 1, 0,
    )  # fmt: skip
    assert wish.request == {
        "prompt": f"a brass key\n{house.RULES}{STUDIO_GUIDELINES}", "said": {"prompt": "a brass key"}, "seed": 7,
        "aspect_ratio": "16:9",
    }  # fmt: skip
    assert wish.settings == {"prompt": "a brass key", "seed": 7, "aspect_ratio": "16:9"}


def test_a_model_that_takes_a_seed_is_given_one(read: Any) -> None:
    seeds = {read(prompt="a brass key").request["seed"] for _ in range(5)}
    assert len(seeds) == 5
    assert "seed" not in read(prompt="a brass key").settings


def test_the_houses_rules_go_along(read: Any) -> None:
    StudioPolicy.objects.update(guidelines="Be kind.", picture_style="like an old map")
    assert read(prompt="a key").request["prompt"] == (
        "a key\n\nStyle: like an old map.\nRules of this library, above all that is said before: Be kind."
    )
    text = read(Kind.TEXT, prompt="a tale", system="In Dutch.")
    assert (text.request["system"], text.request["prompt"]) == (
        "Rules of this library, which stand above everything else: Be kind.\n\n"
        "Asked for in general, within these rules: In Dutch.",
        "a tale",
    )
    assert text.settings == {"prompt": "a tale", "system": "In Dutch."}


def test_the_price_is_that_of_all_of_it(read: Any, classed: AiModel) -> None:
    assert read(prompt="a key", model="dear", n=3).price_micros == 120_000
    checker = AiModel.objects.create(key="judge", name="Judge", provider="demo", remote_name="painter", kind="moderate")
    Price.objects.create(model=checker, unit=Unit.CALL, amount_micros=500, effective_from=datetime.date(2026, 1, 1))
    SafetyPolicy.objects.create(check_model=checker)
    assert read(prompt="a key", model="dear", n=3).price_micros == 120_500


REFUSED: list[tuple[Kind, dict[str, Any], list[Brought], str, int, str]] = [
    (Kind.IMAGE, {}, [], "prompt", 400, "prompt is missing: say what to make."),
    (Kind.IMAGE, {"prompt": "   "}, [], "prompt", 400, "prompt is missing: say what to make."),
    (Kind.IMAGE, {"prompt": "x", "model": "no-such"}, [], "model", 400, "There is no model called “no-such”. Choose one"),
    (Kind.IMAGE, {"prompt": "x", "model": "gpt-image-2"}, [], "model", 403, "“gpt-image-2” is not available here. Choose"),
    (Kind.IMAGE, {"prompt": "x", "style": "crayon"}, [], "style", 400, "style is not one this model takes (watercolour,"),
    (Kind.IMAGE, {"prompt": "x", "background": "opaque"}, [], "background", 400, "background is not taken by this model"),
    (Kind.VIDEO, {"prompt": "x", "fps": 24}, [], "fps", 400, "fps is not taken by this model: leave it out."),
    (Kind.VIDEO, {"prompt": "x", "person_generation": "allow"}, [], "person_generation", 400, "person_generation is not"),
    (Kind.IMAGE, {"prompt": "x", "steps": 4}, [], "steps", 400, "steps is not taken by this model: leave it out"),
    (Kind.VIDEO, {"prompt": "x"}, [Brought("mask", "", "mask")], "mask", 400, "mask is not taken by this model: leave"),
    (Kind.VIDEO, {"prompt": "x"}, [Brought("first_frame", "", "a"), Brought("first_frame", "", "b")], "a", 400, "a takes 1"),
    (Kind.IMAGE, {"prompt": "a Dragon"}, [], "prompt", 422, "prompt holds “dragon”, which is kept out here."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "brought", "field", "status", "told"), REFUSED, ids=lambda v: str(v)[:40])
def test_what_cannot_be_had_is_refused_by_name_and_nothing_is_held(
    read: Any, kind: Kind, given: dict[str, Any], brought: list[Brought], field: str, status: int, told: str
) -> None:
    Rule.objects.create(text="dragon", scope="studio")
    with pytest.raises(CannotBuy) as refused:
        read(kind, brought=brought, **given)
    assert (refused.value.field, refused.value.status) == (field, status)
    assert str(refused.value).startswith(told)
    assert (Job.objects.count(), LedgerEntry.objects.count()) == (0, 0)


def test_only_what_the_studio_was_granted(read: Any, in_tenant: Any) -> None:
    """A tier's models are not the studio's."""
    ModelGrant.objects.filter(tier=None, kind="image").delete()
    assert ModelGrant.objects.filter(kind="image").exists()
    with pytest.raises(CannotBuy) as refused:
        read(prompt="a key")
    assert (refused.value.field, refused.value.status) == ("model", 503)
    with pytest.raises(CannotBuy) as refused:
        read(prompt="a key", model="demo-painter")
    assert (refused.value.field, refused.value.status) == ("model", 403)


def test_reading_asks_as_often_for_many_models_as_for_few(read: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            read(prompt="a key")
        return len(seen)

    few = queries()
    for number in range(20):
        model = AiModel.objects.create(
            key=f"more-{number}", name=f"More {number}", provider="demo", remote_name="painter", kind="image"
        )
        Price.objects.create(model=model, unit=Unit.CALL, amount_micros=0, effective_from=datetime.date(2026, 1, 1))
        ModelGrant.objects.create(model=model)
    assert queries() == few
