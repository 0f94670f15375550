"""What a person changes of their own account. Nobody else's is ever reached from here: each verb is handed the user of the
request, and the address changes only by a link that went to the new one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, update_session_auth_hash
from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from accounts import audit, letters, mail_allowance, mailed_links, places, recovery
from accounts.guests import address_of
from accounts.mailed_links import NoLink
from accounts.models import Errand, Membership, User


@sensitive_variables()
def knows_password(request: Any, password: str) -> bool:
    """Whether it is the password of who asks. Asked the way that signing in asks, so that wrong ones count as they do there."""
    found = authenticate(request, username=str(request.user.email), password=password)
    return found is not None and found.pk == request.user.pk


def rename(user: User, name: str) -> None:
    User.objects.filter(pk=user.pk).update(display_name=name)


@sensitive_variables()
def change_password(request: Any, password: str) -> None:
    """All other sessions end, this one stays."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
        recovery.change(request, user, password)
    update_session_auth_hash(request, user)


def ask_for_email(request: Any, *, email: str) -> None:
    """A link to the new address, and a notice to the old one. Both too often: neither, and nobody is told."""
    with transaction.atomic():
        user: User = request.user
        counts = (
            mail_allowance.asked_from(address_of(request)), mail_allowance.to(email), mail_allowance.about(user),
        )  # fmt: skip
        if not mail_allowance.take(*counts):
            return
        if User.objects.filter(email=email).exists():
            letters.send(letters.address_is_taken(request.tenant, email))
        else:
            token = mailed_links.issue(Errand.EMAIL, address=email, user=user)
            link = places.page(request, "account-email-confirm", token=token)
            letters.send(letters.to_confirm_email(request.tenant, email, link))
        forgotten = places.page(request, "password-forgotten")
        letters.send(letters.email_is_asked(request.tenant, user, forgotten=forgotten))


@sensitive_variables()
def confirm_email(request: Any, token: str) -> str:
    """The new address is theirs, and is what they sign in with from now on. Raises `NoLink`, also where the address got an
    account meanwhile."""
    try:
        with transaction.atomic():
            link = mailed_links.take(Errand.EMAIL, token)
            assert link.user is not None
            old = str(link.user.email)
            link.user.email = link.address
            link.user.save(update_fields=["email"])
            audit.of_account("account.email-changed", link.user)
            letters.send(letters.email_changed(request.tenant, old))
    except IntegrityError as taken:
        raise NoLink from taken
    return link.address


def want_alerts(request: Any, wants: bool) -> None:
    """Whether they get mail when this tenant's budget is nearly used."""
    Membership.objects.filter(user=request.user).update(wants_alerts=wants)
