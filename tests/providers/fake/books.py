"""What the fake keeps: requests as they came, charges as they were made, jobs as they stand."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.providers.fake.faults import Fault


@dataclass(frozen=True, slots=True)
class File:
    """A file of a multipart body. `size` in bytes."""

    field: str
    filename: str
    content_type: str
    size: int
    data: bytes = dataclasses.field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Captured:
    """One request as it came. `path` is the real provider's (the fake's own prefix taken off), `headers` lower-case.

    `operation` is "" where the provider has no such path. `fields` and `files` are those of a multipart body.
    """

    provider: str
    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any | None
    fields: dict[str, list[str]]
    files: list[File]
    raw: bytes = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Charge:
    """One purchase in the provider's own books. `cost_usd` is None where it charges by `usage` alone."""

    provider: str
    operation: str
    job_id: str
    cost_usd: Decimal | None
    usage: dict[str, int]


@dataclass
class Job:
    """Work that is asked after. `outcome` is a fault that it ends with, or None for a good end."""

    id: str
    provider: str
    operation: str
    request: dict[str, Any]
    polls: int = 0
    outcome: Fault | None = None
    cancelled: bool = False
    cost_usd: Decimal | None = None
    notes: dict[str, Any] = dataclasses.field(default_factory=dict)


class Malformed(ValueError):
    """A body that cannot be read as what its content type says."""


def read_multipart(content_type: str, body: bytes) -> tuple[dict[str, list[str]], list[File]]:
    """Fields and files of a multipart/form-data body, in order. Raises Malformed."""
    boundary = _parameters(content_type).get("boundary", "")
    if not boundary:
        raise Malformed("multipart body without a boundary")
    mark = b"--" + boundary.encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Malformed("multipart body without its closing boundary")
    fields: dict[str, list[str]] = {}
    files: list[File] = []
    for piece in pieces[1:-1]:
        head, found, data = piece.partition(b"\r\n\r\n")
        if not found:
            raise Malformed("a part without an empty line after its headers")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.decode().split("\r\n") if line)
        }
        disposition = _parameters(headers.get("content-disposition", ""))
        name = disposition.get("name")
        if name is None:
            raise Malformed("a part without a name")
        if "filename" in disposition:
            kind = headers.get("content-type", "application/octet-stream")
            files.append(File(name, disposition["filename"], kind, len(data), data))
        else:
            fields.setdefault(name, []).append(data.decode())
    return fields, files


def read_json(body: bytes) -> Any:
    """The document in `body`. Raises Malformed, also on NaN and Infinity, which JSON does not have."""

    def no_constant(word: str) -> None:
        raise Malformed(f"{word} is not JSON")

    try:
        return json.loads(body, parse_constant=no_constant)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Malformed(str(error)) from error


def _parameters(header: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in header.split(";")[1:]:
        name, _, value = part.partition("=")
        found[name.strip().lower()] = value.strip().strip('"')
    return found
