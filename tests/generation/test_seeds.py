"""The models that an install begins with."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from accounts.tenancy import across_tenants
from generation import catalogue, pricing, seeds
from generation.models import AiModel, Price
from generation.providers.contract import Kind, Request

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 21)
OLDER = {
    # name that is still asked for: the model it leads to
    "gpt-image-1": "gpt-image-2", "gpt-image-1-mini": "gpt-image-2", "gpt-image-1.5": "gpt-image-2",
    "dall-e-2": "gpt-image-2", "dall-e-3": "gpt-image-2", "sora-2": "gemini-omni-1-2-flash",
    "sora-2-pro": "gemini-omni-1-2-flash", "veo-2.0-generate-001": "gemini-omni-1-2-flash",
    "veo-3.0-generate-001": "gemini-omni-1-2-flash", "veo-3.1-generate": "gemini-omni-1-2-flash",
    "veo-3.1-fast": "gemini-omni-1-2-flash", "imagen-4.0-generate-001": "gemini-3-1-flash-image",
    "imagen-4.0-ultra-generate-001": "gemini-3-pro-image", "imagen-4.0-fast-generate-001": "gemini-3-1-flash-image",
    "gemini-2.5-flash-image": "gemini-3-1-flash-image", "grok-2-image": "grok-imagine-image", "flux-dev": "flux-2-flex",
    "flux-pro": "flux-2-pro", "gen3a_turbo": "gen4-5", "gen4_turbo": "gen4-5", "sd3": "sd3-5-large",
    "sd-ultra": "stability-ultra", "claude-sonnet-4-5-20250929": "claude-sonnet-5-5", "gpt-4o": "gpt-5-6-terra",
}  # fmt: skip


@pytest.fixture
def planted() -> dict[str, AiModel]:
    seeds.plant_models()
    rows = AiModel.objects.select_related("replacement").prefetch_related(pricing.begun())
    return {row.key: row for row in rows}


def is_live(row: AiModel) -> bool:
    return row.is_enabled and (row.retires_on is None or row.retires_on > TODAY)


def test_they_are_planted_once(no_models: None, django_assert_num_queries: Any) -> None:
    assert seeds.plant_models() == len(seeds.listed()) == AiModel.objects.count()
    AiModel.objects.filter(key="gpt-image-2").update(name="Ours", is_enabled=False)
    Price.objects.filter(model__key="gpt-image-2").delete()
    with across_tenants("what points at the row is looked for"):
        AiModel.objects.filter(key="dall-e-3").delete()
    with django_assert_num_queries(2):  # which are there, and one wave of those that are not
        assert seeds.plant_models() == 1
    kept = AiModel.objects.get(key="gpt-image-2")
    assert (kept.name, kept.is_enabled, kept.prices.count()) == ("Ours", False, 0)
    assert AiModel.objects.get(key="dall-e-3").replacement == kept


def test_every_row_is_one_that_the_admin_takes(planted: dict[str, AiModel]) -> None:
    for row in planted.values():
        row.full_clean()
    names = [(row.provider, row.kind, row.remote_name) for row in planted.values()]
    assert len(names) == len(set(names))


def test_whatever_lives_can_be_reached(planted: dict[str, AiModel]) -> None:
    assert [row.key for row in planted.values() if is_live(row) and catalogue.capabilities(row) is None] == []


def test_whatever_is_gone_leads_to_what_lives(planted: dict[str, AiModel]) -> None:
    lost = [
        row.key
        for row in planted.values()
        if not is_live(row) and (row.replacement is None or not is_live(planted[row.replacement.key]))
    ]
    # The newer text models of xAI stand in its own list only; the name leads to whichever of them is granted.
    assert lost == ["grok-3"]


@pytest.mark.parametrize(("name", "key"), sorted(OLDER.items()))
def test_older_names_lead_on(planted: dict[str, AiModel], name: str, key: str) -> None:
    row = AiModel.objects.get(remote_name=name, provider=_provider(planted, name))
    line = []
    while row.replacement is not None:
        row = planted[row.replacement.key]
        line.append(row)
    assert (line[-1].key, line[-1].kind, is_live(line[-1])) == (key, line[0].kind, True)


def test_every_price_bounds_its_model_and_is_marked_as_a_hint(planted: dict[str, AiModel]) -> None:
    priced = {row.key: pricing.in_force(row.prices.all()) for row in planted.values()}
    for key, prices in priced.items():
        row = planted[key]
        if not prices:
            continue
        asked = Request(
            kind=Kind(row.kind), model=row.remote_name, prompt="A key", max_tokens=100, options=row.options,
        )  # fmt: skip
        bound = pricing.quote(prices, catalogue.fitted(row, asked)[0], catalogue.capabilities(row))
        assert (bound > 0) == (row.provider != "demo"), key
        assert {price.note for price in prices} == {
            "made on this machine" if row.provider == "demo" else "list price, a hint"
        }
    begins = {
        day for day, provider in Price.objects.values_list("effective_from", "model__provider") if provider != "demo"
    }
    assert begins == {datetime.date(2026, 11, 1)}


@pytest.mark.parametrize(
    ("key", "words", "bound"),
    [
        ("gpt-image-2", "8 USD per million tokens in + 30 USD per million tokens out", 240_040),
        ("claude-opus-5-5", "4 USD per million tokens in + 20 USD per million tokens out", 165_860),
        ("flux-2-pro", "0.03 USD per call + 0.015 USD per megapixel", 45_729),
        ("gen4-turbo", "0.05 USD per second", None),
        ("gemini-omni-1-2-flash", "0.1 USD per second", 800_000),
        ("eleven-multilingual-v2", "0.1 USD per 1,000 characters", 500),
        ("sd3-5-large", "0.065 USD per picture", 65_000),
        ("gpt-image-2-5-flare", "no price", None),
        ("demo-painter", "free", 0),
    ],
)
def test_some_prices_by_hand(planted: dict[str, AiModel], key: str, words: str, bound: int | None) -> None:
    row = planted[key]
    prices = pricing.in_force(row.prices.all())
    assert pricing.words(prices) == words
    if bound is not None:
        asked = Request(
            kind=Kind(row.kind), model=row.remote_name, prompt="A key", max_tokens=100, options=row.options,
        )  # fmt: skip
        assert pricing.quote(prices, catalogue.fitted(row, asked)[0], catalogue.capabilities(row)) == bound


def test_a_file_that_goes_in_a_circle_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"name": "A", "provider": "demo", "kind": "text"}
    circle = {key: {**row, "key": key, "replacement": to} for key, to in (("a", "b"), ("b", "a"))}
    monkeypatch.setattr(seeds, "listed", lambda: circle)
    with pytest.raises(ValueError, match=r"models.toml: these replace one another in a circle: a, b"):
        seeds.plant_models()


def _provider(planted: dict[str, AiModel], name: str) -> str:
    return next(row.provider for row in planted.values() if row.remote_name == name)
