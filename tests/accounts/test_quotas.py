"""Scenes a day: counted per member, and per address for guests."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts import quotas
from accounts.models import Allowance
from accounts.quotas import AllowanceUsedUp, scenes_left, subject_of, take_scene
from accounts.tenancy import scope

pytestmark = pytest.mark.django_db
HERE = "address:one"


@pytest.fixture
def tier(in_tenant: Any) -> Any:
    in_tenant.kids.daily_scenes = 2
    return in_tenant.kids


def test_the_last_one_and_no_further(tier: Any) -> None:
    assert scenes_left(tier=tier, subject=HERE) == 2
    take_scene(tier=tier, subject=HERE)
    take_scene(tier=tier, subject=HERE)
    with pytest.raises(AllowanceUsedUp, match="Today's 2 scenes are read"):
        take_scene(tier=tier, subject=HERE)
    assert (scenes_left(tier=tier, subject=HERE), Allowance.objects.get().used) == (0, 2)


def test_each_subject_tier_and_tenant_has_its_own(tier: Any, in_tenant: Any) -> None:
    in_tenant.classics.daily_scenes = 2
    for _ in range(2):
        take_scene(tier=tier, subject=HERE)
    assert scenes_left(tier=tier, subject="address:two") == 2
    assert scenes_left(tier=in_tenant.classics, subject=HERE) == 2
    take_scene(tier=tier, subject="address:two")
    take_scene(tier=in_tenant.classics, subject=HERE)
    with scope(in_tenant.harbour):
        in_tenant.tales.daily_scenes = 1
        take_scene(tier=in_tenant.tales, subject=HERE)


def test_the_next_day_begins_anew(tier: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        take_scene(tier=tier, subject=HERE)
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    take_scene(tier=tier, subject=HERE)
    assert scenes_left(tier=tier, subject=HERE) == 1


def test_no_limit_counts_nothing(tier: Any) -> None:
    tier.daily_scenes = None
    for _ in range(3):
        take_scene(tier=tier, subject=HERE)
    assert (scenes_left(tier=tier, subject=HERE), Allowance.objects.count()) == (None, 0)


def test_a_limit_of_none_and_one_that_was_lowered(tier: Any) -> None:
    for _ in range(2):
        take_scene(tier=tier, subject=HERE)
    tier.daily_scenes = 1
    assert scenes_left(tier=tier, subject=HERE) == 0
    tier.daily_scenes = 0
    with pytest.raises(AllowanceUsedUp):
        take_scene(tier=tier, subject="address:new")


def test_whose_count_it_is(in_tenant: Any, settings: Any) -> None:
    reader = in_tenant.user("reader").id
    member = subject_of(user_id=reader, is_guest=False, address="192.0.2.1")
    guest = subject_of(user_id=reader, is_guest=True, address="192.0.2.1")
    stranger = subject_of(user_id=None, is_guest=False, address="192.0.2.1")
    assert (member, guest == stranger) == (f"user:{reader}", True)
    assert stranger != subject_of(user_id=None, is_guest=False, address="192.0.2.2")
    assert stranger.startswith("address:")
    assert "192.0.2.1" not in stranger
    settings.SECRET_KEY = "another-key-of-another-install"
    assert subject_of(user_id=None, is_guest=False, address="192.0.2.1") != stranger
    longest = quotas.Allowance._meta.get_field("subject").max_length
    assert longest is not None
    assert max(len(member), len(stranger)) <= longest
