"""Pictures that go along with a Runway task: inside it where they are small enough, else laid down first.

Laying a picture down costs nothing, and the purchase is not sent before it is done: all that goes wrong here is passing.
"""

from __future__ import annotations

from generation.providers.answers import by_status
from generation.providers.contract import Input
from generation.providers.errors import ProviderError, Transient
from generation.providers.openai_shape.results import data_url
from generation.providers.wire import Wire

MAX_URI = 5 * 1024**2
"""Longest data url, in characters, that a task may hold."""


def uri_of(given: Input, wire: Wire, *, trusted: bool, seconds: float) -> str:
    """The address under which a task finds the picture. `trusted` where an operator set the base url of `wire`."""
    url = data_url(given)
    return url if len(url) <= MAX_URI else _laid_down(given, wire, trusted=trusted, seconds=seconds)


def _laid_down(given: Input, wire: Wire, *, trusted: bool, seconds: float) -> str:
    name = f"picture.{given.media_type.rpartition('/')[2]}"
    answer = wire.post("v1/uploads", json={"filename": name, "type": "ephemeral"}, seconds=seconds, safe=True)
    if not answer.is_good:
        raise by_status(answer, field="inputs")
    said = answer.json()
    url, fields, uri = said.get("uploadUrl"), said.get("fields"), said.get("runwayUri")
    if not (isinstance(url, str) and isinstance(fields, dict) and isinstance(uri, str) and uri.startswith("runway://")):
        raise Transient("no place for a picture was told")
    # Another host, which must not get the key: a wire of its own. It is trusted only if it is the operator's own server.
    place = Wire(url, trusted=trusted and wire.may_have_key(url))
    try:
        laid = place.post(
            url,
            fields={str(name): str(value) for name, value in fields.items()},
            files=[("file", (name, given.read(), given.media_type))],
            seconds=seconds,
            safe=True,
        )
    except ProviderError as error:
        raise Transient(f"the picture was not laid down: {error}") from error
    finally:
        place.close()
    if not laid.is_good:
        raise Transient(f"the picture was not laid down: {laid.status}: {laid.told()}")
    return uri
