"""For a `play` that is asked thousands of things: nobody hears that it was too often, and whatever is made is small."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from generation import providers
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Kind, Request
from generation.providers.demo.adapter import Demo
from tests.settings import *  # noqa: F403
from tests.settings import RATES as _RATES

RATES = {policy: dict.fromkeys(quotas, (1_000_000, 60)) for policy, quotas in _RATES.items()}
SIDE = 64


class Hasty(Demo):
    """The demo, with a small picture for every picture and half a second of film for every film: hundreds are asked for, to
    see how they are answered and not how they look."""

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        able = super().capabilities(model, kind, options)
        return able and replace(able, burns_core=False)

    def _picture(self, request: Request, fault: str, emit: Emit) -> Done:
        from generation.providers.demo import picturing

        data, media_type = picturing.packed(_painted(), request.output_format)
        return Done(data=data, media_type=media_type, model="painter", seed=request.seed, width=SIDE, height=SIDE)

    def _film(self, request: Request, fault: str) -> Done:
        return Done(
            data=_filmed(), media_type="video/mp4", model="filmmaker", seed=request.seed, width=SIDE, height=SIDE, seconds=0.5
        )  # fmt: skip


@cache
def _painted() -> Any:
    from generation.providers.demo import painting

    return painting.paint("A lamp", seed=1, width=SIDE, height=SIDE)


@cache
def _filmed() -> bytes:
    from generation.providers.demo import filming

    return filming.film("A lamp", seed=1, style="watercolour", width=SIDE, height=SIDE, seconds=0.5)


providers.PROVIDERS["demo"] = Hasty
