"""A new password for somebody who forgot theirs. Whether an address has an account here is told by its mailbox alone."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts import audit, letters, mail_allowance, mailed_links, places
from accounts.guests import address_of
from accounts.mailed_links import NoLink
from accounts.models import ApiKey, Errand, MailedLink, Membership, User


def ask(request: Any, *, email: str) -> None:
    """A letter with a link, where somebody of the tenant of the request signs in with that address."""
    with transaction.atomic():
        counts = (mail_allowance.asked_from(address_of(request)), mail_allowance.to(email))
        if not mail_allowance.take(*counts):
            return
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None or not _is_here(user):
            return
        token = mailed_links.issue(Errand.RESET, address=email, user=user)
        letters.send(letters.to_reset(request.tenant, user, places.page(request, "password-new", token=token)))


@sensitive_variables()
def look(token: str) -> MailedLink:
    """The link, if it is good and its user still belongs here. Raises `NoLink`."""
    link = mailed_links.look(Errand.RESET, token)
    assert link.user is not None
    if not _is_here(link.user):
        raise NoLink
    return link


@sensitive_variables()
def reset(request: Any, *, token: str, password: str) -> User:
    """The new password. It ends all sessions and tokens of the account, and the letter says what stays. Raises `NoLink`."""
    with transaction.atomic():
        link = mailed_links.take(Errand.RESET, token)
        user = link.user
        assert user is not None
        if not _is_here(user):
            raise NoLink
        change(request, user, password)
    return user


@sensitive_variables()
def change(request: Any, user: User, password: str) -> None:
    """Set a password and tell its owner, in the caller's transaction. Sessions and tokens hold a digest of the old one, so
    they end with it; API keys are no part of it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.of_account("account.password-changed", user)
    has_keys = ApiKey.objects.filter(membership__user=user, revoked_at=None).exists()
    keys = places.page(request, "api-keys") if has_keys else ""
    forgotten = places.page(request, "password-forgotten")
    letters.send(letters.password_changed(request.tenant, user, keys=keys, forgotten=forgotten))


def _is_here(user: User) -> bool:
    return user.is_superuser or Membership.objects.filter(user=user).exists()
