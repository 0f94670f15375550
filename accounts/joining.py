"""Becoming a reader: asked for on a page, decided by a letter.

Whether an address has an account is told by nobody but its mailbox: whatever it is, the page says the same and takes as
long. Users are global, so somebody with an account at another tenant joins with that one. Nobody is signed in here: that is
the sign-in page's business, with all that guards it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from accounts import audit, letters, mail_allowance, mailed_links, places
from accounts.guests import address_of
from accounts.mailed_links import NoLink
from accounts.models import Errand, MailedLink, Membership, Role, Tenant, User
from accounts.signals import guest_signed_in


@sensitive_variables()
def ask(request: Any, *, email: str, name: str, password: str, onward: str = "") -> None:
    """Somebody wants to become a reader at the tenant of the request: a letter to that address says what follows."""
    with transaction.atomic():
        if not mail_allowance.take(mail_allowance.asked_from(address_of(request))):
            return
    # Before anything is looked up, so that it takes as long for an address that has an account.
    hashed = make_password(password)
    with transaction.atomic():
        if not mail_allowance.take(mail_allowance.to(email)):
            return
        letters.send(_letter_to(request, email, name, hashed, onward))


@sensitive_variables()
def _letter_to(request: Any, email: str, name: str, hashed: str, onward: str) -> letters.Letter:
    tenant: Tenant = request.tenant
    user = User.objects.filter(email=email).first()
    if user is None:
        token = mailed_links.issue(
            Errand.SIGN_UP, address=email, name=name, password=hashed, guest=_guest(request), onward=onward
        )
        return letters.to_confirm_sign_up(tenant, email, places.page(request, "sign-up-confirm", token=token))
    if user.is_active and not Membership.objects.filter(user=user).exists():
        token = mailed_links.issue(Errand.JOIN, address=email, user=user, guest=_guest(request), onward=onward)
        return letters.to_join(tenant, email, places.page(request, "sign-up-join", token=token))
    sign_in, forgotten = places.page(request, "sign-in"), places.page(request, "password-forgotten")
    return letters.here_already(tenant, email, sign_in=sign_in, forgotten=forgotten)


@sensitive_variables()
def confirm(token: str) -> MailedLink:
    """The address is theirs: from now on they are a reader of the active tenant. Raises `NoLink`."""
    with transaction.atomic():
        link = mailed_links.take(Errand.SIGN_UP, token)
        user = _user_of(link)
        if not user.is_active:
            raise NoLink
        _admit(user, link)
        MailedLink.objects.filter(errand=Errand.SIGN_UP, address=link.address).delete()
    return link


@sensitive_variables()
def join(token: str) -> MailedLink:
    """Somebody with an account becomes a reader of the active tenant too. Raises `NoLink`."""
    with transaction.atomic():
        link = mailed_links.take(Errand.JOIN, token)
        assert link.user is not None
        _admit(link.user, link)
        MailedLink.objects.filter(errand=Errand.JOIN, user=link.user).delete()
    return link


def _user_of(link: MailedLink) -> User:
    """A new user; the one that is there, with the password that they have, where the address got an account meanwhile."""
    there = User.objects.filter(email=link.address).first()
    if there is not None:
        return there
    try:
        with transaction.atomic():
            return User.objects.create(email=link.address, display_name=link.name, password=link.password)
    except IntegrityError:  # at another tenant, at the same moment
        return User.objects.get(email=link.address)


def _admit(user: User, link: MailedLink) -> None:
    if Membership.objects.get_or_create(user=user, defaults={"role": Role.READER})[1]:
        audit.of_account("account.joined", user)
    if link.guest is not None and link.guest.is_guest:
        guest_signed_in.send(sender=None, guest=link.guest, user=user)


def _guest(request: Any) -> User | None:
    return request.user if request.user.is_authenticated and request.user.is_guest else None
