"""Who may do what: the whole table, written out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.http import Http404

from accounts.access import (
    Actor,
    Barred,
    Door,
    Verb,
    Visibility,
    allows,
    find,
    is_admitted,
    may_enter,
    owned_or_published,
)
from accounts.models import Role, Tier
from accounts.tenancy import scope
from stories.models import Story
from tests.stories import worker

HERE, THERE, ME, ANOTHER = (uuid.UUID(int=number) for number in range(1, 5))


@dataclass(frozen=True)
class Thing:
    tenant_id: uuid.UUID
    owner_id: uuid.UUID | None
    visibility: str


ACTORS = {
    "stranger": Actor(HERE),
    "guest": Actor(HERE, ME, Role.GUEST, is_guest=True),
    "reader": Actor(HERE, ME, Role.READER),
    "author": Actor(HERE, ME, Role.AUTHOR),
    "staff": Actor(HERE, ME, Role.STAFF),
    "owner": Actor(HERE, ME, Role.OWNER),
    "operator": Actor(HERE, ME, None, is_operator=True),
    "operator who plays": Actor(HERE, ME, Role.READER, is_operator=True),
    "nowhere": Actor(None),
    "operator nowhere": Actor(None, ME, None, is_operator=True),
}
# r: read, p: play, s: publish (show). A dash where nothing is allowed. "nobody's" has no owner: its user was deleted.
TABLE = """
                     own                          another's                    nobody's
                     private published hidden     private published hidden     private published hidden
