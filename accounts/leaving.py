"""People who leave a library, or end their account: everything that is theirs goes, rows and files, and nothing of others.

Asking for it is one transaction: the membership ends, and with it every door; what was on the shelves is off them; and a
`Departure` says that there is work to do. The work itself is a chore, in small transactions. Rooms register what they take
away; each takes what it still finds, so a round that was cut short, or ran twice, is just another round.

What stays has no name and no words: ledger entries, whose sums must go on agreeing, and audit events know people by plain ids,
which then point at nobody; jobs stay as records of what was paid, without what was asked and made.
"""

from __future__ import annotations

import datetime
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import CASCADE, Q
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import audit
from accounts.models import Departure, Membership, Role, User
from accounts.tenancy import TenantRow, across_tenants, scope

log = logging.getLogger(__name__)

WHY = "somebody who ends their account leaves every tenant"
LEASE_SECONDS = 120
ROUND_SECONDS = 5.0
"""How long a round works for one departure, so that others get their turn."""
SETTLE_SECONDS = 60.0
"""A departure is finished no sooner: what was asked for at the moment of leaving may come in a little later."""
AT_ONCE = 20


class CannotLeave(ValueError):
    """Nothing was changed. The sentence is fit for whoever asked."""


class Left(Enum):
    """What a room has left of somebody."""

    NOTHING = "nothing"
    MORE = "more"
    WAITS = "waits"
    """Something has to end first; the next round looks again."""


class Stage(IntEnum):
    """The order in which rooms are asked."""

    STOP = 1
    """End what is under way."""
    THINGS = 2
    """What people made."""
    TRACES = 3
    """What is known of their making it."""


def _nothing(user_id: uuid.UUID) -> None:
    """Most rooms have nothing on show."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a room does for somebody who leaves the active tenant. `remove` takes a bounded piece of what is theirs away, in
    transactions of its own; `withdraw` takes off the shelves what others see, in the transaction of the asking."""

    name: str
    stage: Stage
    remove: Callable[[uuid.UUID], Left]
    withdraw: Callable[[uuid.UUID], None] = _nothing


_rooms: dict[str, Room] = {}


def register(room: Room) -> None:
    """Have a room asked from now on. Called when its app is ready."""
    _rooms[room.name] = room


def is_last_owner(membership: Membership) -> bool:
    """Whether nobody else could rule this tenant. Locks the owners' rows until the caller's transaction ends, so that two
    owners cannot remove each other at the same moment."""
    owners = Membership.objects.select_for_update().filter(role=Role.OWNER, user__is_active=True)
    found = [owner.pk for owner in owners]
    return membership.pk in found and len(found) == 1


def elsewhere(user: User, tenant_id: uuid.UUID) -> int:
    """In how many other libraries somebody is."""
    with across_tenants(WHY):
        return Membership.objects.filter(user=user).exclude(tenant_id=tenant_id).count()


def leave(*, user: User, tenant_id: uuid.UUID, is_whole: bool) -> list[Departure]:
    """Leave one tenant, or (`is_whole`) all of them and end the account; whoever leaves their last one ends it too. Raises
    `CannotLeave` for the last owner of a tenant, for operators, and where there is nothing to leave."""
    if user.is_superuser:
        raise CannotLeave("You run this platform. Let another operator take that mark from you first.")
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        all_of_them = _memberships(user)
        here = [one for one in all_of_them if one.tenant_id == tenant_id]
        if not here:
            raise CannotLeave("You are no member here.")
        is_whole = is_whole or len(all_of_them) == 1
        made = [_depart(one, is_whole=is_whole) for one in (all_of_them if is_whole else here)]
        if is_whole:
            _close_account(user)
    return made


def _memberships(user: User) -> list[Membership]:
    """Of all tenants; across them it is seen where they are, and no more."""
    with across_tenants(WHY):
        places = list(Membership.objects.filter(user=user).order_by("tenant_id").values_list("tenant_id", flat=True))
    found: list[Membership] = []
    for tenant_id in places:
        with scope(tenant_id):
            found += Membership.objects.filter(user=user).select_related("tenant")
    return found


