"""Issuing, finding and revoking API keys.

A key reads `fw_<prefix>_<secret>`. The secret has 238 bits of chance, so a plain SHA-256 of it is as good as a slow hash;
it leaves this module once, in the answer of `issue`. All functions run under the tenant's scope.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import secrets
import string
import uuid
from collections.abc import Collection
from itertools import islice

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.access import AUTHOR_ROLES
from accounts.models import ApiKey, Membership, User
from accounts.prepared import Prepared, columns, loaded
from accounts.scopes import Scope

START = "fw_"
LIVE_MAX = 50
"""Keys of one member that are not revoked."""
USE_NOTED_EVERY = datetime.timedelta(hours=1)
_PREFIX = string.ascii_lowercase + string.digits
_SECRET = string.ascii_letters + string.digits
KEY, MEMBERSHIP, USER = columns(ApiKey), columns(Membership), columns(User)
_held = Prepared(
    lambda prefix: ApiKey.objects.filter(prefix=prefix).values_list(
        *KEY, *columns(Membership, "membership__"), *columns(User, "membership__user__")
    ),
    prefix=str,
)
_SHAPE = re.compile(r"fw_([a-z0-9]{10})_([A-Za-z0-9]{40})")


class CannotIssue(ValueError):
    """No key was made; the text is fit for a person."""


class IssuedAlready(CannotIssue):
    """The form that asks was sent before, and its secret is gone."""


def may_hold(membership: Membership | None) -> bool:
    """Whether somebody may be given a key: authors and more."""
    return membership is not None and membership.role in AUTHOR_ROLES


@sensitive_variables()
def issue(
    *, membership: Membership, name: str, scopes: Collection[Scope], nonce: uuid.UUID | None = None
) -> tuple[ApiKey, str]:
    """A new key and its text, which is never to be had again. Raises `CannotIssue`; with a nonce that this member used
    before it raises `IssuedAlready` and makes nothing."""
    if not may_hold(membership):
        raise CannotIssue("Keys are for authors. Ask the staff of this library for the role.")
    if not scopes:
        raise CannotIssue("Choose at least one thing that the key may do.")
    nonce = nonce or uuid.uuid4()
    with transaction.atomic():
        mine = ApiKey.objects.filter(membership=membership)
        if mine.filter(nonce=nonce).exists():
            raise IssuedAlready("This key exists already and cannot be shown again.")
        if mine.filter(revoked_at=None).count() >= LIVE_MAX:
            raise CannotIssue(f"You have {LIVE_MAX} keys that are in use. Revoke one of them first.")
        prefix, secret = _chance(_PREFIX, 10), _chance(_SECRET, 40)
        key = ApiKey(
            membership=membership, name=name, prefix=prefix, digest=_digest(secret), nonce=nonce,
            scopes=sorted(Scope(scope) for scope in scopes),
        )  # fmt: skip
        try:
            with transaction.atomic():
                key.save(force_insert=True)
        except IntegrityError as taken:
            # The same form, committed between our look and our write. (Two equal prefixes would need 10^15 keys.)
            raise IssuedAlready("This key exists already and cannot be shown again.") from taken
        audit.write(
            "key.made", subject=audit.of(key), about=membership.user_id,
            detail={"prefix": prefix, "scopes": list(key.scopes)},
        )  # fmt: skip
    return key, f"{START}{prefix}_{secret}"


def revoke(key: ApiKey) -> bool:
    """End a key, from the next request on. False where it was revoked before."""
    with transaction.atomic():
        ended = bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()))
        if ended:
            audit.write("key.revoked", subject=audit.of(key), detail={"prefix": key.prefix})
    return ended


@sensitive_variables()
def find(text: str) -> ApiKey | None:
    """The key that `text` is, with its membership and user, revoked or not; None where there is none in this tenant.
    One query."""
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    prefix, secret = shape.groups()
    found = _held.first(prefix=prefix)
    if found is None:
        return None
    rest = iter(found.values())
    of_key, of_membership = tuple(islice(rest, len(KEY))), tuple(islice(rest, len(MEMBERSHIP)))
    membership = loaded(Membership, MEMBERSHIP, of_membership, user=loaded(User, USER, tuple(rest)))
    key: ApiKey = loaded(ApiKey, KEY, of_key, membership=membership)
    return key if hmac.compare_digest(key.digest, _digest(secret)) else None


def note_use(key: ApiKey) -> None:
    """Remember that a key was used now, at most once an hour; in between this asks nothing of the database."""
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - USE_NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _chance(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
