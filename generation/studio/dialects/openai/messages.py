"""A conversation as one request for text. Pure.

The engine's models are asked once: rules and a prompt. So the texts of `system` and `developer` are the rules, in order. A
single message of the user's is the prompt as it stands. A longer conversation becomes a transcript, each message under the
name of who said it, with a last line that asks for the next answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation.studio.dialects.openai.errors import Unsupported
from generation.studio.errors import WrongWish
from generation.studio.wishes import Brought

RULES = ("system", "developer")
SPEAKERS = {"user": "User", "assistant": "Assistant"}
MAX_MESSAGES = 1_000
ANSWER = "Write what Assistant says next, without the name before it."
KNOWN = frozenset({"role", "content", "name"})
NAME_LENGTH = 64
NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{NAME_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Folded:
    """`system` and `prompt` for the engine, and the pictures that came along with the messages."""

    system: str
    prompt: str
    pictures: tuple[Brought, ...] = ()


def fold(messages: Any) -> Folded:
    """Read the `messages` of a request. Raises `WrongWish` naming the place, such as `messages[2].content[0]`."""
    if not isinstance(messages, list) or not messages:
        raise WrongWish("messages is missing: send a list of at least one message.", field="messages")
    if len(messages) > MAX_MESSAGES:
        raise WrongWish(f"messages are more than {MAX_MESSAGES:,}. Leave the oldest out.", field="messages")
    rules: list[str] = []
    said: list[tuple[str, str]] = []
    pictures: list[Brought] = []
    for number, message in enumerate(messages):
        place = f"messages[{number}]"
        role = _role(message, place)
        text = _text(message.get("content"), f"{place}.content", pictures, is_user=role == "user")
        if role in RULES:
            rules.append(text)
        else:
            said.append((_speaker(role, message.get("name"), place), text))
    if not any(text.strip() for _, text in said):
        raise WrongWish("messages hold nothing that a user said. Add a message with the role “user”.", field="messages")
    return Folded("\n\n".join(text for text in rules if text.strip()), _prompt(said), tuple(pictures))


def _prompt(said: list[tuple[str, str]]) -> str:
    if len(said) == 1 and said[0][0] == SPEAKERS["user"]:
        return said[0][1]
    return "\n\n".join([*(f"{speaker}: {text}" for speaker, text in said), ANSWER])


def _role(message: Any, place: str) -> str:
    if not isinstance(message, Mapping):
        raise WrongWish(f"{place} must be an object with a role and a content.", field=place)
    role = message.get("role")
    if not isinstance(role, str) or role not in (*RULES, *SPEAKERS):
        known = ", ".join((*RULES, *SPEAKERS))
        raise Unsupported(f"{place}.role is none that is taken here ({known}).", field=f"{place}.role")
    for name, value in message.items():
        if name not in KNOWN and value not in (None, "", [], {}):  # an answer that is sent back has its empty fields
            called = f"{place}.{str(name)[:60]}"
            raise Unsupported(f"{called} is not taken here: leave it out.", field=called)
    return role


def _speaker(role: str, name: Any, place: str) -> str:
    if name is None or name == "":
        return SPEAKERS[role]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        said = f"{place}.name must be letters, digits, “-” and “_”, {NAME_LENGTH} of them at most."
        raise WrongWish(said, field=f"{place}.name")
    return f"{SPEAKERS[role]} ({name})"


def _text(content: Any, place: str, pictures: list[Brought], *, is_user: bool) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise WrongWish(f"{place} must be text, or a list of parts.", field=place)
    return "\n".join(
        _part(part, f"{place}[{number}]", pictures, is_user=is_user) for number, part in enumerate(content)
    )


def _part(part: Any, place: str, pictures: list[Brought], *, is_user: bool) -> str:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind == "image_url" and is_user:
        given = part.get("image_url")
        address = given.get("url") if isinstance(given, Mapping) else None
        if not isinstance(address, str) or not address:
            raise WrongWish(f"{place}.image_url.url is missing: give the picture's address.", field=place)
        pictures.append(Brought("reference", address, place))
        return f"[picture {len(pictures)}]"
    raise Unsupported(f"{place} is not taken here: a part has the type “text”, or “image_url” of a user.", field=place)
