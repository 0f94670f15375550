"""What a purchase may cost at most, what it did cost, and prices in words. All of it is arithmetic on `Price` rows.

Amounts are whole micro-units of the price's currency. Fractions are added up exactly and rounded up once, at the end.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from django.db.models import Prefetch
from django.utils import timezone

from accounts.prepared import Prepared, columns, loaded
from generation.errors import Unpriced
from generation.models import AiModel, Price, Unit
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Kind, Request
from generation.providers.fitting import LINES

MEGAPIXEL = 1_000_000
STANDARD_PIXELS = 1024 * 1024
"""The picture that `options["image_tokens"]` is said of; a larger one takes more, by its area."""
ONE = {
    Unit.CALL: "call", Unit.IMAGE: "picture", Unit.MEGAPIXEL: "megapixel", Unit.SECOND: "second", Unit.TOKEN: "token",
    Unit.INPUT_TOKEN: "token in", Unit.CHARACTER: "character",
}  # fmt: skip
MANY = {
    Unit.CALL: "calls", Unit.IMAGE: "pictures", Unit.MEGAPIXEL: "megapixels", Unit.SECOND: "seconds",
    Unit.TOKEN: "tokens", Unit.INPUT_TOKEN: "tokens in", Unit.CHARACTER: "characters",
}  # fmt: skip


def begun(path: str = "prices") -> Prefetch[str]:
    """For querysets of models (or of what leads to them by `path`): the prices that have begun, in one query for all,
    where `in_force(model.prices.all())` finds them."""
    today = timezone.now().date()
    prices = Price.objects.filter(effective_from__lte=today).order_by("-effective_from", "-id")
    return Prefetch(path, queryset=prices)


def in_force(prices: Iterable[Price]) -> list[Price]:
    """Of prices that have begun, the latest first: those in force, one for each unit, all in one currency."""
    found: dict[str, Price] = {}
    currency = ""
    for price in prices:
        currency = currency or price.currency
        if price.currency == currency:
            found.setdefault(price.unit, price)
    return sorted(found.values(), key=lambda price: list(Unit).index(Unit(price.unit)))


PRICE = columns(Price)
_begun = Prepared(
    lambda model_id, today: (
        Price.objects.filter(model_id=model_id, effective_from__lte=today)
        .order_by("-effective_from", "-id")
        .values_list(*PRICE)
    ),
    is_shared=True, model_id=int, today=datetime.date,
)  # fmt: skip


def todays(model: AiModel) -> list[Price]:
    """Today's prices; none where nobody may buy from it."""
    rows = _begun.rows(model_id=model.pk, today=timezone.now().date())
    return in_force(loaded(Price, PRICE, row.values()) for row in rows)


def prices_of(model: AiModel) -> list[Price]:
    """Today's prices. Raises `Unpriced` where there is none."""
    found = todays(model)
    if not found:
        raise Unpriced(f"“{model.name}” has no price yet. Choose another model.", field="model")
    return found


def quote(prices: Sequence[Price], request: Request, able: Capabilities | None = None) -> int:
    """The most that the request may cost, in micro-units, rounded up: what is shown on the button and held. The request
    is the fitted one. Raises `Unpriced` where the prices do not suffice to tell."""
    splits = any(price.unit == Unit.INPUT_TOKEN for price in prices)
    total = sum((_at(price, _most(price, request, able, splits=splits)) for price in prices), Fraction(0))
    return math.ceil(total)


def cost_of(prices: Sequence[Price], request: Request, done: Done) -> int | None:
    """What the purchase did cost: as the provider says, else as the prices say of what was used; None where neither
    tells (then the hold is booked)."""
    if done.cost_micros is not None:
        return done.cost_micros
    if not prices:
        return None
    splits = any(price.unit == Unit.INPUT_TOKEN for price in prices)
    total = Fraction(0)
    for price in prices:
        used = _used(price, request, done, splits=splits) if price.amount_micros else 0
        if used is None:
            return None
        total += _at(price, used)
    return math.ceil(total)


def words(prices: Sequence[Price]) -> str:
    """Prices as people read them: "0.03 USD per call + 0.015 USD per megapixel"; "free" where nothing is charged."""
    charged = [price for price in prices if price.amount_micros]
    if not charged:
        return "free" if prices else "no price"
    splits = any(price.unit == Unit.INPUT_TOKEN for price in charged)
    return " + ".join(_words(price, splits=splits) for price in charged)


