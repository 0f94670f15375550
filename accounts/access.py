"""Who may do what: the only place that decides.

Two questions are answered here. `admits(door)` stands on every view and says who may come in at all; a guard test fails
when a route has none. `allows(actor, verb, thing)` says whether this actor may do this to that thing; the thing tells only
its tenant, owner and visibility, so no room's rows are known here. What an actor may not see is a 404.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Role, SecondFactor, Tier

STAFF_ROLES = frozenset({Role.OWNER, Role.STAFF})
AUTHOR_ROLES = frozenset({Role.OWNER, Role.STAFF, Role.AUTHOR})


class Door(StrEnum):
    """Who may come in at a route."""

    PUBLIC = "public"
    """Anybody at a known host."""
    TIER = "tier"
    """Anybody who may play in the tier of the address: members, and guests where the tier allows them."""
    MEMBER = "member"
    """Signed in, with a membership at this host."""
    AUTHOR = "author"
    """Author or more of this tenant: the doors without a tier, where things are made."""
    STAFF = "staff"
    """Owner or staff of this tenant, or an operator of the platform."""
    MACHINE = "machine"
    """Whoever watches the install; needs no tenant."""


class Verb(StrEnum):
    READ = "read"
    PLAY = "play"
    PUBLISH = "publish"
    CHANGE = "change"
    """Make more of what one has made, or throw it away."""


class Visibility(StrEnum):
    PRIVATE = "private"
    PUBLISHED = "published"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as seen at this host. `role` is None for a stranger."""

    tenant_id: uuid.UUID | None
    user_id: uuid.UUID | None = None
    role: Role | None = None
    is_guest: bool = False
    is_operator: bool = False

    @property
    def is_staff(self) -> bool:
        return self.is_operator or self.role in STAFF_ROLES

    @property
    def is_member(self) -> bool:
        return self.user_id is not None and not self.is_guest and (self.role is not None or self.is_operator)

    @property
    def is_author(self) -> bool:
        return self.is_operator or self.role in AUTHOR_ROLES


class Barred(PermissionDenied):
    """Signed in, known, and not let in. The text is fit for a person and says what would help."""


class Thing(Protocol):
    """What `allows` needs to know of a row."""

    @property
    def tenant_id(self) -> uuid.UUID: ...

    @property
    def owner_id(self) -> uuid.UUID | None: ...

    @property
    def visibility(self) -> str: ...


def allows(actor: Actor, verb: Verb, thing: Thing) -> bool:
    """Whether `actor` may do `verb` to `thing`."""
    if actor.tenant_id is None or thing.tenant_id != actor.tenant_id:
        return False
    owns = actor.user_id is not None and thing.owner_id == actor.user_id
    if verb in (Verb.PLAY, Verb.CHANGE):
        return owns and (thing.visibility != Visibility.HIDDEN or actor.is_staff)
    if verb is Verb.PUBLISH:
        return actor.is_staff or (owns and actor.is_author)
    if thing.visibility == Visibility.HIDDEN:
        return actor.is_staff
    return owns or actor.is_staff or thing.visibility == Visibility.PUBLISHED


def may_enter(actor: Actor, tier: Tier) -> bool:
    """Whether `actor` may play in `tier`."""
    if not tier.is_open:
        return actor.is_staff
    return actor.is_member or tier.guests_may_play


def enterable(actor: Actor, *, tier: str = "") -> Q:
    """The condition of `may_enter` for rows of a list, given the path to their tier."""
    if actor.is_staff:
        return Q()
    path = f"{tier}__" if tier else ""
    is_open = Q(**{f"{path}is_open": True})
    return is_open if actor.is_member else is_open & Q(**{f"{path}guests_may_play": True})


def owned_or_published(actor: Actor, *, owner: str, visibility: str) -> Q:
    """The condition under which rows of a list may be read, given the paths of their owner and visibility columns."""
    published = Q(**{visibility: Visibility.PUBLISHED})
    if actor.user_id is None:
        return published
    own = Q(**{owner: actor.user_id}) & ~Q(**{visibility: Visibility.HIDDEN})
    return own | published


Row = TypeVar("Row")


def find(rows: QuerySet[Any], actor: Actor, verb: Verb, **lookup: Any) -> Any:
    """The row, or 404 where there is none or this actor may not do `verb` to it."""
    row = rows.filter(**lookup).first()
    if row is None or not allows(actor, verb, row):
        raise Http404("There is nothing here.")
    return row


View = TypeVar("View", bound=Callable[..., Any])


def admits(door: Door) -> Callable[[View], View]:
    """Say who may come in at a view, and keep the others out. Works on functions and on classes of views."""

    def mark(view: View) -> View:
        if isinstance(view, type):
            view.door = door  # type: ignore[attr-defined]
            if hasattr(view, "perform_authentication"):
                # A view of DRF authenticates inside; its permission class (`accounts.authentication.Admitted`) reads the door.
                return view  # type: ignore[return-value]
            inner = view.dispatch  # type: ignore[attr-defined]

            @wraps(inner)
            def dispatch(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                turned_away = turn_away(door, request)
                return turned_away if turned_away is not None else inner(self, request, *args, **kwargs)

            view.dispatch = dispatch  # type: ignore[attr-defined]
            return view  # type: ignore[return-value]

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            turned_away = turn_away(door, request)
            return turned_away if turned_away is not None else view(request, *args, **kwargs)

        guarded.door = door  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def turn_away(door: Door, request: Any) -> HttpResponse | None:
    """None where the actor may come in; a redirect to sign in where that would help, or to setting up a second factor where
    the tenant asks its staff for one; 404 where neither would."""
    if not is_admitted(door, request.actor, getattr(request, "tier", None)):
        return redirect_to_login(request.get_full_path())
    if door is Door.STAFF and lacks_second_factor(request):
        return redirect("second-factor")
    return None


def lacks_second_factor(request: Any) -> bool:
    """Whether this tenant's staff rooms stay shut to this member of staff until they have set one up."""
    if not request.tenant.staff_need_second_factor:
        return False
    return not SecondFactor.objects.filter(user_id=request.actor.user_id, confirmed=True).exists()


def is_admitted(door: Door, actor: Actor, tier: Tier | None) -> bool:
    """Whether `actor` may come in at `door`. Where signing in would not help it raises: 404 for a closed tier, and for staff
    rooms to members who are no staff; `Barred` for members who are no authors."""
    if door in (Door.PUBLIC, Door.MACHINE):
        return True
    if door is Door.MEMBER:
        return actor.is_member
    if door is Door.AUTHOR:
        if actor.is_member and not actor.is_author:
            raise Barred("This is for authors. Ask the staff of this library for the role.")
        return actor.is_author
    if door is Door.STAFF:
        if actor.is_member and not actor.is_staff:
            raise Http404("There is nothing here.")
        return actor.is_staff
    if tier is None or (not tier.is_open and not actor.is_staff):
        raise Http404("There is nothing here.")
    return may_enter(actor, tier)
