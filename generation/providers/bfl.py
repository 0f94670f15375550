"""Black Forest Labs: the FLUX families. A purchase is taken in, then asked after at the address that the answer names.

The job lives on one cluster, which only that `polling_url` reaches. What the answer to the submit tells once (its cost) and
when it came travel in the fragment of the address that is kept: a fragment is never sent, and another process that goes
on after a crash has them too.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from generation.providers.answers import Answer, by_status
from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.contract import Done, Emit, Handle, Kind, Link, Pending, Request
from generation.providers.errors import Damaged, Lost, ProviderError, Refused, Rejected
from generation.providers.fitting import fit
from generation.providers.hosted import Hosted
from generation.providers.openai_shape.results import micros
from generation.providers.wire import Key

POLL_AFTER_SECONDS = 1.0
SETTLES_SECONDS = 10.0
MODERATED = ("Request Moderated", "Content Moderated")
NOT_FOUND = "Task not found"
RATIOS = ("1:1", "21:9", "16:9", "3:2", "4:3", "5:4", "4:5", "3:4", "2:3", "9:16", "9:21")
FORMATS = {"output_format": ("jpeg", "png", "webp")}
FREE = Sizes(low=64, high=4 * 1024**2 // 64, step=16, max_pixels=4 * 1024**2)
FIRST = Sizes(low=256, high=1440, step=32)
SENT = (
    "prompt", "seed", "width", "height", "aspect_ratio", "steps", "guidance", "prompt_upsampling", "safety_tolerance",
    "output_format",
)  # fmt: skip
"""Fields that have the same name there as here."""
FIELDS = {name: name for name in SENT} | {"raw": "style", "input_image": "inputs", "image_prompt": "inputs"}
"""Their names of fields -> ours."""


@dataclass(frozen=True, slots=True)
class Family:
    """`able` is what its models take to make a picture. Those that change pictures have numbered fields for them
    (input_image, input_image_2 ...), the others one `image_prompt`, which leads the new picture."""

    able: Capabilities
    edits: bool = False


FLUX_2 = Capabilities(
    Kind.IMAGE,
    takes=frozenset({"seed"}),
    choices=FORMATS,
    ranges={"safety_tolerance": (0, 5)},
    sizes=FREE,
    inputs={"reference": 3},
    results_live_seconds=600,
)
FLUX_1_1 = replace(
    FLUX_2,
    takes=frozenset({"seed", "prompt_upsampling"}),
    ranges={"safety_tolerance": (0, 6)},
    sizes=FIRST,
    inputs={"reference": 1},
)
BY_RATIO = replace(FLUX_1_1, sizes=None, aspect_ratios=RATIOS)
FAMILIES = {
    "flux-2-flex": Family(
        replace(
            FLUX_2,
            takes=frozenset({"seed", "prompt_upsampling"}),
            ranges={"safety_tolerance": (0, 5), "steps": (1, 50), "guidance": (1.5, 10)},
        ),
        edits=True,
    ),
    "flux-2-": Family(FLUX_2, edits=True),
    "flux-pro-1.1": Family(FLUX_1_1),
    "flux-dev": Family(replace(FLUX_1_1, ranges={"safety_tolerance": (0, 6), "steps": (1, 50), "guidance": (1.5, 5)})),
    "flux-pro-1.1-ultra": Family(replace(BY_RATIO, choices={**FORMATS, "style": ("raw",)})),
    "flux-kontext-pro": Family(replace(BY_RATIO, inputs={"reference": 3}), edits=True),
    "flux-kontext-max": Family(replace(BY_RATIO, inputs={"reference": 3}), edits=True),
}
"""By name, or by the beginning of one where it ends with a dash. FLUX.2 takes eight pictures (klein four), kontext four; no
more than three references are offered, so that an edit's source always has room beside them."""


