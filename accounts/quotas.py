"""Whose limits a purchase counts against. Guests share those of their address, so that a dropped cookie is no new allowance."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass

from django.conf import settings

from accounts.models.ledger import Pool


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose money and whose counts: the tenant's, the tier's and the person's. Without a tier it is asked for in the studio.
    `person_id` is the user's own id where it is not said; for a guest, see `person_of`."""

    tenant_id: uuid.UUID
    tier_id: uuid.UUID | None
    user_id: uuid.UUID | None
    is_guest: bool
    person_id: uuid.UUID | None = None

    @property
    def person(self) -> uuid.UUID | None:
        return self.person_id or self.user_id

    def pools(self) -> list[tuple[Pool, uuid.UUID]]:
        """The pools that pay."""
        pools = [(Pool.TENANT, self.tenant_id)]
        if self.tier_id is not None:
            pools.append((Pool.TIER, self.tier_id))
            if self.is_guest:
                pools.append((Pool.GUESTS, self.tier_id))
        if self.person is not None:
            pools.append((Pool.PERSON, self.person))
            if self.tier_id is not None:
                pools.append((Pool.READER, reader_of(self.tier_id, self.person)))
        return pools


def person_of(*, user_id: uuid.UUID | None, is_guest: bool, address: str) -> uuid.UUID:
    """Whose limits count: the user's own, or, for guests and strangers, those of everybody at their address. An address is
    kept only as a keyed hash."""
    if user_id is not None and not is_guest:
        return user_id
    digest = hmac.new(settings.SECRET_KEY.encode(), f"address:{address}".encode(), hashlib.sha256).digest()
    return uuid.UUID(bytes=digest[:16])


def reader_of(tier_id: uuid.UUID, person_id: uuid.UUID) -> uuid.UUID:
    """The subject of a person's counter in one tier."""
    return uuid.uuid5(tier_id, str(person_id))