def _depart(membership: Membership, *, is_whole: bool) -> Departure:
    user_id, tenant = membership.user_id, membership.tenant
    with scope(tenant):
        if is_last_owner(membership):
            raise CannotLeave(f"You are the last owner of {tenant.name}. Make somebody else an owner there first.")
        for room in _in_order():
            room.withdraw(user_id)
        # What the admin wrote of them before it had a log without names.
        LogEntry.objects.filter(object_id__in=[str(membership.pk), str(user_id)]).delete()
        membership.delete()
        audit.write(
            "account.deletion-asked" if is_whole else "account.left", actor=user_id, about=user_id, is_here=True
        )
        return Departure.objects.create(user_id=user_id, is_whole=is_whole)


def _close_account(user: User) -> None:
    """Nobody signs in with it any more, and it has no name: sessions and tokens end with the password."""
    AccessAttempt.objects.filter(username=user.email).delete()
    user.email, user.display_name, user.is_active = f"{user.pk}@left.invalid", "", False
    user.set_unusable_password()
    user.save(update_fields=["email", "display_name", "is_active", "password"])
    OutstandingToken.objects.filter(user_id=user.pk).delete()


def clear(*, settle_seconds: float = SETTLE_SECONDS) -> int:
    """One round of the chore, across all tenants; how many departures were finished."""
    now = timezone.now()
    with across_tenants("departures of all tenants are seen through"):
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        waiting = list(Departure.objects.filter(free, finished_at=None)[:AT_ONCE])
    finished = 0
    for departure in waiting:
        with scope(departure.tenant_id):
            until = timezone.now() + datetime.timedelta(seconds=LEASE_SECONDS)
            if not Departure.objects.filter(free, pk=departure.pk, finished_at=None).update(leased_until=until):
                continue  # another machine is at it
            try:
                if _came_back(departure) or (_take_away(departure) and departure.asked_at <= _ago(settle_seconds)):
                    _finish(departure)
                    finished += 1
            except Exception:
                log.exception("departure %s could not be seen through; it comes round again", departure.pk)
            finally:
                Departure.objects.filter(pk=departure.pk).update(leased_until=None)
    return finished


def _came_back(departure: Departure) -> bool:
    """Whoever was made a member again keeps what is still there, and what they have made since."""
    return not departure.is_whole and Membership.objects.filter(user_id=departure.user_id).exists()


def _take_away(departure: Departure) -> bool:
    """Whether nothing is left in any room."""
    ends_at = time.monotonic() + ROUND_SECONDS
    for room in _in_order():
        while (left := room.remove(departure.user_id)) is Left.MORE:
            if time.monotonic() >= ends_at:
                return False
        if left is Left.WAITS:
            return False
    return True


def _finish(departure: Departure) -> None:
    """Mark it as done; with the last of an account's, the account goes. One at a time for each person, so that of two
    machines that finish the last two tenants, the second one sees what the first did."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=departure.user_id).first()
        Departure.objects.filter(pk=departure.pk).update(finished_at=timezone.now())
        if departure.is_whole:
            audit.write("account.deleted", about=departure.user_id)
            with across_tenants(WHY):
                is_over = not Departure.objects.filter(user_id=departure.user_id, finished_at=None).exists()
            if is_over and user is not None:
                _end(user)


def _end(user: User) -> None:
    """The account goes, and with it what still names it in any tenant, such as where staff took somebody's membership away
    and their stories stayed. Each tenant's rows go under its own scope."""
    named = [
        (model, field)
        for model in apps.get_models()
        if issubclass(model, TenantRow)
        for field in model._meta.local_concrete_fields
        if field.related_model is User
    ]
    places: dict[uuid.UUID, list[tuple[type[TenantRow], Any]]] = {}
    with across_tenants(WHY):
        for model, field in named:
            where = model.objects.filter(**{field.name: user}).order_by().values_list("tenant_id", flat=True)
            for tenant_id in set(where):
                places.setdefault(tenant_id, []).append((model, field))
    for tenant_id, found in places.items():
        with scope(tenant_id):
            for model, field in found:
                rows = model.objects.filter(**{field.name: user})
                if field.remote_field.on_delete is CASCADE:
                    rows.delete()
                else:
                    rows.update(**{field.name: None})
    user.delete()


def _in_order() -> list[Room]:
    return sorted(_rooms.values(), key=lambda room: room.stage)


def _ago(seconds: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(seconds=seconds)
