"""Viewing as somebody else: staff see the pages that one of their readers sees, to help them, and can change nothing.

It is begun from a membership's page in the admin with a reason, ends by itself after half an hour, and is on record with its
beginning, every page that was seen, and its end. Nobody looks through the eyes of somebody with more rights than their own, of
an operator, or of another tenant's people; all of that is asked anew with every request. It stands in the session of whoever
looks, so programs, which have none, know nothing of it.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.http import HttpResponse

from accounts import audit
from accounts.access import Actor, Barred
from accounts.actors import actor_for, seen_as
from accounts.models import Membership, Role, Tenant, User

KEY = "viewing"
"""In the session: {"as", "by", "tenant", "reason", "until"}."""
LONGEST_SECONDS = 30 * 60
END = "/account/view-as/end"
MAY_ALWAYS = frozenset({END, "/sign-out/"})
SHUT = ("/admin/", "/account/", "/api/", "/auth/", "/v1/", "/generate/", "/image/", "/video/", "/mcp")
"""Where a person's keys, data and password are, where staff rule, and where programs come in."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOKING = (
    "You are looking at this as somebody else, and may only look. End that first; the button stands on top of the page."
)
OVER = "You no longer look at this as somebody else, so nothing was changed. Open the page anew."


class CannotView(ValueError):
    """It was not begun. The sentence says why."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """One that is going on. `viewer` is whose hand it is, `viewed` whose eyes."""

    viewer: User
    viewer_actor: Actor
    viewed: User
    reason: str
    until: datetime


def may_view(actor: Actor, membership: Membership) -> bool:
    """Whether `actor` may see what this member sees: staff, and nobody with more rights than their own, nor themselves."""
    viewed = membership.user
    if not actor.is_staff or membership.tenant_id != actor.tenant_id or viewed.pk == actor.user_id:
        return False
    return viewed.is_active and not viewed.is_superuser and _rank(membership.role) >= _own_rank(actor)


def begin(request: Any, membership: Membership, *, reason: str) -> None:
    """Look through the member's eyes from the next request on. Raises `CannotView`."""
    if not may_view(request.actor, membership):
        raise CannotView("You may look as people with no more rights than yours, and not as an operator.")
    if not reason.strip():
        raise CannotView("Write why you have to see what they see. It is kept on record.")
    until = int(time.time()) + LONGEST_SECONDS
    request.session[KEY] = {
        "as": str(membership.user_id), "by": str(request.actor.user_id), "tenant": str(request.tenant.pk),
        "reason": reason.strip()[:300], "until": until,
    }  # fmt: skip
    audit.write(
        "view-as.began", about=membership.user_id,
        detail={"reason": reason.strip()[:300], "until": datetime.fromtimestamp(until, UTC).isoformat()},
    )  # fmt: skip


def enter(request: Any) -> None:
    """Make the request the viewed person's where its session says so. Raises `Barred` for what is not looking; a view that is
    over ends here, and only what cannot change anything goes on as the viewer's own."""
    said = request.session.get(KEY)
    if said is None:
        return
    found = _still_valid(said, request.user, request.tenant)
    if isinstance(found, str):
        _end(request, said, found)
        if request.method not in SAFE and request.path not in MAY_ALWAYS:
            raise Barred(OVER)
        return
    request.viewing = found
    request.user, request.auser = found.viewed, partial(_again, found.viewed)
    request.actor = actor_for(found.viewed, request.tenant)
    if request.path in MAY_ALWAYS:
        return
    if request.method not in SAFE or request.path.startswith(SHUT):
        raise Barred(LOOKING)


def note(request: Any, response: HttpResponse) -> None:
    """Put a page that was seen on record; files, and what pages ask for by themselves, belong to their page."""
    viewing = getattr(request, "viewing", None)
    if viewing is None or request.path in MAY_ALWAYS or response.status_code != 200:
        return
    if response.get("Content-Type", "").startswith("text/html"):
        audit.write("view-as.saw", about=viewing.viewed.pk, detail={"path": request.path[:300]})


def end(request: Any, *, why: str = "ended") -> uuid.UUID | None:
    """See with one's own eyes again. Whom one has been looking as, None where nobody."""
    said = request.session.get(KEY)
    if said is None:
        return None
    _end(request, said, why)
    return uuid.UUID(said["as"])


def through(session: Any, user: Any, tenant: Tenant) -> Any:
    """Whose eyes a socket of this session has, given the user that it names: the same as its pages; None where a view is
    over and nobody has said so yet."""
    said = session.get(KEY)
    if said is None:
        return user
    found = _still_valid(said, user, tenant)
    return None if isinstance(found, str) else found.viewed


def _end(request: Any, said: dict[str, Any], why: str) -> None:
    request.session.pop(KEY, None)
    if said["tenant"] == str(request.tenant.pk):
        audit.write("view-as.ended", actor=uuid.UUID(said["by"]), about=uuid.UUID(said["as"]), detail={"why": why})


def _still_valid(said: dict[str, Any], user: Any, tenant: Tenant) -> Viewing | str:
    """The view, or the word for why it is over. Both people are looked up anew."""
    if said["until"] <= time.time():
        return "expired"
    if said["tenant"] != str(tenant.pk):
        return "elsewhere"
    if not user.is_authenticated or str(user.pk) != said["by"]:
        return "signed out"
    members = {
        str(one.user_id): one
        for one in Membership.objects.filter(user_id__in=[said["as"], said["by"]]).select_related("user")
    }
    viewed = members.get(said["as"])
    viewer_actor = seen_as(user, members.get(said["by"]), tenant)
    if viewed is None or not may_view(viewer_actor, viewed):
        return "no longer allowed"
    until = datetime.fromtimestamp(said["until"], UTC)
    return Viewing(user, viewer_actor, viewed.user, said["reason"], until)


def _rank(role: str) -> int:
    """From most to least, as `Role` lists them."""
    return list(Role).index(Role(role))


def _own_rank(actor: Actor) -> int:
    return -1 if actor.is_operator or actor.role is None else _rank(actor.role)


async def _again(user: User) -> User:
    return user
