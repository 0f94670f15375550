"""Pictures that come along with a body: each is a text, a data address, an https address, or the id or address of a picture
of one's own. They are read by `generation.studio.bringing` once all else is known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.providers.contract import Kind
from generation.studio.bringing import MAX_BROUGHT
from generation.studio.errors import WrongWish
from generation.studio.wishes import Brought

REMEDY = "a data address, an https address, or the id of an upload or of a picture of yours"


def one(value: Any, *, role: str, field: str) -> list[Brought]:
    """The picture in a field, or none. Raises `WrongWish`."""
    if value is None or value == "":
        return []
    if not isinstance(value, str):
        raise WrongWish(f"{field} must be {REMEDY}.", field=field)
    return [Brought(role, value, field)]


def several(value: Any, *, role: str, field: str) -> list[Brought]:
    """The pictures of a list. Raises `WrongWish` naming the one that is wrong."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise WrongWish(f"{field} must be a list, and each of it {REMEDY}.", field=field)
    if len(value) > MAX_BROUGHT:
        raise WrongWish(f"{field} may hold {MAX_BROUGHT} pictures at most.", field=field)
    found: list[Brought] = []
    for place, each in enumerate(value):
        name = f"{field}[{place}]"
        read = one(each, role=role, field=name)
        if not read:
            raise WrongWish(f"{name} is empty: it must be {REMEDY}.", field=name)
        found += read
    return found


FIELDS: Mapping[Kind, Mapping[str, str]] = {
    Kind.TEXT: {},
    Kind.IMAGE: {"image_url": "source", "mask": "mask", "reference_images": "reference"},
    Kind.VIDEO: {
        "input_image_url": "first_frame", "last_frame": "last_frame", "mask": "mask", "reference_images": "reference",
    },
}  # fmt: skip
"""Fields of a body that name pictures, and the role of each."""
LISTS = frozenset({"reference_images"})


def taken_out(kind: Kind, given: Mapping[str, Any], path: str = "") -> tuple[dict[str, Any], list[Brought]]:
    """What else was given, and the pictures. `path` stands before their fields' names: "settings.image."."""
    roles = FIELDS[kind]
    found: list[Brought] = []
    for name, role in roles.items():
        read = several if name in LISTS else one
        found += read(given.get(name), role=role, field=f"{path}{name}")
    return {name: value for name, value in given.items() if name not in roles}, found
