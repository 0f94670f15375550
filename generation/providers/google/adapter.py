"""Google's adapter: which purchase goes which way, and what all ways share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Listed, Pending, Request
from generation.providers.errors import Rejected
from generation.providers.google import content, interactions, models
from generation.providers.google.complaints import failed, failed_job
from generation.providers.google.reading import listed, mapping, word
from generation.providers.hosted import Hosted
from generation.providers.wire import Key


class Google(Hosted):
    """`version` is the API's, the first part of every path. Pictures and films were proved with "v1beta"."""

    name: ClassVar[str] = "google"
    title: ClassVar[str] = "Google"
    home: ClassVar[str] = "https://generativelanguage.googleapis.com"
    result_hosts: ClassVar[tuple[str, ...] | None] = ()
    submit_seconds: float = 150.0

    def __init__(self, *, version: str = "v1beta", **account: Any) -> None:
        if not re.fullmatch(r"v\d+[a-z0-9]*", version):
            raise ValueError(f"{version!r} is no API version: it looks like v1beta")
        self.version = version
        super().__init__(**account)

    def auth(self, key: Key) -> dict[str, str]:
        return {"x-goog-api-key": key.reveal()}

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return models.find(model, kind)

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        if request.kind is Kind.VIDEO:
            path = f"{self.version}/interactions"
            answer = self.wire.post(path, json=interactions.body_of(request), seconds=self.submit_seconds)
            if not answer.is_good:
                raise failed(answer)
            return interactions.read(answer.json(), request, self.wire)
        path = f"{self.version}/models/{quote(request.model, safe='')}"
        if request.kind is Kind.TEXT:
            return self._write(path, request, emit)
        answer = self.wire.post(
            f"{path}:generateContent", json=content.picture_body(request), seconds=self.submit_seconds
        )
        if not answer.is_good:
            raise failed(answer)
        return content.picture_of(answer.json(), request)

    def _write(self, path: str, request: Request, emit: Emit) -> Done:
        with self.wire.streamed(
            "POST",
            f"{path}:streamGenerateContent",
            params={"alt": "sse"},
            json=content.text_body(request),
            seconds=self.submit_seconds,
        ) as (answer, lines):
            if answer is None:
                return content.written(content.chunks(lines), request, emit, self.wire.scrub)
            if not answer.is_good:
                raise failed(answer)
            return content.written([answer.rough_json() or answer.json()], request, emit, self.wire.scrub)

    def check(self, handle: Handle) -> Done | Pending:
        answer = self.wire.get(self._interaction(handle), seconds=self.poll_seconds)
        if not answer.is_good:
            raise failed_job(answer)
        return interactions.read(answer.json(), handle.request, self.wire, known=handle.id)

    def cancel(self, handle: Handle) -> None:
        """Ask for it. One that is over already cannot be stopped, and that is no error."""
        answer = self.wire.post(f"{self._interaction(handle)}/cancel", json={}, seconds=self.poll_seconds, safe=True)
        error = None if answer.is_good else failed_job(answer)
        if error is not None and not isinstance(error, Rejected):
            raise error

    def models(self) -> list[Listed]:
        answer = self.wire.get(f"{self.version}/models", params={"pageSize": "1000"}, seconds=self.poll_seconds)
        if not answer.is_good:
            raise failed(answer)
        names = [
            word(mapping(entry).get("name")).removeprefix("models/") for entry in listed(answer.json().get("models"))
        ]
        return [Listed(name, models.made_by(name)) for name in names if name]

    def _interaction(self, handle: Handle) -> str:
        return f"{self.version}/interactions/{quote(handle.id, safe='')}"
