"""Rules and policies in the hands of staff: what is no rule is refused by the form, with a sentence beside the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from generation.models import AiModel, Rule, SafetyEvent, SafetyPolicy
from tests.admin_rows import address, problems, safety_event

pytestmark = pytest.mark.django_db
GIVEN = {"text": "dragon", "form": "words", "kind": "refuse", "scope": "all", "tier": "", "note": "", "is_on": "on"}


@pytest.fixture
def staff(in_tenant: Any, client_for: Callable[..., Client]) -> Client:
    Rule.objects.all().delete()
    return client_for("staff")


def enter(client: Client, **changes: Any) -> Any:
    return client.post(address(Rule, "add"), {**GIVEN, **changes})


def test_a_rule_is_entered(staff: Client, in_tenant: Any) -> None:
    assert enter(staff).status_code == 302
    assert (
        enter(staff, text=r"drag[oa]ns?", form="pattern", scope="tier", tier=str(in_tenant.kids.id)).status_code == 302
    )
    rows = Rule.objects.order_by("text").values_list("text", "form", "scope", "tier")
    assert list(rows) == [("drag[oa]ns?", "pattern", "tier", in_tenant.kids.id), ("dragon", "words", "all", None)]


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "slow": (
        {"text": "(a+)+$", "form": "pattern"},
        "text",
        "Repeats need an end of at most 40: write “{0,20}” in place of",
    ),
    "none": ({"text": "(", "form": "pattern"}, "text", "This is no regular expression: "),
    "blank": ({"text": "\u200b\u00ad"}, "text", "This has no letters that could be looked for."),
    "no tier": ({"scope": "tier"}, "tier", "Say which tier."),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_rule_is_said_beside_its_field(name: str, staff: Client) -> None:
    given, field, sentence = WRONG[name]
    found = problems(enter(staff, **given))
    assert (list(found), found[field][0].startswith(sentence), Rule.objects.count()) == ([field], True, 0)


def test_a_policy_of_a_tier_is_one_and_its_judge_sees_what_it_judges(staff: Client, in_tenant: Any) -> None:
    blind = AiModel.objects.create(key="blind", name="Blind", provider="demo", remote_name="nobody", kind="moderate")
    given = {"tier": str(in_tenant.classics.id), "check_model": str(blind.pk), "checks_pictures_after": "on"}
    told = problems(staff.post(address(SafetyPolicy, "add"), given))
    assert told == {"check_model": ["“Blind” reads texts and looks at no pictures. Choose another one."]}
    given["check_model"] = str(AiModel.objects.get(key="demo-warden").pk)
    assert staff.post(address(SafetyPolicy, "add"), given).status_code == 302
    assert problems(staff.post(address(SafetyPolicy, "add"), given)) == {
        "tier": ["This tier has its safety policy already: change that one."]
    }
    assert staff.post(address(SafetyPolicy, "add"), {"tier": ""}).status_code == 302
    assert problems(staff.post(address(SafetyPolicy, "add"), {"tier": ""})) == {
        "tier": ["The studio has its safety policy already: change that one."]
    }


def test_an_event_is_looked_at_and_counted_and_not_touched(staff: Client) -> None:
    event = safety_event("pebble")
    page = staff.get(address(SafetyEvent, "change", event.pk))
    assert (page.status_code, "pebble" in page.content.decode()) == (200, True)
    assert staff.post(address(SafetyEvent, "change", event.pk), {"name": "x"}).status_code in (403, 404)
    assert staff.post(address(SafetyEvent, "delete", event.pk), {"post": "yes"}).status_code in (403, 404)
    assert SafetyEvent.objects.get().name == "pebble"
    assert staff.get("/admin/").context["safety_count"] == 1
