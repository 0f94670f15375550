"""What text models say: a sentence, or whatever satisfies the schema that was asked for, as a scene where that fits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema

if TYPE_CHECKING:
    from tests.providers.fake.dialect import Call

SENTENCE = "The tide left a brass key on the step, naïve and bright — nobody had asked it to."


def compose(call: Call, schema: dict[str, Any] | None, prompt: str) -> str:
    """The text of a good answer: a scene (or whatever satisfies `schema`), or a sentence where no schema was given."""
    if call.fake.says is not None:
        return call.fake.says
    if schema is None:
        return SENTENCE
    ends = bool(re.search(r'"must_end":\s*true', prompt))
    known = _scene(ends)
    if not schema:
        return json.dumps(known)
    made = _sample(schema, schema, "", known)
    jsonschema.validate(made, schema)
    return json.dumps(made, ensure_ascii=False)


def _sample(schema: Any, root: dict[str, Any], name: str, known: dict[str, Any]) -> Any:
    if not isinstance(schema, dict):
        return None
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return _sample(target, root, name, known)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if name in known and jsonschema.Draft202012Validator({**schema, "$defs": root.get("$defs", {})}).is_valid(
        known[name]
    ):
        return known[name]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _sample(schema[key][0], root, name, known)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {key: _sample(part, root, key, known) for key, part in schema.get("properties", {}).items()}
    if kind == "array":
        count = max(schema.get("minItems", 0), min(2, schema.get("maxItems", 2)))
        return [_sample(schema.get("items", {}), root, "", known) for _ in range(count)]
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    return f"A {name or 'word'} to be going on with".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]


def _scene(ends: bool) -> dict[str, Any]:
    # Not above: the fake must stand by itself, and toll imports what is under test.
    from tests.providers.toll import SCENE

    return {**SCENE, "choices": [] if ends else SCENE["choices"], "ending": ends}
