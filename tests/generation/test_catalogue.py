"""Which models a tier may use now, and what they cost."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.tenancy import scope
from generation import catalogue
from generation.errors import CannotBuy, NotGranted, UnknownModel, Unpriced
from generation.models import AiModel, ModelGrant, Price, Unit
from generation.providers.contract import Kind, Request

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def add(in_tenant: Any) -> Any:
    """A second text model of the kids tier, priced and granted unless it is said otherwise."""

    def make(
        key: str = "second", *, granted: Any = True, price: int | None = 5, default: bool = False, **more: Any
    ) -> AiModel:
        given = {"name": key.title(), "provider": "demo", "remote_name": "storyteller", "kind": "text", **more}
        model = AiModel.objects.create(key=key, **given)
        if price is not None:
            Price.objects.create(model=model, unit=Unit.CALL, amount_micros=price, effective_from="2026-01-01")
        if granted:
            if default:
                ModelGrant.objects.filter(tier=in_tenant.kids, kind=model.kind).update(is_default=False)
            tier = in_tenant.kids if granted is True else granted
            ModelGrant.objects.create(tier=tier, model=model, is_default=default)
        return model

    return make


def chosen(world: Any, key: str = "", kind: Kind = Kind.TEXT) -> str:
    return catalogue.choose(world.kids, kind, key).key


class TestChoosing:
    def test_the_default_then_the_first(self, in_tenant: Any, add: Any) -> None:
        add("another-a")
        assert chosen(in_tenant) == "demo-storyteller"
        add("mine", default=True)
        assert chosen(in_tenant) == "mine"
        ModelGrant.objects.update(is_default=False)
        assert chosen(in_tenant) == "another-a"  # by name, where none is the default

    def test_by_key(self, in_tenant: Any, add: Any) -> None:
        add()
        assert chosen(in_tenant, "second") == "second"

    @pytest.mark.parametrize(
        ("more", "error", "status", "sentence"),
        [
            ({"granted": False}, NotGranted, 403, "“second” is not available here. Choose one of the models offered."),
            (
                {"is_enabled": False},
                NotGranted,
                403,
                "“second” is not available here. Choose one of the models offered.",
            ),
            ({"retires_on": datetime.date(2026, 1, 2)}, NotGranted, 403, "“second” is not available here."),
            ({"provider": "unheard-of"}, NotGranted, 403, "“second” is not available here."),
            ({"remote_name": "unheard-of"}, NotGranted, 403, "“second” is not available here."),
            ({"price": None}, Unpriced, 400, "“Second” has no price yet. Choose another model."),
            ({"kind": "image", "remote_name": "painter"}, UnknownModel, 400, "There is no model called “second”."),
        ],
        ids=["not-granted", "disabled", "retired", "no-adapter", "adapter-knows-it-not", "unpriced", "another-kind"],
    )
    def test_what_is_not_to_be_had(
        self, in_tenant: Any, add: Any, more: dict[str, Any], error: type[CannotBuy], status: int, sentence: str
    ) -> None:
        add(**more)
        with pytest.raises(error) as refused:
            catalogue.choose(in_tenant.kids, Kind.TEXT, "second", field="model")
        assert (refused.value.status, refused.value.field) == (status, "model")
        assert str(refused.value).startswith(sentence)
        assert chosen(in_tenant) == "demo-storyteller"  # nor is it chosen for anybody

    def test_granted_to_another_tier_or_tenant(self, in_tenant: Any, add: Any) -> None:
        model = add(granted=in_tenant.classics)
        with scope(in_tenant.harbour):
            ModelGrant.objects.create(tier=in_tenant.tales, model=model)
        with pytest.raises(NotGranted):
            catalogue.choose(in_tenant.kids, Kind.TEXT, "second")
        assert catalogue.choose(in_tenant.classics, Kind.TEXT, "second") == model

    def test_unheard_of(self, in_tenant: Any) -> None:
        with pytest.raises(UnknownModel) as refused:
            catalogue.choose(in_tenant.kids, Kind.TEXT, "x" * 200)
        assert str(refused.value) == f"There is no model called “{'x' * 60}”. Choose one of the models offered."

    def test_none_at_all(self, in_tenant: Any) -> None:
        ModelGrant.objects.filter(tier=in_tenant.kids, kind="text").delete()
        with pytest.raises(UnknownModel, match="Staff have to grant one") as refused:
            catalogue.choose(in_tenant.kids, Kind.TEXT)
        assert refused.value.status == 503

    def test_a_default_without_a_price_is_passed_over(self, in_tenant: Any, add: Any) -> None:
        add("dear", price=None, default=True)
        assert chosen(in_tenant) == "demo-storyteller"

    def test_it_retires_on_the_day_and_not_before(self, in_tenant: Any, add: Any) -> None:
        today = timezone.now().date()
        model = add(default=True, retires_on=today + DAY)
        assert chosen(in_tenant) == "second"
        AiModel.objects.filter(id=model.id).update(retires_on=today)
        assert chosen(in_tenant) == "demo-storyteller"


class TestPrices:
    def test_the_latest_that_has_begun(self, in_tenant: Any, add: Any) -> None:
        today = timezone.now().date()
        model = add(price=None)
        for amount, day in ((1, today - 9 * DAY), (2, today), (3, today + DAY)):
            Price.objects.create(model=model, unit=Unit.CALL, amount_micros=amount, effective_from=day)
        assert catalogue.price_of(model).amount_micros == 2
        offer = next(offer for offer in catalogue.offers(in_tenant.kids) if offer.model == model)
        assert offer.price is not None
        assert offer.price.amount_micros == 2

    def test_none_yet(self, add: Any) -> None:
        model = add(price=None)
        Price.objects.create(model=model, unit=Unit.CALL, amount_micros=1, effective_from=timezone.now().date() + DAY)
        with pytest.raises(Unpriced, match="has no price yet"):
            catalogue.price_of(model)

    @pytest.mark.parametrize(
        ("unit", "amount", "request_", "micros"),
        [
            (Unit.CALL, 7, {}, 7),
            (Unit.IMAGE, 40_000, {}, 40_000),
            (Unit.SECOND, 100, {"seconds": 4.0}, 400),
            (Unit.SECOND, 3, {"seconds": 2.5}, 8),  # rounded up
            (Unit.SECOND, 100, {}, 0),
            (Unit.CHARACTER, 2, {"prompt": "abcde"}, 10),
            (Unit.TOKEN, 2, {"prompt": "abc", "system": "de", "max_tokens": 100}, 210),
            (Unit.TOKEN, 1, {"prompt": "日本", "max_tokens": None}, 6),  # bytes, which bound the tokens
        ],
    )
    def test_what_is_held(self, unit: Unit, amount: int, request_: dict[str, Any], micros: int) -> None:
        asked = Request(**{"kind": Kind.TEXT, "model": "m", "prompt": "", **request_})
        assert catalogue.quote(Price(unit=unit, amount_micros=amount), asked) == micros


class TestFitting:
    def test_only_what_the_model_takes(self, in_tenant: Any, toll: Any) -> None:
        wishes = {"seed": 7, "aspect_ratio": "16:9", "style": "engraving", "seconds": 4.0, "system": "x"}
        models = {model.key: catalogue.fit(model, wishes) for model in AiModel.objects.order_by("key")}
        assert models == {
            "demo-filmmaker": wishes,
            "demo-painter": {k: v for k, v in wishes.items() if k != "seconds"},
            "demo-storyteller": {"seed": 7, "system": "x"},
            "toll-paint": {"seed": 7, "aspect_ratio": "16:9", "seconds": 4.0, "system": "x"},
            "toll-reel": {"seed": 7, "aspect_ratio": "16:9", "seconds": 4.0, "system": "x"},
            "toll-words": {"seed": 7, "aspect_ratio": "16:9", "seconds": 4.0, "system": "x"},
        }
        assert catalogue.fit(AiModel(provider="unheard-of", remote_name="x"), wishes) == {}

    def test_what_it_cannot_take_is_named(self, in_tenant: Any) -> None:
        painter = AiModel.objects.get(key="demo-painter")
        asked = Request(kind=Kind.IMAGE, model="painter", prompt="a key", aspect_ratio="1:1")
        with pytest.raises(CannotBuy, match="The aspect ratio is not one this model takes") as refused:
            catalogue.refuse_wrong(painter, asked)
        assert refused.value.field == "aspect_ratio"
        with pytest.raises(UnknownModel, match="cannot be reached from here"):
            catalogue.refuse_wrong(AiModel(name="X", provider="unheard-of", remote_name="x"), asked)


def test_the_offers_cost_two_queries_however_many(in_tenant: Any, add: Any, django_assert_num_queries: Any) -> None:
    for number in range(12):
        add(f"model-{number}")
    with django_assert_num_queries(2):
        found = catalogue.offers(in_tenant.kids)
    assert len(catalogue.of_kind(found, Kind.TEXT)) == 13
