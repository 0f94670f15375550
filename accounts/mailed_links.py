"""Links in letters: each is good once, for a while, at the tenant that it was asked at, and for one thing.

A token is a random word that stands in the letter and nowhere else; its row holds a digest. Looking at a link uses nothing
up, since mail programs look at links too; `take` does. A link about an account ends as soon as its password or its address
changes, or it is shut.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import mail_allowance
from accounts.models import Errand, MailedLink, User
from accounts.tenancy import across_tenants

GOOD_FOR = {
    Errand.SIGN_UP: datetime.timedelta(days=2),
    Errand.JOIN: datetime.timedelta(days=2),
    Errand.RESET: datetime.timedelta(hours=2),
    Errand.EMAIL: datetime.timedelta(days=1),
}
ALONE = frozenset({Errand.RESET, Errand.EMAIL})
"""Of these an account has one: a new one ends those before it."""


class NoLink(Exception):
    """There is no such link, or it is good no more: used, too old, another tenant's, or overtaken by a change."""


@sensitive_variables()
def issue(errand: Errand, *, address: str, user: User | None = None, **more: Any) -> str:
    """A new link's token, for the letter alone. Takes part in the caller's transaction."""
    token = secrets.token_urlsafe(32)
    if errand in ALONE:
        MailedLink.objects.filter(errand=errand, user=user).delete()
    MailedLink.objects.create(
        errand=errand, digest=_digest(token), address=address, user=user, state=_state(user),
        expires_at=timezone.now() + GOOD_FOR[errand], **more,
    )  # fmt: skip
    return token


@sensitive_variables()
def look(errand: Errand, token: str) -> MailedLink:
    """The link, unused as before. Raises `NoLink`."""
    link = _good(errand).select_related("user", "guest").filter(digest=_digest(token)).first()
    if link is None or not _stands(link):
        raise NoLink
    return link


@sensitive_variables()
def take(errand: Errand, token: str) -> MailedLink:
    """The link, used up in the caller's transaction: of two who come with it at once one gets it. Its user's row is locked.
    Raises `NoLink`."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A link is taken in the transaction of what it is good for.")
    link = _good(errand).filter(digest=_digest(token)).first()
    if link is None:
        raise NoLink
    if link.user_id is not None:
        link.user = User.objects.select_for_update(no_key=True).get(pk=link.user_id)
    if not _stands(link) or not _good(errand).filter(pk=link.pk).delete()[0]:
        raise NoLink
    return link


def forget_old() -> int:
    """Delete links whose time is over, and tallies of letters, of all tenants; how many."""
    with across_tenants("links of all tenants run out"):
        links = MailedLink.objects.filter(expires_at__lte=timezone.now()).delete()[0]
    return links + mail_allowance.forget_old()


def _good(errand: Errand) -> Any:
    return MailedLink.objects.filter(errand=errand, expires_at__gt=timezone.now())


def _stands(link: MailedLink) -> bool:
    """Whether the account is as it was when the link was made."""
    if link.user_id is None:
        return link.errand == Errand.SIGN_UP
    if link.user is None or not link.user.is_active:
        return False
    # Letters that were on their way when the key was rotated are good like the others.
    keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return any(hmac.compare_digest(link.state, _state(link.user, key)) for key in keys)


def _state(user: User | None, key: str = "") -> str:
    if user is None:
        return ""
    said = f"link:{user.pk}:{user.password}:{user.email}".encode()
    return hmac.new((key or settings.SECRET_KEY).encode(), said, hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
