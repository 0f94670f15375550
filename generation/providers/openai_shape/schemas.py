"""JSON schema as strict mode wants it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

NOT_STRICT = {"allOf", "oneOf", "not", "if", "patternProperties", "prefixItems"}
"""Keywords of JSON schema that strict mode does not take."""


def schema_part(schema: Mapping[str, Any], *, strict: bool = True) -> dict[str, Any]:
    """`json_schema` of a response format, strict where the schema can be made so."""
    closed = strict_schema(schema) if strict else None
    if closed is None:
        return {"name": "answer", "schema": copy.deepcopy(dict(schema)), "strict": False}
    return {"name": "answer", "schema": closed, "strict": True}


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """A copy in which every object is closed and requires all of its properties, as strict mode wants it. What satisfies
    the copy satisfies the original. None where the schema cannot be put so."""
    if schema.get("type") != "object":
        return None
    closed = copy.deepcopy(dict(schema))
    return closed if _close(closed) else None


def _close(part: Any) -> bool:
    """Close all objects of a schema in place; False where one cannot be."""
    if isinstance(part, list):
        return all(_close(one) for one in part)
    if not isinstance(part, dict):
        return True
    if NOT_STRICT & part.keys() or part.get("additionalProperties") not in (None, False, True):
        return False
    kinds = part.get("type")
    if kinds == "object" or (isinstance(kinds, list) and "object" in kinds) or "properties" in part:
        if not part.get("properties"):
            return False
        part["additionalProperties"] = False
        part["required"] = list(part["properties"])
    named = [one for key in ("properties", "$defs", "definitions") for one in part.get(key, {}).values()]
    return all(_close(one) for one in [*named, part.get("items"), part.get("anyOf")])
