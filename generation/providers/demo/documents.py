"""A document that satisfies a JSON schema, filled with sentences from the storylets. Pure.

Knows objects, arrays, strings, numbers, booleans, null, `enum`, `const`, `$ref` into the same schema, `anyOf`, `oneOf` and
`allOf`, and the usual bounds. Of `pattern` it knows only what a few plain words or digits satisfy; for others it gives its
best guess, as any model would.
"""

from __future__ import annotations

import datetime
import math
import random
import re
import uuid
from collections.abc import Mapping
from typing import Any

from generation.providers.demo.storylets import plain
from generation.providers.demo.storylets.weave import chance

DEEPEST = 12
MOST_ITEMS = 12
MOST_CHARACTERS = 4_000
_LONG = re.compile(r"(?i)text|body|story|content|narrat|article|paragraph|prose|answer|message|essay")
_TITLE = re.compile(r"(?i)title|heading|headline|name|label|subject|chapter")
_PATTERN_TRIES = (
    "tale",
    "Tale",
    "TALE",
    "a",
    "A",
    "1",
    "7",
    "42",
    "2026",
    "tale-1",
    "#a06040",
    "00:10",
    "1:1",
    "en",
    "en-GB",
)


def document(schema: Mapping[str, Any], prompt: str, seed: int) -> Any:
    """A value that satisfies `schema`; the same for the same prompt and seed."""
    return _Writer(schema, prompt, seed).value(schema, "", 0)


