"""The audit log: who did what here, when, and to what. One verb, `write`, for all rooms; nothing is ever changed or taken out.

An event names people by their ids alone, and holds words only of what is the library's own (a tier, a budget), never of what
people wrote. Secrets are named and not shown. Addresses and prompts are kept as keyed hashes: the same one gives the same
letters, and nobody reads it back without the install's secret.

Verbs, by who writes them: sign-in.succeeded, sign-in.failed, sign-out (here); staff.added, staff.changed, staff.deleted,
staff.acted (`accounts.staff`); view-as.began, view-as.saw, view-as.ended (`accounts.viewing`); key.made, key.revoked
(`accounts.api_keys`); provider-key.saved, provider-key.deleted (`generation.keys`); export.asked (`accounts.exporting`);
account.left, account.deletion-asked, account.deleted (`accounts.leaving`); account.joined, account.password-changed,
account.email-changed, second-factor.on, second-factor.off (`of_account`); story.published, story.withdrawn, and of
stories, scenes, pictures and films: hidden, restored, approved, declined, kept, upheld (`stories.showing`);
provider.called (`generation.jobs.recording`); switch.off, switch.on (`generation.switches`), job.cancelled by an operator
(`generation.freeing`), operations.gave-back, operations.swept (`generation.admin.operations`).

Rows are not chained by hashes: each would have to wait for the one before it, and purchases of a tenant would queue up behind
one lock.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.guests import address_of
from accounts.models import AuditEvent, Membership, Tenant, TenantRemoval, User
from accounts.prepared_writes import insert
from accounts.tenancy import current, scope

_request: ContextVar[Any] = ContextVar("fablewright_audited_request", default=None)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about, where that is no person."""

    kind: str
    id: str
    words: str = ""


def of(row: models.Model, words: str = "") -> Subject:
    """A row as the subject of an event. `words` are for what belongs to the library, not to a person."""
    return Subject(row._meta.label_lower, str(row.pk), words)


@contextmanager
def asked_by(request: HttpRequest) -> Iterator[None]:
    """What is written inside the block was done by whoever asks this request, from their address."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def write(
    verb: str,
    *,
    subject: Subject | None = None,
    about: uuid.UUID | None = None,
    detail: Mapping[str, Any] | None = None,
    actor: uuid.UUID | None = None,
    is_here: bool = False,
) -> AuditEvent:
    """Put an event on record, under the tenant's scope and in the caller's transaction. `about` is the person it concerns;
    `actor` is given where it is not who asks the request: a worker's work names who asked for it. With `is_here` the actor
    did it by this request all the same, which did not know them yet."""
    hand = _hand()
    if actor is not None:
        hand = _Hand(actor_id=actor, address=hand.address if is_here else "")
    found = subject or Subject("", "")
    event = AuditEvent(
        verb=verb, actor_id=hand.actor_id, actor_role=hand.role, acting_as_id=hand.acting_as_id, about_id=about,
        address=hand.address, subject_kind=found.kind, subject_id=found.id, subject_words=found.words[:200],
        detail=dict(detail or {}),
    )  # fmt: skip
    insert(event)
    request = _request.get()
    if request is not None and subject is not None:
        request.__dict__.setdefault("_audited", set()).add((subject.kind, subject.id))
    return event


def of_account(verb: str, user: User) -> None:
    """Something of somebody's account was changed, by whoever asks this request; noted where they did it. Accounts are global,
    and a change outside of any tenant is on nobody's record."""
    if current() is not None:
        write(verb, about=user.pk)


def is_written(subject: Subject) -> bool:
    """Whether this request has put something about `subject` on record already: its verb did, so its button need not."""
    return (subject.kind, subject.id) in getattr(_request.get(), "_audited", ())


def keyed(what: str, text: str) -> str:
    """The keyed hash of a text, 64 letters; `what` keeps hashes of different things apart."""
    return salted_hmac(f"accounts.audit.{what}", text, algorithm="sha256").hexdigest()


def forget_tenant(tenant: Tenant) -> int:
    """Delete the events of a tenant that is removed as a whole: the one way around the triggers. How many there were."""
    with transaction.atomic(), scope(tenant):
        removal = TenantRemoval.objects.create(tenant_id=tenant.pk)
        gone: int = AuditEvent.objects.all().delete()[0]
        removal.delete()
    return gone


# Who asks


@dataclass(frozen=True, slots=True)
class _Hand:
    actor_id: uuid.UUID | None = None
    role: str = ""
    acting_as_id: uuid.UUID | None = None
    address: str = ""


def _hand() -> _Hand:
    request = _request.get()
    if request is None:
        return _Hand()
    viewing = getattr(request, "viewing", None)
    actor = viewing.viewer_actor if viewing is not None else request.actor
    role = "operator" if actor.is_operator else (actor.role or "")
    acting_as = viewing.viewed.pk if viewing is not None else None
    return _Hand(actor.user_id, role, acting_as, keyed("address", address_of(request))[:32])


# Signing in and out


def connect() -> None:
    """Hear of sign-ins from now on. Called once, when the app is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_login_failed.connect(_not_signed_in, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")


def signed_in(user: User, *, to: str) -> None:
    """Somebody proved who they are: `to` is "pages" or "programs". Guests prove nothing and are not noted."""
    if not user.is_guest and current() is not None:
        write("sign-in.succeeded", actor=user.pk, about=user.pk, detail={"to": to}, is_here=True)


def sign_in_failed(email: str, *, because: str) -> None:
    """Somebody did not. The address that was typed is kept as a keyed hash; whose it is only where it is a member's."""
    if current() is None:
        return
    typed = email.strip().lower()
    member = Membership.objects.filter(user__email=typed).values_list("user_id", flat=True).first() if typed else None
    write("sign-in.failed", about=member, detail={"because": because, "email_hash": keyed("email", typed)[:32]})


def _signed_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    signed_in(user, to="pages")


def _not_signed_in(sender: Any, credentials: Mapping[str, Any], because: str = "password", **_: Any) -> None:
    typed = next((credentials[name] for name in ("username", "email") if credentials.get(name)), "")
    sign_in_failed(str(typed), because=because)


def _signed_out(sender: Any, request: Any, user: Any, **_: Any) -> None:
    viewing = getattr(request, "viewing", None)
    who = viewing.viewer if viewing is not None else user
    if who is not None and not who.is_guest and current() is not None:
        write("sign-out", actor=who.pk, about=who.pk, is_here=True)
