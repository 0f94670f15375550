"""Who: tenants, domains, users, memberships, tiers; and what they may spend."""

from accounts.models.api_key import ApiKey
from accounts.models.idempotency import IdempotentCall
from accounts.models.ledger import Cap, Counter, LedgerEntry
from accounts.models.membership import Membership, Role
from accounts.models.tenant import Domain, Tenant
from accounts.models.tier import Audience, Tier
from accounts.models.user import User

__all__ = [
    "ApiKey",
    "Audience",
    "Cap",
    "Counter",
    "Domain",
    "IdempotentCall",
    "LedgerEntry",
    "Membership",
    "Role",
    "Tenant",
    "Tier",
    "User",
]
