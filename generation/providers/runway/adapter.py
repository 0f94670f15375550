"""Runway: every purchase is a task that is asked after by its id."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from generation.providers.answers import Answer, by_status
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Link, Listed, Pending, Request
from generation.providers.errors import Damaged, Denied, Lost, ProviderError, Refused, Rejected
from generation.providers.fitting import Adjusted, fit
from generation.providers.hosted import Hosted
from generation.providers.openai_shape.results import micros
from generation.providers.runway import film, picture
from generation.providers.runway.uploads import uri_of

VERSION = "2024-11-06"
FIELDS = {
    "promptText": "prompt", "promptImage": "inputs", "referenceImages": "inputs", "references": "inputs",
    "ratio": "aspect_ratio", "duration": "seconds", "negativePrompt": "negative_prompt", "seed": "seed",
    "audio": "audio", "model": "model",
}  # fmt: skip
"""Runway's names of fields -> ours."""


class Runway(Hosted):
    """Runway with one account's key. `credit_micros` is what one of its credits costs, in millionths of a dollar."""

    name = "runway"
    title = "Runway"
    home = "https://api.dev.runwayml.com"
    headers = {"x-runway-version": VERSION}

    def __init__(self, *, trusted: bool = False, credit_micros: int = 10_000, **account: Any) -> None:
        super().__init__(trusted=trusted, **account)
        self.trusted = trusted
        self.credit_micros = credit_micros

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return {Kind.IMAGE: picture.MODELS, Kind.VIDEO: film.MODELS}.get(kind, {}).get(model)

    def start(self, request: Request, emit: Emit) -> Pending:
        operation, sent = self._task(request)
        answer = self.wire.post(f"v1/{operation}", json=sent.pop(), seconds=self.submit_seconds)
        if not answer.is_good:
            raise complaint(answer)
        name = answer.json().get("id")
        if not isinstance(name, str) or not name:
            raise Damaged("taken, and no id told")
        return Pending(name, check_after_seconds=_soon())

    def check(self, handle: Handle) -> Done | Pending:
        answer = self.wire.get(_path(handle), seconds=self.poll_seconds)
        if answer.status == 404:
            raise Lost("the task is unknown, or was cancelled")
        if not answer.is_good:
            raise complaint(answer)
        said = answer.json()
        cost_micros = self._cost(said)
        status = said.get("status")
        if status == "FAILED":
            raise failure(said, billed=None if cost_micros is None else cost_micros > 0)
        if status == "CANCELLED":
            raise Lost("the task was cancelled", billed=None if cost_micros is None else cost_micros > 0)
        if status != "SUCCEEDED":
            progress = said.get("progress")
            share = float(progress) if isinstance(progress, (int, float)) and 0 <= progress <= 1 else None
            return Pending(handle.id, handle.poll_url, share, _soon())
        output = said.get("output")
        url = output[0] if isinstance(output, list) and output else None
        if not isinstance(url, str) or not url:
            raise Damaged("succeeded, and no output told")
        request, adjusted = self._fitted(handle.request)
        return Done(
            link=Link(url),
            model=request.model,
            seed=request.seed,
            width=request.width,
            height=request.height,
            seconds=request.seconds,
            cost_micros=cost_micros,
            adjusted=adjusted,
            request_id=handle.id,
        )

    def cancel(self, handle: Handle) -> None:
        answer = self.wire.call("DELETE", _path(handle), seconds=self.poll_seconds)
        if not answer.is_good and answer.status != 404:
            raise complaint(answer)

    def charged(self, handle: Handle) -> int | None:
        """A cancelled task says what it cost. One that was deleted is gone, and nobody says."""
        answer = self.wire.get(_path(handle), seconds=self.poll_seconds)
        if answer.status == 404:
            return None
        if not answer.is_good:
            raise complaint(answer)
        said = answer.json()
        return self._cost(said) if said.get("status") == "CANCELLED" else None

    def models(self) -> list[Listed]:
        """The models that the account has limits for."""
        answer = self.wire.get("v1/organization", seconds=self.poll_seconds)
        if not answer.is_good:
            raise complaint(answer)
        tier = answer.json().get("tier")
        names = tier.get("models") if isinstance(tier, dict) else None
        if not isinstance(names, dict):
            raise answer.damaged("no models in the account's tier")
        return [Listed(name, _kind(name)) for name in sorted(names)]

    def _task(self, request: Request) -> tuple[str, list[dict[str, Any]]]:
        """The operation, and its body in a list: who takes it out holds it alone, so that it is freed once it is sent."""
        request, _ = self._fitted(request)

        def uri(given: Input) -> str:
            return uri_of(given, self.wire, trusted=self.trusted, seconds=self.submit_seconds)

        operation, sent = (film if request.kind is Kind.VIDEO else picture).task(request, uri)
        threshold = request.options.get("public_figure_threshold")
        if threshold and request.model.startswith("gen4"):
            sent["contentModeration"] = {"publicFigureThreshold": threshold}
        return operation, [sent]

    def _cost(self, said: Mapping[str, Any]) -> int | None:
        cost = said.get("cost")
        return micros(cost.get("credits") if isinstance(cost, dict) else None, unit=Decimal(self.credit_micros))

    def _fitted(self, request: Request) -> tuple[Request, Adjusted]:
        """The request in the terms that are left for it, and what that changed."""
        able = self.capabilities(request.model, request.kind, request.options)
        if able is None:
            raise Rejected(f"no model of Runway that makes {request.kind} is called {request.model}", field="model")
        return fit(request, film.narrowed(able, request))


def failure(said: Mapping[str, Any], *, billed: bool | None) -> ProviderError:
    """Why a task failed, by the parts of its code."""
    code = str(said.get("failureCode") or "")
    told = f"{code}: {said.get('failure')}"
    parts = code.split(".")
    if "SAFETY" in parts:
        return Refused(told, billed=billed)
    if parts[0] in ("ASSET", "INPUT", "INPUT_PREPROCESSING") and "INTERNAL" not in parts:
        return Rejected(told, field="inputs")
    return Damaged(told, billed=billed)


def complaint(answer: Answer) -> ProviderError:
    """What a bad answer means. Empty accounts and used-up days have no status of their own, only words."""
    said = answer.rough_json()
    told = said.get("error") if isinstance(said.get("error"), str) else ""
    issues = said.get("issues")
    issues = [issue for issue in issues if isinstance(issue, dict)] if isinstance(issues, list) else []
    places = [issue.get("path") for issue in issues]
    names = [str(place[0]) for place in places if isinstance(place, list) and place]
    field = next((FIELDS[name] for name in names if name in FIELDS), "")
    detail = "; ".join([str(told), *(f"{issue.get('path')}: {issue.get('message')}" for issue in issues)])
    words = str(told).lower()
    if (answer.status == 429 and "daily" in words) or (answer.status == 400 and "credits" in words):
        return Denied(answer.scrub(f"{answer.status}: {detail}"))
    return by_status(answer, detail, field=field)


def _path(handle: Handle) -> str:
    return f"v1/tasks/{quote(handle.id, safe='')}"


def _soon() -> float:
    """Runway asks for five seconds between two questions, and that not all come at the same moment."""
    return 5.0 + random.random()  # noqa: S311 -- jitter, nothing secret


def _kind(name: str) -> Kind | None:
    return Kind.VIDEO if name in film.MODELS else Kind.IMAGE if name in picture.MODELS else None
