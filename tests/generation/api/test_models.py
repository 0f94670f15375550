"""The models as programs find them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Tier
from accounts.tenancy import scope
from generation.models import AiModel, ModelGrant, Price, Unit
from tests.stories.api.conftest import refused

pytestmark = pytest.mark.django_db
NO_MODEL = refused(404, "There is no such model for you. /api/v1/models lists those there are.")
NO_TIER = refused(404, "There is no such tier for you. /api/v1/tiers lists those there are.")


def keys(told: tuple[int, Any]) -> list[str]:
    assert told[0] == 200
    return [one["key"] for one in told[1]["items"]]


def test_one_whole(author: Any, toll: Any, in_tenant: Any) -> None:
    model = AiModel.objects.get(key="toll-paint")
    model.retires_on = datetime.date(2999, 1, 1)
    model.save()
    Price.objects.create(
        model=model, unit=Unit.MEGAPIXEL, amount_micros=15_000, per=2, effective_from=datetime.date(2026, 1, 1)
    )
    ModelGrant.objects.create(model=model)
    able = {
        "aspect_ratios": ["1:1", "16:9"], "resolutions": ["1K"], "max_prompt": 500,
        "sizes": {"low": 256, "high": 2048, "step": 16}, "fixed_sizes": [[1024, 1024]], "takes": ["seed"],
        "choices": {"quality": ["low", "high"]}, "ranges": {"steps": [1, 50]}, "inputs": {"reference": 2},
    }  # fmt: skip
    AiModel.objects.filter(id=model.id).update(capabilities=able)
    status, told = author.get("/api/v1/models/toll-paint")
    assert (status, told) == (200, {
        "key": "toll-paint", "name": "Toll paint", "provider": "toll", "provider_title": "toll", "kind": "image",
        "is_default": False, "takes_edits": False,
        "capabilities": {
            "aspect_ratios": ["1:1", "16:9"], "resolutions": ["1K"],
            "sizes": {
                "least": 256, "most": 2048, "step": 16, "most_pixels": 1 << 30, "most_ratio": 100.0,
                "most_of_shorter": 1 << 30,
            },
            "fixed_sizes": [[1024, 1024]], "seconds": {"least": 1, "most": 10, "choices": [], "default": None},
            "choices": {"quality": ["low", "high"]},
            "ranges": {"steps": {"least": 1, "most": 50}}, "inputs": {"reference": 2}, "needs_one_of": [],
            "takes": ["seed"], "max_prompt": 500, "streams": False,
        },
        "price": "0.001 USD per call + 0.015 USD per 2 megapixels",
        "prices": [
            {"unit": "call", "micros": 1000, "per": 1, "currency": "USD"},
            {"unit": "megapixel", "micros": 15_000, "per": 2, "currency": "USD"},
        ],
        "retires_on": "2999-01-01",
    })  # fmt: skip


def test_the_studios_and_a_tiers(author: Any, toll: Any, in_tenant: Any) -> None:
    studio = keys(author.get("/api/v1/models"))
    assert ("demo-painter" in studio, "toll-paint" in studio) == (True, False)
    assert "toll-paint" in keys(author.get("/api/v1/models?tier=kids"))
    assert "toll-paint" not in keys(author.get("/api/v1/models?tier=classics"))
    assert keys(author.get("/api/v1/models?tier=kids&kind=video")) == ["toll-reel", "demo-filmmaker"]
    assert author.get("/api/v1/models/toll-paint") == NO_MODEL
    assert author.get("/api/v1/models/toll-paint?tier=kids")[0] == 200


def test_a_film_says_how_long(author: Any, in_tenant: Any) -> None:
    said = author.get("/api/v1/models/demo-filmmaker")[1]["capabilities"]["seconds"]
    assert set(said) == {"least", "most", "choices", "default"}
    assert said["least"] < said["most"]


def test_only_what_may_be_bought(author: Any, toll: Any, in_tenant: Any) -> None:
    def has(key: str) -> bool:
        return key in keys(author.get("/api/v1/models?tier=kids"))

    assert has("toll-paint")
    Price.objects.filter(model__key="toll-paint").delete()
    assert not has("toll-paint")
    AiModel.objects.filter(key="toll-words").update(is_enabled=False)
    assert (has("toll-words"), has("toll-reel")) == (False, True)


def test_tiers_that_one_may_not_enter(program: Any, in_tenant: Any) -> None:
    with scope(in_tenant.harbour):
        assert Tier.objects.filter(slug="tales").exists()
    Tier.objects.filter(slug="classics").update(is_open=False)
    author = program("author")
    for slug in ("tales", "classics", "nowhere"):
        assert author.get(f"/api/v1/models?tier={slug}") == NO_TIER
    assert program("staff").get("/api/v1/models?tier=classics")[0] == 200


def test_what_is_wrong_is_named(author: Any) -> None:
    assert author.get("/api/v1/models?kind=song") == refused(400, 'kind: "song" is not a valid choice.')
    unknown = "page: is not known here; the fields are tier and kind."
    assert author.get("/api/v1/models?page=2") == refused(400, unknown)
    assert author.get("/api/v1/models?tier=%00")[0] == 400
    assert author.get("/api/v1/models/no-such-model") == NO_MODEL


def test_more_models_ask_no_more(author: Any, toll: Any, in_tenant: Any) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert author.get(address)[0] == 200
        return len(caught)

    few = queries("/api/v1/models")
    for model in AiModel.objects.filter(provider="toll"):
        ModelGrant.objects.create(model=model)
    assert queries("/api/v1/models") == few