class BlackForestLabs(Hosted):
    """Black Forest Labs with one account's key. `version` is the first part of every path; a region has a base url of its
    own (https://api.eu.bfl.ai). `credit_micros` is what one of their credits costs, in millionths of a dollar."""

    name = "bfl"
    title = "Black Forest Labs"
    home = "https://api.bfl.ai"
    key_hosts = (".bfl.ai",)
    result_hosts = (".bfl.ai",)
    settles_seconds = SETTLES_SECONDS
    """How long after the submit a cluster may not have heard of the job."""

    def __init__(self, *, base_url: str = "", version: str = "v1", credit_micros: int = 10_000, **account: Any) -> None:
        self.version = version.strip("/")
        self.credit_micros = credit_micros
        # Base urls are often written down with the version.
        super().__init__(base_url=base_url.rstrip("/").removesuffix(f"/{self.version}"), **account)

    def auth(self, key: Key) -> dict[str, str]:
        return {"x-key": key.reveal()}

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        family = family_of(model)
        if family is None:
            return None
        if kind is not Kind.EDIT:
            return family.able if kind is Kind.IMAGE else None
        if not family.edits:
            return None
        # The shape of the source is kept unless another is asked for, so it is asked for by ratio, never by pixels.
        return replace(family.able, sizes=None, aspect_ratios=RATIOS, inputs={"source": 1, "reference": 3})

    def start(self, request: Request, emit: Emit) -> Pending:
        answer = self.wire.post(
            f"{self.version}/{quote(request.model, safe='')}", json=body(request), seconds=self.submit_seconds
        )
        if not answer.is_good:
            raise complaint(answer)
        said = answer.json()
        if said.get("status") in MODERATED:
            raise moderated(said)
        name, url = said.get("id"), said.get("polling_url")
        if not isinstance(name, str) or not name or not isinstance(url, str) or not url:
            raise Damaged("taken, and neither an id nor a polling_url told")
        try:
            address = self.wire.address(url).partition("#")[0]
        except ProviderError as error:
            # It was taken and may be charged, whatever is wrong with the address.
            raise Damaged(f"taken, and it cannot be asked after: {error}") from error
        told = {"since": str(int(time.time()))}
        cost = micros(said.get("cost"), unit=Decimal(self.credit_micros))
        if cost is not None:
            told["cost_micros"] = str(cost)
        return Pending(name, f"{address}#{urlencode(told)}", check_after_seconds=POLL_AFTER_SECONDS)

    def check(self, handle: Handle) -> Done | Pending:
        url, _, fragment = handle.poll_url.partition("#")
        told = dict(parse_qsl(fragment))
        answer = self.wire.get(url, seconds=self.poll_seconds)
        said = answer.json() if answer.is_good else answer.rough_json()
        status = said.get("status")
        if status == NOT_FOUND or answer.status == 404:
            since = told.get("since", "")
            if time.time() - (int(since) if since.isdecimal() else 0) >= self.settles_seconds:
                raise Lost("the cluster does not know the task")
            return self._pending(handle)
        if not answer.is_good:
            raise complaint(answer)
        if status in MODERATED:
            raise moderated(said)
        if status == "Error":
            raise Damaged(f"the task failed: {said.get('details')}")
        if status != "Ready":
            return self._pending(handle, said.get("progress"))
        result = said.get("result")
        sample = result.get("sample") if isinstance(result, dict) else None
        if not isinstance(result, dict) or not isinstance(sample, str) or not sample:
            raise Damaged("ready, and no sample told")
        seed, prompt, request = result.get("seed"), result.get("prompt"), _shaped(handle.request)
        cost = told.get("cost_micros", "")
        return Done(
            link=Link(sample),
            model=request.model,
            seed=seed if isinstance(seed, int) else request.seed,
            prompt=prompt if isinstance(prompt, str) and prompt else None,
            width=request.width,
            height=request.height,
            cost_micros=int(cost) if cost.isdecimal() else None,
            request_id=handle.id,
        )

    def _pending(self, handle: Handle, progress: object = None) -> Pending:
        share = float(progress) if isinstance(progress, (int, float)) and 0 <= progress <= 1 else None
        return Pending(handle.id, handle.poll_url, share, POLL_AFTER_SECONDS)


def family_of(model: str) -> Family | None:
    """The family of a model; None where there is none of that name."""
    return next(
        (
            family
            for name, family in FAMILIES.items()
            if model == name or (name.endswith("-") and model.startswith(name))
        ),
        None,
    )


def body(request: Request) -> dict[str, Any]:
    """The body of a submit. Pictures go as bare base64, the source before the references."""
    request = _shaped(request)
    sent = {name: getattr(request, name) for name in SENT if getattr(request, name) is not None}
    if request.style == "raw":
        sent["raw"] = True
    names = ("input_image", "input_image_2", "input_image_3", "input_image_4")
    pictures = sorted(request.inputs, key=lambda given: given.role != "source")
    for name, given in zip(names if _family(request).edits else ("image_prompt",), pictures, strict=False):
        sent[name] = base64.b64encode(given.read()).decode()
    return sent


def _family(request: Request) -> Family:
    family = family_of(request.model)
    if family is None:
        raise Rejected(f"no FLUX model is called {request.model}", field="model")
    return family


def _shaped(request: Request) -> Request:
    """With pixels in place of a ratio, where the family knows pixels only. An edit that asks for no shape gets none."""
    able = _family(request).able
    return fit(request, able)[0] if able.sizes is not None and request.aspect_ratio else request


def moderated(said: Mapping[str, Any]) -> Refused:
    """The refusal. Nothing says whether it was charged."""
    return Refused(f"{said.get('status')}: {said.get('details')}", billed=None)


def complaint(answer: Answer) -> ProviderError:
    """What a bad answer means. A body that does not fit is told as a list of places and messages."""
    detail = answer.rough_json().get("detail")
    if not isinstance(detail, list):
        return by_status(answer, detail if isinstance(detail, str) else "")
    places = [part.get("loc") for part in detail if isinstance(part, dict)]
    names = [str(name) for place in places if isinstance(place, list) for name in place]
    field = next((FIELDS[name] for name in names if name in FIELDS), "")
    return by_status(answer, "; ".join(str(part) for part in detail), field=field)
