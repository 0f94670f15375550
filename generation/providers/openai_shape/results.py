"""What an answer holds beside text: pictures, base64, counts and costs."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

from generation.providers.answers import Answer
from generation.providers.contract import Done, Input, Link, Request
from generation.providers.errors import Damaged
from generation.providers.openai_shape.complaints import Judge, complaint_of, judge, told_inside, word


def read_picture(
    answer: Answer,
    request: Request,
    *,
    document: Mapping[str, Any] | None = None,
    judge: Judge = judge,
    link: Link | None = None,
) -> Done:
    """The first picture of `data[]`: bytes from `b64_json` or a data url, else a `Link` (given by `link`, where its host
    needs more care than a public one). `document` is the answer's JSON where it was read already."""
    document = answer.json() if document is None else document
    complaint = complaint_of(document)
    if complaint is not None:
        raise told_inside(complaint, judge, answer.scrub)
    listed = document.get("data")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], Mapping) else {}
    packed, url = first.get("b64_json"), first.get("url")
    form = word(document.get("output_format"))
    media_type = word(first.get("mime_type")) or word(first.get("media_type")) or (f"image/{form}" if form else "")
    data: bytes | None = None
    if isinstance(url, str) and url.startswith("data:"):
        media_type, data = read_data_url(url)
        link = None
    elif isinstance(packed, str) and packed:
        data, link = decoded(packed), None
    elif isinstance(url, str) and url:
        link = link or Link(url)
    else:
        raise Damaged(f"no picture in the answer, only {', '.join(sorted(first or document)) or 'nothing'}")
    size = re.fullmatch(r"(\d+)x(\d+)", word(document.get("size")))
    return Done(
        data=data,
        link=link,
        media_type=media_type,
        model=word(document.get("model")) or request.model,
        prompt=word(first.get("revised_prompt")) or None,
        width=int(size[1]) if size else None,
        height=int(size[2]) if size else None,
        usage=usage_of(document.get("usage")),
        request_id=answer.headers.get("x-request-id", ""),
    )


def read_sound(answer: Answer, request: Request) -> Done:
    """A spoken text: the body itself. Raises `Damaged` where it is said to be anything but sound."""
    if not answer.media_type.startswith("audio/") and answer.media_type != "application/octet-stream":
        raise Damaged(f"no sound but {answer.media_type or 'nothing known'}: {answer.told()}")
    if not answer.size:
        raise Damaged("no sound: the answer is empty")
    return Done(
        data=answer.body,
        media_type=answer.media_type,
        model=request.model,
        usage={"characters": len(request.prompt)},
        request_id=answer.headers.get("x-request-id", ""),
    )


def usage_of(usage: Any) -> dict[str, int]:
    """Tokens by our names, from the names of either endpoint; empty where the provider does not count."""
    if not isinstance(usage, Mapping):
        return {}
    found = {
        ours: next((usage[name] for name in names if isinstance(usage.get(name), int)), None)
        for ours, names in (
            ("input_tokens", ("input_tokens", "prompt_tokens")),
            ("output_tokens", ("output_tokens", "completion_tokens")),
        )
    }
    return {name: count for name, count in found.items() if count is not None}


def micros(value: Any, *, unit: Decimal = Decimal(1_000_000)) -> int | None:
    """An amount in units of `unit` micro-units (dollars, if not said) as micro-units, rounded up; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        amount = Decimal(str(value)) * unit
        return int(amount.to_integral_value(rounding=ROUND_CEILING)) if amount.is_finite() and amount >= 0 else None
    except InvalidOperation:
        return None


def data_url(given: Input) -> str:
    """A file of the request as a data url."""
    return f"data:{given.media_type};base64,{base64.b64encode(given.read()).decode()}"


def read_data_url(url: str) -> tuple[str, bytes]:
    """(media type, bytes) of a base64 data url."""
    head, comma, packed = url.partition(",")
    if not comma or not head.endswith(";base64"):
        raise Damaged("a data url that is not base64")
    return head.removeprefix("data:").split(";", 1)[0].lower(), decoded(packed)


def decoded(packed: str) -> bytes:
    """The bytes of base64 text. Raises `Damaged` where it is none, or empty."""
    try:
        data = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        try:
            data = base64.b64decode("".join(packed.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise Damaged(f"no base64: {error}") from error
    if not data:
        raise Damaged("an empty result")
    return data
