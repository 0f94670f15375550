"""One real purchase from a model, the cheapest it can make: does it answer, with what, how fast and at what price?

It goes through the adapter, not through a job: it is the operator's own, belongs to no tenant whose budget could hold it,
and shows what the provider itself says before the engine makes anything of it. So it is booked nowhere.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from PIL import Image

from generation.catalogue.abilities import capabilities, fitted, refuse_wrong
from generation.catalogue.syncing import account_of
from generation.errors import UnknownModel
from generation.models import AiModel
from generation.pricing import cost_of, quote, todays
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Pending, Request
from generation.providers.errors import Transient, Unknown
from generation.providers.fitting import LINES
from generation.providers.protocols import Opens

PROMPTS = {
    Kind.TEXT: "Say yes.",
    Kind.IMAGE: "A grey pebble on white sand.",
    Kind.VIDEO: "A grey pebble on white sand; the light moves.",
    Kind.SPEECH: "Yes.",
    Kind.MODERATE: "A grey pebble.",
}
MOST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: in words, what it cost (None where nobody can tell) and how long it took."""

    what: str
    cost_micros: int | None
    seconds: float


def cheapest(model: AiModel) -> Request:
    """The request that costs least: few words, the smallest picture, the shortest film. Raises `CannotBuy` where the model
    cannot be asked so."""
    able = capabilities(model)
    if able is None:
        instead = f" Its replacement is “{model.replacement.key}”." if model.replacement is not None else ""
        raise UnknownModel(f"No adapter of this install speaks to “{model.key}”.{instead}")
    kind = Kind(model.kind)
    tiers = sorted(able.resolutions, key=lambda tier: LINES.get(tier, 0))
    width, height = _smallest(able)
    voices = able.choices.get("voice", ())
    request = Request(
        kind=kind,
        model=model.remote_name,
        prompt=PROMPTS[Kind.IMAGE if kind is Kind.EDIT else kind],
        reference="models-test",
        max_tokens=16 if kind is Kind.TEXT else None,
        width=width,
        height=height,
        resolution=tiers[0] if tiers else None,
        quality="low" if "low" in able.choices.get("quality", ()) else None,
        seconds=min(able.seconds_choices or able.seconds) if able.seconds is not None else None,
        audio=False if "audio" in able.takes else None,
        voice=voices[0] if voices else None,
        inputs=(Input(able.needs_one_of[0], "image/png", _pebble()),) if able.needs_one_of else (),
        options=model.options,
    )
    refuse_wrong(model, fitted(model, request)[0])
    return fitted(model, request)[0]


def price_of(model: AiModel, request: Request) -> int | None:
    """The most that it may cost, or None where the model has no price."""
    prices = todays(model)
    return quote(prices, request, capabilities(model)) if prices else None


def ask(model: AiModel, request: Request, *, tell: Callable[[str], None] = lambda _: None) -> Answered:
    """Buy it, and wait for it. `tell` is told what happens meanwhile. Raises the errors of providers and `CannotBuy`."""
    able = account_of(model.provider, model.account)
    if able is None:
        raise UnknownModel(f"There is no account of the platform's to buy “{model.key}” with.")
    began = time.monotonic()
    known = capabilities(model)
    longest = (known.longest_seconds if known is not None else None) or settings.GENERATION["DEADLINES"][model.kind]
    found = able.start(request, Emit())
    while isinstance(found, Pending):
        if time.monotonic() - began > longest:
            raise Unknown(f"no answer after {longest:g} seconds; the provider knows it as {found.id}")
        tell("waiting" if found.progress is None else f"{found.progress:.0%}")
        time.sleep(found.check_after_seconds)
        try:
            found = able.check(Handle(found.id, found.poll_url, request))
        except Transient as passing:
            tell(str(passing))
    what = _what(found, able)
    return Answered(what, cost_of(todays(model), request, found), time.monotonic() - began)


def _smallest(able: Capabilities) -> tuple[int | None, int | None]:
    if able.fixed_sizes:
        return min(able.fixed_sizes, key=lambda size: size[0] * size[1])
    # Smaller pictures exist, but a model need not be good at them, and what is charged seldom falls further.
    return (512, 512) if able.sizes is not None else (None, None)


def _pebble() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (768, 512), (190, 186, 178)).save(out, "PNG")
    return out.getvalue()


def _what(done: Done, able: object) -> str:
    if done.text is not None:
        return f"text: {done.text.strip()[:200]}"
    if done.verdict is not None:
        flagged = ", ".join(done.verdict.categories) or "flagged"
        return f"verdict: {flagged if done.verdict.flagged else 'nothing flagged'}"
    if done.data is not None:
        return f"{len(done.data):,} bytes of {done.media_type or 'no named type'}{_size(done)}"
    assert done.link is not None
    if not isinstance(able, Opens):
        return f"a result at an address{_size(done)}"
    with able.open(done.link) as stream:
        length = 0
        for chunk in stream.chunks():
            length += len(chunk)
            if length > MOST_BYTES:
                break
        return f"{length:,} bytes of {stream.media_type or 'no named type'}{_size(done)}"


def _size(done: Done) -> str:
    area = f", {done.width} x {done.height}" if done.width and done.height else ""
    return area + (f", {done.seconds:g} s" if done.seconds is not None else "")
