"""What people write is held against the rules at once, by every verb that takes words; and what came of it is written down."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Audience, Tier
from accounts.tenancy import scope
from generation.errors import AgainstRules
from generation.models import Rule, SafetyEvent
from generation.safety import entering
from generation.signals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def tier(in_tenant: Any) -> Tier:
    Rule.objects.all().delete()
    found: Tier = in_tenant.classics
    return found


def enter(tier: Tier | None, text: str, **more: Any) -> list[str]:
    return entering.refuse_words(tier=tier, user_id=None, said={"premise": "a quiet sea", "wish": text}, **more)


def test_a_word_that_is_kept_out_names_its_field_and_leaves_an_event(tier: Tier) -> None:
    Rule.objects.create(text="dragon")
    heard: list[SafetyEvent] = []
    listen = lambda event, **_: heard.append(event)  # noqa: E731
    refused.connect(listen)
    try:
        with pytest.raises(AgainstRules) as no:
            enter(tier, "A dr4gon")
    finally:
        refused.disconnect(listen)
    assert (str(no.value), no.value.field, no.value.status) == (
        "wish holds “dragon”, which is kept out here. Say it in other words.", "wish", 422,
    )  # fmt: skip
    [event] = SafetyEvent.objects.all()
    assert (event.stage, event.what, event.by, event.name, event.verdict, event.place, event.excerpt) == (
        "before", "prompt", "rule", "dragon", "refused", tier.name, "A dr4gon",
    )  # fmt: skip
    assert (heard, event.tier_id, event.job_id, len(event.digest)) == ([event], tier.id, None, 64)


def test_of_children_no_word_is_kept(tier: Tier) -> None:
    Rule.objects.create(text="dragon")
    Tier.objects.filter(id=tier.id).update(audience=Audience.CHILDREN)
    tier.refresh_from_db()
    for text in ("my dragon", "my dragon", "her dragon"):
        with pytest.raises(AgainstRules):
            enter(tier, text)
    rows = list(SafetyEvent.objects.order_by("created_at"))
    assert [row.excerpt for row in rows] == ["", "", ""]
    assert (rows[0].digest == rows[1].digest, rows[0].digest == rows[2].digest) == (True, False)


def test_a_hint_is_told_and_does_not_stop_unless_staff_say_so(tier: Tier) -> None:
    rule = Rule.objects.create(text="Pikachu", kind=Rule.Kind.HINT)
    told = "“Pikachu” belongs to somebody. Describe a character of your own instead."
    assert enter(tier, "pikachu swims, Pikachu dives") == [told]
    assert SafetyEvent.objects.get().verdict == "hinted"
    Rule.objects.filter(id=rule.id).update(kind=Rule.Kind.INSIST)
    with pytest.raises(AgainstRules) as no:
        enter(tier, "pikachu")
    assert (str(no.value), no.value.field) == (told, "wish")


def test_where_a_rule_holds(tier: Tier, in_tenant: Any) -> None:
    Rule.objects.create(text="everywhere")
    Rule.objects.create(text="classics", scope="tier", tier=tier)
    Rule.objects.create(text="studio", scope="studio")
    Rule.objects.create(text="off", is_on=False)
    places: dict[str, Tier | None] = {"classics": tier, "kids": in_tenant.kids, "studio": None}

    def kept_out(place: Tier | None) -> set[str]:
        found = set()
        for word in ("everywhere", "classics", "studio", "off"):
            try:
                enter(place, word, is_meant=False)
            except AgainstRules:
                found.add(word)
        return found

    assert {name: kept_out(place) for name, place in places.items()} == {
        "classics": {"everywhere", "classics"}, "kids": {"everywhere"}, "studio": {"everywhere", "studio"},
    }  # fmt: skip
    assert SafetyEvent.objects.count() == 0, "only the price was wanted"
    with scope(in_tenant.harbour):
        assert enter(in_tenant.tales, "everywhere") == [], "another library's rules are its own"


def test_an_event_is_never_changed_and_never_thrown_away(tier: Tier) -> None:
    Rule.objects.create(text="dragon", kind=Rule.Kind.HINT)
    enter(tier, "dragon")
    event = SafetyEvent.objects.get()
    for act in (event.save, event.delete):
        with pytest.raises(TypeError):
            act()
