"""Who asks: everybody there is in two libraries, and one who belongs to both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client

from accounts import tokens
from accounts.models import Membership, Role, Tenant, User
from accounts.tenancy import scope
from tests.conftest import World

HOSTS = {"fablewright": "localhost", "harbour": "harbour.localhost"}
TIERS = {"fablewright": "kids", "harbour": "tales"}
ROLES = ("reader", "author", "staff", "owner")


@dataclass(frozen=True)
class Person:
    """`name` heads a column. `homes` are the slugs of the tenants whose member it is, the first for where it is not one."""

    name: str
    user: User | None
    homes: tuple[str, ...] = ()


def everybody(world: World) -> list[Person]:
    """The columns, from left to right."""
    people = [Person("guest", None)]
    people += [Person(f"F {role}", world.user(role), ("fablewright",)) for role in ROLES]
    with scope(world.harbour):
        for role in ROLES[:3]:
            user = User.objects.create_user(f"harbour-{role}@example.com", "a-long-password")
            Membership.objects.create(user=user, role=Role(role))
            people.append(Person(f"H {role}", user, ("harbour",)))
    people.append(Person("H owner", world.user("harbour-owner"), ("harbour",)))
    both = User.objects.create_user("both@example.com", "a-long-password")
    for tenant, role in ((world.tenant, Role.AUTHOR), (world.harbour, Role.READER)):
        with scope(tenant):
            Membership.objects.create(user=both, role=role)
    return [*people, Person("both", both, ("fablewright", "harbour"))]


def tenants(world: World) -> dict[str, Tenant]:
    return {"fablewright": world.tenant, "harbour": world.harbour}


def session_of(person: Person) -> Any:
    """One for all hosts, as a copied cookie would be."""
    if person.user is None:
        return None
    client = Client()
    client.force_login(person.user)
    return client.session


def browser(session: Any, host: str) -> Client:
    client = Client(HTTP_HOST=HOSTS[host], raise_request_exception=False)
    if session is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def bearer(person: Person, host: str, there: dict[str, Tenant]) -> str:
    """The header of a program of theirs: with a token of the host where they belong to it, else with one from home."""
    if person.user is None:
        return ""
    home = there[host if host in person.homes else person.homes[0]]
    return f"Bearer {tokens.begin(person.user, home)['access']}"


def program(said_to_be: str, host: str) -> Client:
    said: dict[str, Any] = {"HTTP_AUTHORIZATION": said_to_be} if said_to_be else {}
    return Client(HTTP_HOST=HOSTS[host], raise_request_exception=False, **said)