class _Writer:
    def __init__(self, schema: Mapping[str, Any], prompt: str, seed: int) -> None:
        self.root, self.prompt, self.seed = schema, prompt, seed
        self.rng: random.Random = chance("document", seed, prompt)
        self.title, self.titles = plain.headings(prompt, seed)
        self.sentences = plain.sentences(prompt, seed) or ["A lamp was lit."]
        self.told = 0
        self.named = 0

    def value(self, schema: Any, name: str, depth: int) -> Any:
        if not isinstance(schema, Mapping):
            return None  # `true`: anything goes
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self.rng.choice(schema["enum"])
        kind = self._kind(schema, depth)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if kind in ("integer", "number"):
            return self._number(schema, name, whole=kind == "integer")
        if kind == "boolean":
            return self.rng.random() < 0.5
        return None if kind == "null" else self._string(schema, name)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        for _ in range(DEEPEST):
            if isinstance(schema.get("$ref"), str):
                found: Any = self.root
                for step in schema["$ref"].lstrip("#").strip("/").split("/"):
                    found = found.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, dict) else {}
                schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
            elif isinstance(schema.get("allOf"), list):
                schema = _merged([self._resolved(part) for part in schema["allOf"]], schema)
            elif choices := [
                part for key in ("anyOf", "oneOf") for part in schema.get(key, ()) if isinstance(part, dict)
            ]:
                # The first that says something: an optional value is given, not left out.
                part = next((one for one in choices if one.get("type") != "null"), choices[0])
                schema = {**{key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}, **part}
            else:
                break
        return schema

    def _kind(self, schema: Mapping[str, Any], depth: int) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            # Where a tree could go on for ever, "or null" is the way out.
            kind = (
                "null" if depth > DEEPEST and "null" in kind else next((one for one in kind if one != "null"), "null")
            )
        if isinstance(kind, str):
            return kind
        for key, means in (
            ("properties", "object"),
            ("items", "array"),
            ("minimum", "number"),
            ("minLength", "string"),
        ):
            if key in schema:
                return means
        return "string"

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        known = schema.get("properties")
        known = known if isinstance(known, Mapping) else {}
        required = [key for key in schema.get("required", ()) if isinstance(key, str)]
        keys = list(dict.fromkeys([*known, *required])) if depth <= DEEPEST // 2 else required
        made = {key: self.value(known.get(key, {}), key, depth + 1) for key in keys}
        more = schema.get("additionalProperties")
        for k in range(len(made), _least(schema, "minProperties")):
            made[f"item_{k + 1}"] = self.value(more if isinstance(more, Mapping) else {}, "", depth + 1)
        return made

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        first = [self.value(part, name, depth + 1) for part in schema.get("prefixItems", ())]
        low = _least(schema, "minItems")
        high = schema.get("maxItems")
        usual = 0 if depth > DEEPEST // 2 else 3
        count = max(low, min(max(usual, low), high if isinstance(high, int) else usual, max(MOST_ITEMS, low)))
        if schema.get("items") is False or ("prefixItems" in schema and "items" not in schema):
            count = min(count, len(first))
        made = first[:count] if isinstance(high, int) else first
        tries = 0
        while len(made) < count and tries < 20 * count:
            tries += 1
            item = self.value(schema.get("items", {}), _single(name), depth + 1)
            if not schema.get("uniqueItems") or item not in made:
                made.append(item)
        return made

    def _number(self, schema: Mapping[str, Any], name: str, *, whole: bool) -> float | int:
        step = schema.get("multipleOf") or (1 if whole else 0.25)
        low, high = schema.get("minimum"), schema.get("maximum")
        if isinstance(above := schema.get("exclusiveMinimum"), int | float) and not isinstance(above, bool):
            low = above + step
        if isinstance(below := schema.get("exclusiveMaximum"), int | float) and not isinstance(below, bool):
            high = below - step
        if low is None:
            low = 0 if high is None or high >= 0 else high - 10 * step
        if high is None:
            high = low + 10 * max(step, 1)
        first, last = math.ceil(low / step), math.floor(high / step)
        picked = self.rng.randint(first, max(first, last)) * step
        if whole:
            return int(picked)
        return round(float(picked), 6) if first <= last else (low + high) / 2

    def _string(self, schema: Mapping[str, Any], name: str) -> str:
        formats = {
            "date": "2026-11-21", "time": "08:15:00Z", "date-time": "2026-11-21T08:15:00Z", "duration": "PT2M",
            "email": "reader@example.com", "uri": "https://example.com/tale", "url": "https://example.com/tale",
            "hostname": "example.com", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
        }  # fmt: skip
        form = schema.get("format")
        if form == "uuid":
            return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        if form == "date":
            return (datetime.date(2026, 11, 21) + datetime.timedelta(days=self.rng.randint(0, 60))).isoformat()
        if form in formats:
            return formats[form]
        text = self._said(name)
        low = min(_least(schema, "minLength"), MOST_CHARACTERS)
        while len(text) < low:
            text = f"{text} {self._sentence()}"
        high = schema.get("maxLength")
        if isinstance(high, int) and len(text) > high:
            cut = text[: high + 1].rsplit(" ", 1)[0].rstrip(" ,;:-")
            text = cut if low <= len(cut) <= high else text[:high]
        return _patterned(text, schema.get("pattern"))

    def _said(self, name: str) -> str:
        if _TITLE.search(name):
            self.named += 1
            return self.title if self.named == 1 else self.titles[(self.named - 1) % len(self.titles)]
        if _LONG.search(name):
            return " ".join(self._sentence() for _ in range(3))
        return self._sentence()

    def _sentence(self) -> str:
        self.told += 1
        return self.sentences[(self.told - 1) % len(self.sentences)]


def _merged(parts: list[Mapping[str, Any]], schema: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in [*parts, {key: value for key, value in schema.items() if key != "allOf"}]:
        for key, value in part.items():
            if key == "properties":
                made[key] = {**made.get(key, {}), **value}
            elif key == "required":
                made[key] = list(dict.fromkeys([*made.get(key, ()), *value]))
            else:
                made[key] = value
    return made


def _least(schema: Mapping[str, Any], key: str) -> int:
    value = schema.get(key, 0)
    return value if isinstance(value, int) and value > 0 else 0


def _single(name: str) -> str:
    return name[:-1] if name.endswith("s") else name


def _patterned(text: str, pattern: Any) -> str:
    if not isinstance(pattern, str):
        return text
    try:
        known = re.compile(pattern)
    except re.error:
        return text
    return next((one for one in (text, *_PATTERN_TRIES) if known.search(one)), text)
