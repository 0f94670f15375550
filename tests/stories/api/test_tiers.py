"""What a program is told before it begins a story."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Tier
from stories.models import Beginning

pytestmark = pytest.mark.django_db


def test_a_tier_says_what_may_be_asked(reads: Any, in_tenant: Any, toll: Any) -> None:
    status, told = reads.get("/api/v1/tiers")
    assert (status, list(told), [tier["slug"] for tier in told["items"]]) == (200, ["items"], ["kids", "classics"])
    kids = told["items"][0]
    demo = {"provider": "Demo", "price": "free", "is_default": False}
    templates = Beginning.objects.filter(tier=in_tenant.kids).values("slug", "title", "blurb", "art_style")
    models = kids.pop("models")
    assert kids == {
        "slug": "kids",
        "name": "The Small Shelf",
        "tagline": "Stories for people who still ask why.",
        "audience": "children",
        "lengths": [
            {"value": "short", "label": "Short", "scenes": 3},
            {"value": "medium", "label": "Medium", "scenes": 5},
            {"value": "long", "label": "Long", "scenes": 7},
        ],
        "art_styles": [
            {"value": "watercolour", "label": "Watercolour"},
            {"value": "engraving", "label": "Engraving"},
            {"value": "paper-cut", "label": "Paper-cut"},
            {"value": "gouache", "label": "Gouache"},
        ],
        "templates": list(templates),
        "scenes_left": 200,
    }
    assert len(kids["templates"]) == 6
    words = {"key": "toll-words", "name": "Toll words", "provider": "toll", "is_default": True}
    paid = models["text"][0]
    assert ({key: paid[key] for key in words}, set(paid)) == (words, {*words, "price"})
    assert {row["is_default"] for row in models["text"][1:]} == {demo["is_default"]}
    assert {kind: next(row["key"] for row in rows) for kind, rows in models.items()} == {
        "text": "toll-words", "image": "toll-paint", "video": "toll-reel",
    }  # fmt: skip


def test_a_closed_tier_is_there_for_staff_alone(reads: Any, program: Any, in_tenant: Any) -> None:
    Tier.objects.filter(slug="kids").update(is_open=False)
    seen = {
        name: [tier["slug"] for tier in program(name).get("/api/v1/tiers")[1]["items"]] for name in ("reader", "staff")
    }
    assert seen == {"reader": ["classics"], "staff": ["kids", "classics"]}


def test_each_tenant_has_its_own(program: Any) -> None:
    told = program("harbour-owner", "harbour.localhost").get("/api/v1/tiers")[1]
    assert [tier["slug"] for tier in told["items"]] == ["tales"]
