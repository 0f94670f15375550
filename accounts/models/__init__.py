"""Who: tenants, domains, users, memberships, tiers; and what they may spend."""

from accounts.models.api_key import ApiKey
from accounts.models.audit import AuditEvent, TenantRemoval
from accounts.models.children import PinTry, ReadingTime
from accounts.models.departure import Departure
from accounts.models.idempotency import IdempotentCall
from accounts.models.ledger import Cap, Counter, LedgerEntry
from accounts.models.mailed_link import Errand, MailedLink, MailTally
from accounts.models.membership import Membership, Role
from accounts.models.second_factor import RecoveryCode, SecondFactor
from accounts.models.tenant import Domain, Tenant
from accounts.models.tier import Audience, Tier
from accounts.models.user import User

__all__ = [
    "ApiKey",
    "Audience",
    "AuditEvent",
    "Cap",
    "Counter",
    "Departure",
    "Domain",
    "Errand",
    "IdempotentCall",
    "LedgerEntry",
    "MailTally",
    "MailedLink",
    "Membership",
    "PinTry",
    "ReadingTime",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "Tenant",
    "TenantRemoval",
    "Tier",
    "User",
]