stranger             -       -         -          -       r         -          -       r         -
guest                rp      rp        -          -       r         -          -       r         -
reader               rp      rp        -          -       r         -          -       r         -
author               rps     rps       s          -       r         -          -       r         -
staff                rps     rps       rps        rs      rs        rs         rs      rs        rs
owner                rps     rps       rps        rs      rs        rs         rs      rs        rs
operator             rps     rps       rps        rs      rs        rs         rs      rs        rs
operator who plays   rps     rps       rps        rs      rs        rs         rs      rs        rs
nowhere              -       -         -          -       -         -          -       -         -
operator nowhere     -       -         -          -       -         -          -       -         -
"""
LETTERS = {Verb.READ: "r", Verb.PLAY: "p", Verb.PUBLISH: "s"}


def table() -> dict[tuple[str, str, str], str]:
    rows = {}
    for line in TABLE.strip().splitlines()[2:]:
        name, cells = line[:21].strip(), line[21:].split()
        for (whose, visibility), cell in zip(product(("own", "another's", "nobody's"), Visibility), cells, strict=True):
            rows[name, whose, visibility.value] = cell.strip("-")
    return rows


EXPECTED = table()


def thing(actor: Actor, whose: str, visibility: str, tenant: uuid.UUID = HERE) -> Thing:
    # A stranger owns nothing: what is "own" to everybody else is nobody's here.
    owner = {"own": actor.user_id, "another's": ANOTHER, "nobody's": None}[whose]
    return Thing(tenant, owner, visibility)


def test_the_table_is_whole() -> None:
    assert set(EXPECTED) == set(product(ACTORS, ("own", "another's", "nobody's"), [v.value for v in Visibility]))


@pytest.mark.parametrize("name", ACTORS)
def test_what_is_allowed(name: str) -> None:
    actor = ACTORS[name]
    found = {}
    for (who, whose, visibility), expected in EXPECTED.items():
        if who != name:
            continue
        if name == "stranger" and whose == "own":
            found[whose, visibility] = expected  # there is no such thing
            continue
        row = thing(actor, whose, visibility)
        found[whose, visibility] = "".join(letter for verb, letter in LETTERS.items() if allows(actor, verb, row))
    assert found == {key[1:]: value for key, value in EXPECTED.items() if key[0] == name}


@pytest.mark.parametrize("name", ACTORS)
def test_nothing_is_allowed_with_another_tenants_thing(name: str) -> None:
    actor = ACTORS[name]
    allowed = [
        (verb, whose, visibility)
        for verb, whose, visibility in product(Verb, ("own", "another's", "nobody's"), Visibility)
        if allows(actor, verb, thing(actor, whose, visibility, tenant=THERE))
    ]
    assert allowed == []


def test_a_stranger_does_not_own_what_nobody_owns() -> None:
    assert not allows(Actor(HERE), Verb.READ, Thing(HERE, None, "private"))
    assert not allows(Actor(HERE), Verb.PLAY, Thing(HERE, None, "published"))


ROOMS = {
    # door and tier: who of ACTORS comes in; "404" where signing in would not help
    (Door.PUBLIC, None): set(ACTORS),
    (Door.MACHINE, None): set(ACTORS),
    (Door.MEMBER, None): {"reader", "author", "staff", "owner", "operator", "operator who plays", "operator nowhere"},
    (Door.AUTHOR, None): {"author", "staff", "owner", "operator", "operator who plays", "operator nowhere"},
    (Door.STAFF, None): {"staff", "owner", "operator", "operator who plays", "operator nowhere"},
    (Door.TIER, "guests"): set(ACTORS),
    (Door.TIER, "members"): {
        "reader", "author", "staff", "owner", "operator", "operator who plays", "operator nowhere",
    },
    (Door.TIER, "closed"): {"staff", "owner", "operator", "operator who plays", "operator nowhere"},
    (Door.TIER, None): set(),
}  # fmt: skip
NOT_FOUND = {
    (Door.STAFF, None): {"reader", "author"},
    (Door.TIER, "closed"): {"stranger", "guest", "reader", "author", "nowhere"},
    (Door.TIER, None): set(ACTORS),
}
BARRED = {(Door.AUTHOR, None): {"reader"}}
"""Known, and told what would let them in."""
TIERS = {
    "guests": Tier(slug="a", is_open=True, guests_may_play=True),
    "members": Tier(slug="b", is_open=True, guests_may_play=False),
    "closed": Tier(slug="c", is_open=False, guests_may_play=True),
    None: None,
}


@pytest.mark.parametrize(("door", "tier"), ROOMS, ids=str)
def test_who_comes_in(door: Door, tier: str | None) -> None:
    let_in, not_found, barred = set(), set(), set()
    for name, actor in ACTORS.items():
        try:
            if is_admitted(door, actor, TIERS[tier]):
                let_in.add(name)
        except Http404:
            not_found.add(name)
        except Barred:
            barred.add(name)
    expected = (ROOMS[door, tier], NOT_FOUND.get((door, tier), set()), BARRED.get((door, tier), set()))
    assert (let_in, not_found, barred) == expected


def test_every_door_has_its_line() -> None:
    assert {door for door, _ in ROOMS} == set(Door)


def test_may_enter_says_the_same_as_the_tiers_door() -> None:
    for name, tier in TIERS.items():
        if tier is not None:
            assert {who for who, actor in ACTORS.items() if may_enter(actor, tier)} == ROOMS[Door.TIER, name]


@pytest.mark.django_db
def test_a_list_holds_what_may_be_read_one_by_one(world: Any) -> None:
    """The condition for lists and the decision about rows agree, but for staff, whose lists are not the public shelf."""
    with scope(world.tenant):
        for name, state in (
            ("reader", "private"), ("reader", "published"), ("reader", "hidden"), ("author", "private"),
            ("author", "published"), ("author", "hidden"),
        ):  # fmt: skip
            scene = worker.opened(world.user(name), world.kids)
            Story.objects.filter(id=scene.story_id).update(visibility=state)
        with scope(world.harbour):
            worker.opened(world.user("harbour-owner"), world.tales)
        for actor in (
            Actor(world.tenant.id),
            Actor(world.tenant.id, world.user("reader").id, Role.READER),
            Actor(world.tenant.id, world.user("author").id, Role.AUTHOR),
        ):
            listed = Story.objects.filter(owned_or_published(actor, owner="reader_id", visibility="visibility"))
            readable = {story.id for story in Story.objects.all() if allows(actor, Verb.READ, story)}
            assert {story.id for story in listed} == readable
            for story in Story.objects.all():
                if story.id in readable:
                    assert find(Story.objects.all(), actor, Verb.READ, id=story.id) == story
                else:
                    with pytest.raises(Http404):
                        find(Story.objects.all(), actor, Verb.READ, id=story.id)