def _words(price: Price, *, splits: bool) -> str:
    amount = f"{price.amount_micros / 1_000_000:.6f}".rstrip("0").rstrip(".")
    unit = Unit(price.unit)
    many = "tokens out" if splits and unit is Unit.TOKEN else MANY[unit]
    number = "million" if price.per == 1_000_000 else f"{price.per:,}"
    counted = ONE[unit] if price.per == 1 else f"{number} {many}"
    return f"{amount} {price.currency} per {counted}"


def _at(price: Price, units: Fraction | float) -> Fraction:
    exact = Fraction(str(units)) if isinstance(units, float) else units  # 0.1 is a tenth, not its nearest binary number
    return Fraction(price.amount_micros) * exact / price.per


def _most(price: Price, request: Request, able: Capabilities | None, *, splits: bool) -> Fraction | float:
    """The most units that the request may use."""
    unit = Unit(price.unit)
    if unit in (Unit.CALL, Unit.IMAGE) or not price.amount_micros:
        return 1
    if unit is Unit.CHARACTER:
        return len(request.prompt)
    if unit is Unit.SECOND:
        return _seconds(request, able)
    if unit is Unit.MEGAPIXEL:
        # Pictures that come along are counted like the one that is made: how large they are is not known here.
        return Fraction(pixels(request, able) * (1 + len(request.inputs)), MEGAPIXEL)
    tokens_in = _tokens_in(request, able)
    if unit is Unit.INPUT_TOKEN:
        return tokens_in
    return _tokens_out(request, able) + (0 if splits else tokens_in)


def _seconds(request: Request, able: Capabilities | None) -> float:
    if request.seconds is not None:
        return request.seconds
    if able is not None and able.seconds is not None:
        return able.default_seconds if able.default_seconds is not None else able.seconds[1]
    raise Unpriced(
        "This model is paid by the second, and how long its work gets cannot be told beforehand.", field="model"
    )


def pixels(request: Request, able: Capabilities | None) -> int:
    """The area of the picture that is asked for, or the largest it may get where nothing was said."""
    if request.width and request.height:
        return request.width * request.height
    tiers = [request.resolution] if request.resolution else list(able.resolutions) if able is not None else []
    known = [LINES[tier] for tier in (_tier(tier) for tier in tiers) if tier in LINES]
    return max(known) ** 2 if known else STANDARD_PIXELS


def _tier(name: str) -> str:
    return name.upper() if name[-1:] in "kK" else name.lower()


def _tokens_in(request: Request, able: Capabilities | None) -> int:
    # A token is seldom shorter than a byte of the prompt's UTF-8, so this bound holds in every script.
    schema = len(json.dumps(request.schema, ensure_ascii=False).encode()) if request.schema is not None else 0
    written = len(request.system.encode()) + len(request.prompt.encode()) + schema
    return written + len(request.inputs) * _picture_tokens(request, able) if request.inputs else written


def _tokens_out(request: Request, able: Capabilities | None) -> int:
    if request.kind is Kind.TEXT:
        answer, thoughts = (able.answer_tokens, able.thinking_tokens) if able is not None else (0, 0)
        return (request.max_tokens if request.max_tokens is not None else answer) + thoughts
    if request.kind in (Kind.IMAGE, Kind.EDIT):
        return _picture_tokens(request, able)
    if request.kind is Kind.MODERATE:
        return 0
    raise Unpriced("This model is paid by the token, and how many it takes cannot be told beforehand.", field="model")


def _picture_tokens(request: Request, able: Capabilities | None) -> int:
    stated = request.options.get("image_tokens")
    if not isinstance(stated, int):
        raise Unpriced(
            "This model is paid by the token, and nobody wrote down how many a picture takes (“image_tokens” among its "
            "options).",
            field="model",
        )
    return math.ceil(stated * max(Fraction(pixels(request, able), STANDARD_PIXELS), Fraction(1)))


def _used(price: Price, request: Request, done: Done, *, splits: bool) -> Fraction | float | None:
    """The units that were used, or None where nothing tells."""
    unit, usage = Unit(price.unit), done.usage
    if unit in (Unit.CALL, Unit.IMAGE):
        return 1
    if unit is Unit.SECOND:
        return done.seconds if done.seconds is not None else request.seconds
    if unit is Unit.CHARACTER:
        return usage.get("characters", len(request.prompt))
    if unit is Unit.MEGAPIXEL:
        if request.inputs or not (done.width and done.height):
            return None
        return Fraction(done.width * done.height, MEGAPIXEL)
    if "input_tokens" not in usage or "output_tokens" not in usage:
        return None
    if unit is Unit.INPUT_TOKEN:
        return usage["input_tokens"]
    return usage["output_tokens"] + (0 if splits else usage["input_tokens"])
