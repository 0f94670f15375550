"""Which models a tier may use now, and what they cost."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.tenancy import scope
from generation import catalogue, keys
from generation.adapters import adapter, all_adapters
from generation.catalogue import Why
from generation.catalogue.names import BEGINNINGS
from generation.errors import CannotBuy, NotGranted, UnknownModel, Unpriced
from generation.models import AiModel, Credential, ModelGrant, Price, Unit
from generation.providers import PROVIDERS
from generation.providers.contract import Kind, Request
from generation.providers.wire import Key

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


def _beginning(asked: str) -> tuple[str, ...]:
    """The beginnings that the name has among the real ones."""
    return next((starts for starts, _ in BEGINNINGS if asked.lower().startswith(starts)), ())


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


class TestTheFirstChoice:
    """Where the tier has no default: GPT Image 2 where OpenAI is offered, for pictures; else the first by name."""

    @pytest.fixture
    def open_ai(self, in_tenant: Any, settings: Any) -> AiModel:
        settings.PROVIDER_ACCOUNTS = {"openai": {"key": Key("sk-canary")}}
        model = AiModel.objects.get(key="gpt-image-2")
        ModelGrant.objects.create(tier=in_tenant.kids, model=model)
        return model

    def test_the_tiers_default_comes_first(self, in_tenant: Any, open_ai: AiModel) -> None:
        assert chosen(in_tenant, kind=Kind.IMAGE) == "demo-painter"

    def test_then_gpt_image_2(self, in_tenant: Any, open_ai: AiModel, add: Any) -> None:
        ModelGrant.objects.update(is_default=False)
        add("a-first-by-name", kind="image", remote_name="painter")
        assert chosen(in_tenant, kind=Kind.IMAGE) == "gpt-image-2"

    def test_then_the_first(self, in_tenant: Any, open_ai: AiModel, add: Any, settings: Any) -> None:
        ModelGrant.objects.update(is_default=False)
        settings.PROVIDER_ACCOUNTS = {}
        assert chosen(in_tenant, kind=Kind.IMAGE) == "demo-painter"

    def test_without_a_key_nothing_is_offered(self, in_tenant: Any, open_ai: AiModel, settings: Any) -> None:
        def titles() -> list[tuple[str, list[str]]]:
            sheets = catalogue.sheet(catalogue.offers(in_tenant.kids), Kind.IMAGE)
            return [(sheet.title, [offer.model.key for offer in sheet.offers]) for sheet in sheets]

        assert titles() == [("Demo", ["demo-painter"]), ("OpenAI", ["gpt-image-2"])]
        settings.PROVIDER_ACCOUNTS = {}
        assert titles() == [("Demo", ["demo-painter"])]
        with pytest.raises(NotGranted):
            catalogue.choose(in_tenant.kids, Kind.IMAGE, "gpt-image-2")

    def test_a_model_bound_to_an_account_is_bought_with_that_one(self, in_tenant: Any, add: Any) -> None:
        own = Credential.objects.create(provider="compatible", label="here", base_url="http://127.0.0.1:8000/v1")
        add(provider="compatible", remote_name="local-7b", account=own)
        assert chosen(in_tenant, "second") == "second"
        Credential.objects.update(is_enabled=False)
        with pytest.raises(NotGranted):
            catalogue.choose(in_tenant.kids, Kind.TEXT, "second")


class TestNames:
    """What a name leads to, and what is said of it."""

    @pytest.fixture
    def names(self, in_tenant: Any, add: Any) -> Any:
        """Three names of other days, each leading to the next, and the last to a model that is offered."""
        new = add("new", name="The New One", remote_name="storyteller")
        line = [new]
        for key in ("newer", "older", "oldest"):
            line.append(
                add(
                    key, granted=False, price=None, remote_name=f"{key}.name", replacement=line[-1],
                    retires_on=datetime.date(2026, 1, 2),
                )
            )  # fmt: skip
        return line

    def resolved(self, world: Any, asked: str, kind: Kind = Kind.TEXT) -> tuple[str, str, str, str]:
        found = catalogue.resolve(world.kids, kind, asked)
        return found.model.key, found.asked, found.why, found.notice

    def test_nothing_asked(self, in_tenant: Any) -> None:
        assert self.resolved(in_tenant, "") == ("demo-storyteller", "", Why.UNASKED, "")

    def test_our_key_or_the_providers_name(self, in_tenant: Any, add: Any) -> None:
        add("Second-2", remote_name="storyteller")
        ModelGrant.objects.filter(model__key="demo-storyteller").delete()
        for asked in ("second-2", "Second-2", " storyteller "):
            assert self.resolved(in_tenant, asked) == ("Second-2", asked.strip(), Why.NAMED, "")

    @pytest.mark.parametrize("asked", ["newer", "older", "oldest", "oldest.name"])
    def test_a_retired_name_leads_on_and_says_so(self, in_tenant: Any, names: Any, asked: str) -> None:
        said = f"“{asked}” was retired; The New One was used."
        assert self.resolved(in_tenant, asked) == ("new", asked, Why.REPLACED, said)

    def test_the_replacement_has_to_be_granted(self, in_tenant: Any, names: Any) -> None:
        ModelGrant.objects.filter(model=names[0]).delete()
        with pytest.raises(NotGranted) as refused:
            catalogue.resolve(in_tenant.kids, Kind.TEXT, "older", field="image_model")
        assert (str(refused.value), refused.value.field, refused.value.status) == (
            "“older” was retired, and The New One, which took its place, is not available here. Choose one of the models "
            "offered.", "image_model", 403,
        )  # fmt: skip

    def test_the_replacement_has_to_be_priced(self, in_tenant: Any, names: Any) -> None:
        names[0].prices.all().delete()
        with pytest.raises(Unpriced) as refused:
            catalogue.resolve(in_tenant.kids, Kind.TEXT, "oldest")
        assert str(refused.value) == "“The New One” has no price yet. Choose another model."

    def test_one_on_the_way_that_is_offered_is_enough(self, in_tenant: Any, names: Any) -> None:
        AiModel.objects.filter(key="newer").update(retires_on=None, remote_name="storyteller")
        Price.objects.create(model=names[1], unit=Unit.CALL, amount_micros=1, effective_from="2026-01-01")
        ModelGrant.objects.create(tier=in_tenant.kids, model=names[1])
        assert self.resolved(in_tenant, "oldest")[0] == "newer"

    def test_names_that_lead_in_a_circle_end(self, in_tenant: Any, names: Any) -> None:
        AiModel.objects.filter(key="newer").update(replacement=AiModel.objects.get(key="oldest"))
        with pytest.raises(NotGranted, match="“oldest” was retired, and Newer, which took its place, is not available"):
            catalogue.resolve(in_tenant.kids, Kind.TEXT, "oldest")

    def test_a_live_one_that_is_not_offered_leads_to_its_replacement_too(self, in_tenant: Any, names: Any) -> None:
        AiModel.objects.filter(key="older").update(retires_on=None)
        said = "“older” is not offered here; The New One was used."
        assert self.resolved(in_tenant, "older") == ("new", "older", Why.REPLACED, said)

    @pytest.mark.parametrize(
        ("asked", "provider"),
        [
            ("openai", "openai"), ("gpt-image-7", "openai"), ("dall-e-9", "openai"), ("sora", "openai"),
            ("flux-9-pro", "bfl"), ("sd4", "stability"), ("stability-core-2", "stability"), ("core", "stability"),
            ("ultra", "stability"), ("gemini-9", "google"), ("imagen-5", "google"), ("veo-9", "google"), ("Grok-9", "xai"),
            ("claude-9", "anthropic"), ("gen4_next", "runway"), ("gen3b", "runway"), ("runway", "runway"),
            ("eleven_v9", "elevenlabs"), ("openrouter", "openrouter"),
        ],
    )  # fmt: skip
    def test_the_beginning_of_a_name_leads_to_its_providers_model(
        self, in_tenant: Any, add: Any, asked: str, provider: str
    ) -> None:
        with pytest.raises(NotGranted) as refused:
            catalogue.resolve(in_tenant.kids, Kind.TEXT, asked)
        assert str(refused.value) == (
            f"“{asked}” is a name of {keys.title(provider)}, and no such model is available here. Choose one of the models "
            "offered."
        )
        PROVIDERS["stand-in"] = all_adapters()["stand-in"] = adapter("demo")  # type: ignore[assignment]
        Credential.objects.create(provider="stand-in", base_url="http://127.0.0.1:1")
        add("theirs", provider="stand-in", name="Theirs")
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("generation.catalogue.names.BEGINNINGS", ((_beginning(asked), "stand-in"),))
                patch.setattr("generation.catalogue.names.WHOLE", {"core": "stand-in", "ultra": "stand-in"})
                said = f"For “{asked}”, Theirs was used."
                assert self.resolved(in_tenant, asked) == ("theirs", asked, Why.BEGINNING, said)
        finally:
            del PROVIDERS["stand-in"], all_adapters()["stand-in"]

    @pytest.mark.parametrize("asked", ["gpt-9", "mystery", "core-2", "my-flux", "x" * 90])
    def test_anything_else_is_an_error(self, in_tenant: Any, asked: str) -> None:
        with pytest.raises(UnknownModel) as refused:
            catalogue.resolve(in_tenant.kids, Kind.TEXT, asked, field="text_model")
        assert (str(refused.value), refused.value.field, refused.value.status) == (
            f"There is no model called “{asked[:60]}”. Choose one of the models offered.", "text_model", 400,
        )  # fmt: skip

    def test_a_retired_name_without_a_replacement_leads_to_its_providers_model(
        self, in_tenant: Any, settings: Any
    ) -> None:
        settings.PROVIDER_ACCOUNTS = {"xai": {"key": Key("xai-canary")}}
        heir = AiModel.objects.create(key="grok-9", name="Grok 9", provider="xai", remote_name="grok-9", kind="text")
        Price.objects.create(model=heir, unit=Unit.CALL, amount_micros=1, effective_from="2026-01-01")
        ModelGrant.objects.create(tier=in_tenant.kids, model=heir)
        assert self.resolved(in_tenant, "grok-3") == (
            "grok-9",
            "grok-3",
            Why.BEGINNING,
            "For “grok-3”, Grok 9 was used.",
        )


class TestKeeping:
    """A story goes on with the model that it began with, or with what took its place."""

    def kept(self, world: Any, model: AiModel | None) -> str | None:
        found = catalogue.keep_or_replace(catalogue.offers(world.kids), model)
        return found.key if found is not None else None

    def test_it_stays_or_its_heir_comes_or_the_default(self, in_tenant: Any, add: Any) -> None:
        heir = add("heir")
        model = add("mine", replacement=heir)
        assert self.kept(in_tenant, model) == "mine"
        AiModel.objects.filter(key="mine").update(retires_on=datetime.date(2026, 1, 2))
        assert self.kept(in_tenant, model) == "heir"
        heir.prices.all().delete()
        assert self.kept(in_tenant, model) == "demo-storyteller"
        ModelGrant.objects.filter(kind="text").delete()
        assert (self.kept(in_tenant, model), self.kept(in_tenant, None)) == (None, None)


class TestFitting:
    def test_only_what_the_model_takes(self, in_tenant: Any, toll: Any) -> None:
        wishes = {"seed": 7, "aspect_ratio": "16:9", "style": "engraving", "seconds": 4.0, "system": "x"}
        here = AiModel.objects.filter(provider__in=["demo", "toll"]).order_by("key")
        models = {model.key: catalogue.fit(model, wishes) for model in here}
        assert models == {
            "demo-filmmaker": wishes,
            "demo-narrator": {"system": "x"},
            "demo-painter": {k: v for k, v in wishes.items() if k != "seconds"},
            "demo-storyteller": {"seed": 7, "system": "x"},
            "demo-warden": {"system": "x"},
            "toll-paint": {"seed": 7, "aspect_ratio": "16:9", "seconds": 4.0, "system": "x"},
            "toll-reel": {"seed": 7, "aspect_ratio": "16:9", "seconds": 4.0, "system": "x"},
            "toll-words": {"seed": 7, "aspect_ratio": "16:9", "seconds": 4.0, "system": "x"},
        }
        assert catalogue.fit(AiModel(provider="unheard-of", remote_name="x"), wishes) == {}

    def test_what_it_cannot_take_is_named(self, in_tenant: Any) -> None:
        painter = AiModel.objects.get(key="demo-painter")
        asked = Request(kind=Kind.IMAGE, model="painter", prompt="a key", aspect_ratio="5:4")
        with pytest.raises(CannotBuy, match="The aspect ratio is not one this model takes") as refused:
            catalogue.refuse_wrong(painter, asked)
        assert refused.value.field == "aspect_ratio"
        with pytest.raises(UnknownModel, match="cannot be reached from here"):
            catalogue.refuse_wrong(AiModel(name="X", provider="unheard-of", remote_name="x"), asked)


def test_the_offers_cost_four_queries_however_many(in_tenant: Any, add: Any, django_assert_num_queries: Any) -> None:
    for number in range(12):
        add(f"model-{number}")
    with django_assert_num_queries(4):
        found = catalogue.offers(in_tenant.kids)
    assert len(catalogue.of_kind(found, Kind.TEXT)) == 13
