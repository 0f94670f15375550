"""What letters say: plain words, one link, and what to do if one did not ask for it.

Nothing that a stranger typed stands in a letter to somebody else, so that nobody has us carry theirs: no names, no reasons.
A letter goes to one address, which is a user's own or the one that is to be proven.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field

from django.views.decorators.debug import sensitive_variables

from accounts.mailed_links import GOOD_FOR
from accounts.models import Errand, Tenant, User
from accounts.signals import letter_written

NOT_YOU = "If you did not ask for this, do nothing: without the link nothing happens."


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `about` is a word for staff that tells nothing of what it says; `event_id` follows from what is told
    where that is to be told once. After `good_for` it is of no use any more."""

    to: str
    subject: str
    text: str = field(repr=False)
    about: str
    sender_name: str = ""
    event_id: uuid.UUID = field(default_factory=uuid.uuid4)
    good_for: datetime.timedelta | None = None


@sensitive_variables()
def send(letter: Letter) -> None:
    """Have the letter leave if the caller's transaction is committed. Runs under the tenant's scope."""
    letter_written.send(sender=None, letter=letter)


@sensitive_variables()
def to_confirm_sign_up(tenant: Tenant, address: str, link: str) -> Letter:
    return _letter(
        tenant, address, f"Confirm your address for {tenant.name}",
        f"Somebody, probably you, signed up at {tenant.name} with this address.",
        f"To become a reader there, open this page and press its button:\n\n{link}",
        _until(Errand.SIGN_UP), NOT_YOU, good_for=GOOD_FOR[Errand.SIGN_UP], about="sign-up",
    )  # fmt: skip


@sensitive_variables()
def to_join(tenant: Tenant, address: str, link: str) -> Letter:
    return _letter(
        tenant, address, f"Join {tenant.name}",
        f"Somebody, probably you, wanted to sign up at {tenant.name} with this address. You have an account with it already, "
        "at another library that lives with ours. It is good here too.",
        f"To become a reader at {tenant.name} with it, open this page and press its button:\n\n{link}",
        "Then sign in with the password that you have.",
        _until(Errand.JOIN), NOT_YOU, good_for=GOOD_FOR[Errand.JOIN], about="sign-up",
    )  # fmt: skip


def here_already(tenant: Tenant, address: str, *, sign_in: str, forgotten: str) -> Letter:
    return _letter(
        tenant, address, f"You have an account at {tenant.name}",
        f"Somebody, probably you, wanted to sign up at {tenant.name} with this address. You are a member already.",
        f"Sign in here:\n\n{sign_in}", f"If you forgot the password, get a new one here:\n\n{forgotten}",
        "If it was not you, do nothing. Your account is as it was.", about="sign-up",
    )  # fmt: skip


@sensitive_variables()
def to_reset(tenant: Tenant, user: User, link: str) -> Letter:
    return _letter(
        tenant, str(user.email), f"A new password for {tenant.name}",
        f"Somebody, probably you, asked for a new password for your account at {tenant.name}.",
        f"To choose one, open this page:\n\n{link}",
        _until(Errand.RESET), NOT_YOU, good_for=GOOD_FOR[Errand.RESET], about="new password",
    )  # fmt: skip


def password_changed(tenant: Tenant, user: User, *, keys: str, forgotten: str) -> Letter:
    """`keys` is the page of API keys where the person has some, else empty."""
    return _letter(
        tenant, str(user.email), "Your password was changed",
        f"The password of your account at {tenant.name} was changed. It is the same account, with the same password, at "
        "every library that lives here. All other sessions and tokens are ended.",
        f"API keys are not: programs go on working. If somebody else may have had your password, revoke them:\n\n{keys}"
        if keys else "",
        f"If it was not you, get a new password at once, here:\n\n{forgotten}", about="password changed",
    )  # fmt: skip


@sensitive_variables()
def to_confirm_email(tenant: Tenant, address: str, link: str) -> Letter:
    return _letter(
        tenant, address, "Confirm your new address",
        f"Somebody, probably you, wants to use this address for an account at {tenant.name}.",
        f"To sign in with it from now on, open this page and press its button:\n\n{link}",
        _until(Errand.EMAIL), NOT_YOU, good_for=GOOD_FOR[Errand.EMAIL], about="new address",
    )  # fmt: skip


def address_is_taken(tenant: Tenant, address: str) -> Letter:
    return _letter(
        tenant, address, "This address has an account",
        f"Somebody, probably you, wanted to use this address for another account at {tenant.name}. It has an account of its "
        "own, and no address has two. Nothing was changed.", about="new address",
    )  # fmt: skip


def email_is_asked(tenant: Tenant, user: User, *, forgotten: str) -> Letter:
    """To the old address, while there is time to do something about it."""
    return _letter(
        tenant, str(user.email), "Your address is about to change",
        f"Somebody, probably you, asked that your account at {tenant.name} have another address. It changes when the link in "
        "the letter to that address is used.",
        f"If it was not you, somebody knows your password. Get a new one at once, which ends the link too:\n\n{forgotten}",
        about="new address",
    )  # fmt: skip


def email_changed(tenant: Tenant, old: str) -> Letter:
    """To the old address, afterwards."""
    return _letter(
        tenant, old, "Your address was changed",
        f"Your account at {tenant.name} has another address from now on: this one does not sign you in any more.",
        "If it was not you, tell the staff of the library.", about="new address",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reached:
    """A share of a budget that is used. Amounts in words; `where` is the library's address, or empty."""

    share: int
    is_own: bool
    is_monthly: bool
    starts_on: datetime.date
    used: str
    limit: str
    where: str


def budget_reached(tenant: Tenant, user: User, said: Reached, *, event_id: uuid.UUID) -> Letter:
    period = f"{said.starts_on:%B %Y}" if said.is_monthly else f"{said.starts_on.day} {said.starts_on:%B %Y}"
    whose = "your own limit" if said.is_own else "the budget"
    page = f"{said.where}/account/" if said.is_own else f"{said.where}/admin/accounts/cap/"
    place = "on your account page" if said.is_own else "in the staff rooms, under Limits"
    return _letter(
        tenant, str(user.email), f"{tenant.name}: {said.share} % of {whose} is used",
        f"Library: {tenant.name}\nPeriod: {period}\nUsed, with what is held: {said.used}\nLimit: {said.limit}",
        "What costs money is refused from here on, until the period is over or the limit is raised."
        if said.share >= 100 else "",
        f"To change it, look {place}" + (f":\n\n{page}" if said.where else "."),
        "" if said.is_own else "Whether you get these letters is set on your account page.",
        event_id=event_id, about="budget",
    )  # fmt: skip


@sensitive_variables()
def _letter(
    tenant: Tenant, to: str, subject: str, *paragraphs: str, about: str, event_id: uuid.UUID | None = None,
    good_for: datetime.timedelta | None = None,
) -> Letter:  # fmt: skip
    text = "\n\n".join([*(paragraph for paragraph in paragraphs if paragraph), f"-- \n{tenant.name}"]) + "\n"
    once = {} if event_id is None else {"event_id": event_id}
    return Letter(
        to=to, subject=subject, text=text, about=about, sender_name=tenant.name, good_for=good_for, **once
    )  # fmt: skip


def _until(errand: Errand) -> str:
    hours = int(GOOD_FOR[errand].total_seconds() // 3600)
    return f"The link is good once, for {hours} hours, and for nothing else."
