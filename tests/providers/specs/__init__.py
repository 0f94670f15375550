"""Bodies that adapters send, held against the providers' own descriptions of them.

A file `<provider>.json` for each provider: `source` (where it is from and what was changed), `operations` (a schema for
each request body, named by the end of its path, with `multipart ` before it for a form), `$defs`. JSON Schema, draft
2020-12, with structure only. Objects are closed: a field that a provider would ignore is our mistake all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

HERE = Path(__file__).parent
MULTIPART = "multipart "
SHOWN = 300
"""Characters of a complaint that are shown: a body may carry megabytes of base64."""


def providers() -> list[str]:
    """The providers that there is a file for."""
    return sorted(file.stem for file in HERE.glob("*.json"))


def operations(provider: str) -> list[str]:
    """The names of a provider's operations, as `validate` takes them."""
    return list(_document(provider)["operations"])


def validate(provider: str, operation: str, body: Any) -> None:
    """Holds the body of a request against its provider's schema.

    `operation` is a name of `operations(provider)`, or the path that was asked, which must end like one: "/v1/messages".
    With "multipart " before it, `body` is a form: a mapping of names to a text, bytes or a list of these. A form has text
    only, so numbers and booleans are read from it where the schema wants one, and `image[]` counts as `image`.

    Raises AssertionError with the path inside the body that is wrong, or if there is no such operation.
    """
    error = best_match(complaints(provider, operation, body))
    if error is not None:
        complaint = error.message if len(error.message) <= SHOWN else error.message[:SHOWN] + " ..."
        raise AssertionError(f"{provider} {_named(provider, operation)} at {error.json_path}: {complaint}")


def complaints(provider: str, operation: str, body: Any) -> list[ValidationError]:
    """All that is wrong with a body, as the validator says it; for `validate`, and for fakes that list it."""
    name = _named(provider, operation)
    if name.startswith(MULTIPART):
        body = _read_form(provider, name, body)
    errors = list(_validator(provider, name).iter_errors(body))
    # A part that fails leaves all its fields unevaluated: what is wrong with the part says more.
    return [error for error in errors if error.validator != "unevaluatedProperties"] or errors


def validate_captured(provider: str, path: str, document: Any, fields: Mapping[str, Any], files: Iterable[Any]) -> None:
    """The same for a request as the fake kept it: a form if it has fields or files, else a JSON document.

    `files` have `field` and `filename`. Raises AssertionError as `validate` does.
    """
    form: dict[str, list[Any]] = {name: list(values) for name, values in fields.items()}
    for file in files:
        form.setdefault(file.field, []).append(file.filename)
    if form:
        validate(provider, MULTIPART + path, form)
    else:
        validate(provider, path, document)


@cache
def _document(provider: str) -> dict[str, Any]:
    file = HERE / f"{provider}.json"
    assert file.exists(), f"no schema file for {provider}: there is one for {', '.join(providers())}"
    document: dict[str, Any] = json.loads(file.read_text())
    return document


@cache
def _validator(provider: str, name: str) -> Draft202012Validator:
    document = _document(provider)
    return Draft202012Validator({**document["operations"][name], "$defs": document.get("$defs", {})})


def _named(provider: str, operation: str) -> str:
    form, path = operation.startswith(MULTIPART), operation.removeprefix(MULTIPART)
    for name in operations(provider):
        parts = re.split(r"\{\w+\}", name.removeprefix(MULTIPART))
        pattern = r"(?:.*/)?" + "[^/]+".join(re.escape(part) for part in parts)
        if name.startswith(MULTIPART) is form and re.fullmatch(pattern, path):
            return name
    raise AssertionError(f"{provider} has no operation {operation!r}, only {', '.join(operations(provider))}")


def _read_form(provider: str, name: str, form: Mapping[str, Any]) -> dict[str, Any]:
    document = _document(provider)
    properties = _properties(document, document["operations"][name])
    body: dict[str, Any] = {}
    for field, given in form.items():
        values = [given] if isinstance(given, str | bytes) else list(given)
        types = _types(document, properties.get(field, {}))
        read = [_read(value, types) for value in values]
        body.setdefault(field.removesuffix("[]"), []).extend(read)
    return {field: values[0] if len(values) == 1 else values for field, values in body.items()}


def _read(value: str | bytes, types: set[str]) -> Any:
    text = value if isinstance(value, str) else f"{len(value)} bytes"
    if "string" in types:
        return text
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "integer" in types and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "number" in types and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    return text


def _resolved(document: dict[str, Any], schema: Any) -> dict[str, Any]:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema if isinstance(schema, dict) else {}


def _properties(document: dict[str, Any], schema: Any) -> dict[str, Any]:
    schema = _resolved(document, schema)
    found: dict[str, Any] = {}
    for member in schema.get("allOf", []):
        found |= _properties(document, member)
    return found | schema.get("properties", {})


def _types(document: dict[str, Any], schema: Any) -> set[str]:
    schema = _resolved(document, schema)
    said = schema.get("type", [])
    found = {said} if isinstance(said, str) else set(said)
    return found.union(*(_types(document, member) for member in schema.get("anyOf", []) + schema.get("oneOf", [])))
