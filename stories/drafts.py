"""Provider text -> SceneDraft. Pure. What a model wrote is data: checked against the schema, cleaned, cut to size."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from stories.prompts import SCENE_SCHEMA

MAX_TEXT = 12_000
FENCE = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)
_validator = Draft202012Validator(SCENE_SCHEMA)


class Unusable(Exception):
    """The answer cannot become a scene; the text says why, for the model that is asked again."""


@dataclass(frozen=True, slots=True)
class SceneDraft:
    story_title: str
    title: str
    text: str
    picture: str
    alt: str
    film: str
    choices: tuple[str, ...]
    is_ending: bool
    ending_name: str
    memory: str


def read(answer: str, *, must_end: bool) -> SceneDraft:
    """The scene in a model's answer. Raises `Unusable`.

    Where an ending was asked for, the scene is one, whatever the model said. Where none was asked for, the scene needs
    two ways on.
    """
    try:
        found = _parse(answer)
        wrong = next(iter(_validator.iter_errors(found)), None)
    except RecursionError as error:
        raise Unusable("the answer is nested too deeply") from error
    if wrong is not None:
        where = "/".join(str(part) for part in wrong.absolute_path) or "the answer"
        raise Unusable(f"{where}: {wrong.message[:200]}")
    text = clean(found["text"], keep_lines=True)
    if len(text) < 40:
        raise Unusable("text: too short to be a scene")
    if len(text) > MAX_TEXT:
        raise Unusable(f"text: longer than {MAX_TEXT} characters")
    choices = _distinct(clean(choice)[:300] for choice in found["choices"])[:4]
    is_ending = must_end
    if not is_ending and len(choices) < 2:
        raise Unusable("choices: a scene that is no ending needs at least two different ones")
    return SceneDraft(
        story_title=clean(found["story_title"])[:120] or "A story without a name",
        title=clean(found["title"])[:120],
        text=text,
        picture=clean(found["picture"])[:2000] or clean(text)[:400],
        alt=clean(found["alt"])[:300] or clean(found["picture"])[:300],
        film=clean(found["film"])[:500],
        choices=() if is_ending else tuple(choices),
        is_ending=is_ending,
        ending_name=(clean(found["ending_name"])[:120] or "The end") if is_ending else "",
        memory=clean(found["memory"], keep_lines=True)[:4000],
    )


def clean(text: str, *, keep_lines: bool = False) -> str:
    """Text without control and invisible formatting characters, its white space in order. What people type and what
    models write both pass through here."""
    # After the stripping, which may bring letters and their marks together.
    text = unicodedata.normalize("NFC", stripped(text))
    if not keep_lines:
        return " ".join(text.split())
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    return "\n\n".join(part for part in paragraphs if part)


def stripped(text: str) -> str:
    """Text without control and invisible formatting characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Format characters (Cf) hide words and turn lines around, but two of them join letters in scripts that need it.
    return "".join(
        c for c in text if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def _parse(answer: str) -> Any:
    fenced = FENCE.match(answer)
    try:
        return json.loads(fenced.group(1) if fenced else answer)
    except ValueError as error:
        raise Unusable("the answer is no JSON object") from error


def _distinct(texts: Any) -> list[str]:
    seen: dict[str, str] = {}
    for text in texts:
        if text:
            seen.setdefault(text.casefold(), text)
    return list(seen.values())
