"""Whose limits a purchase counts against."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models.ledger import Pool
from accounts.quotas import Payer, person_of, reader_of

pytestmark = pytest.mark.django_db


def test_members_are_counted_alone_and_guests_by_their_address(in_tenant: Any, settings: Any) -> None:
    reader = in_tenant.user("reader").id
    member = person_of(user_id=reader, is_guest=False, address="192.0.2.1")
    guest = person_of(user_id=reader, is_guest=True, address="192.0.2.1")
    stranger = person_of(user_id=None, is_guest=False, address="192.0.2.1")
    assert (member, guest == stranger) == (reader, True)
    assert stranger != person_of(user_id=None, is_guest=False, address="192.0.2.2")
    settings.SECRET_KEY = "another-key-of-another-install"  # nobody finds an address by trying all of them
    assert person_of(user_id=None, is_guest=False, address="192.0.2.1") != stranger


def test_the_pools_of_a_payer() -> None:
    tenant, tier, user, person = (uuid.UUID(int=number) for number in range(1, 5))
    member = [(Pool.TENANT, tenant), (Pool.TIER, tier), (Pool.PERSON, user), (Pool.READER, reader_of(tier, user))]
    assert Payer(tenant, tier, user, False).pools() == member
    assert Payer(tenant, tier, user, True, person).pools() == [
        (Pool.TENANT, tenant), (Pool.TIER, tier), (Pool.GUESTS, tier), (Pool.PERSON, person),
        (Pool.READER, reader_of(tier, person)),
    ]  # fmt: skip
    assert Payer(tenant, None, user, False).pools() == [(Pool.TENANT, tenant), (Pool.PERSON, user)]
    assert Payer(tenant, None, None, False).pools() == [(Pool.TENANT, tenant)]
    assert len({reader_of(tier, user), reader_of(tier, person), reader_of(tenant, user)}) == 3
