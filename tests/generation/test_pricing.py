"""What a purchase may cost at most, what it did cost, and prices in words."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import LedgerEntry
from generation import pricing
from generation.errors import Unpriced
from generation.jobs import claiming, outcomes
from generation.models import AiModel, Job, Price, Unit
from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.contract import Done, Input, Kind, Request
from generation.storage import Kept
from stories import prompts
from tests import factories
from tests.stories import worker

DAY = datetime.timedelta(days=1)
MILLION = 1_000_000
TEXT = Capabilities(Kind.TEXT, answer_tokens=500, thinking_tokens=1_000)
IMAGE = Capabilities(Kind.IMAGE, sizes=Sizes(64, 4096))
TIERS = Capabilities(Kind.IMAGE, aspect_ratios=("1:1",), resolutions=("1K", "2K"))
VIDEO = Capabilities(Kind.VIDEO, seconds=(2, 10))
PICTURE = Input("reference", "image/png", b"")


def price(unit: Unit, amount: int, per: int = 1) -> Price:
    return Price(unit=unit, amount_micros=amount, per=per)


def asked(kind: Kind = Kind.TEXT, **more: Any) -> Request:
    return Request(**{"kind": kind, "model": "m", "prompt": "", **more})


CALL, EACH = price(Unit.CALL, 7), price(Unit.IMAGE, 40_000)
SECOND, LETTER = price(Unit.SECOND, 100), price(Unit.CHARACTER, 100_000, 1_000)
AREA = price(Unit.MEGAPIXEL, 15_000)
TOKEN, TOKEN_IN = price(Unit.TOKEN, 10 * MILLION, MILLION), price(Unit.INPUT_TOKEN, 2 * MILLION, MILLION)
"""10 micros for a token, 2 for one that goes in."""


@pytest.mark.parametrize(
    ("prices", "request_", "able", "micros"),
    [
        ([CALL], asked(), None, 7),
        ([EACH], asked(Kind.IMAGE), None, 40_000),
        ([CALL, EACH], asked(Kind.IMAGE), None, 40_007),
        ([price(Unit.CALL, 0)], asked(), None, 0),
        ([SECOND], asked(Kind.VIDEO, seconds=4.0), VIDEO, 400),
        ([SECOND], asked(Kind.VIDEO, seconds=4.1), VIDEO, 410),  # not 411: a tenth is a tenth
        ([price(Unit.SECOND, 3)], asked(Kind.VIDEO, seconds=2.5), VIDEO, 8),
        ([SECOND], asked(Kind.VIDEO), VIDEO, 1_000),  # the longest there is
        ([SECOND], asked(Kind.VIDEO), Capabilities(Kind.VIDEO, seconds=(2, 10), default_seconds=5), 500),
        ([LETTER], asked(Kind.SPEECH, prompt="abcde"), None, 500),
        ([LETTER], asked(Kind.SPEECH, prompt="日本"), None, 200),
        ([price(Unit.CHARACTER, 1, 1_000)], asked(Kind.SPEECH, prompt="abc"), None, 1),  # rounded up, once
        ([price(Unit.CHARACTER, 1, 1_000), price(Unit.CALL, 1)], asked(Kind.SPEECH, prompt="abc"), None, 2),
        ([AREA], asked(Kind.IMAGE, width=1000, height=2000), IMAGE, 30_000),
        ([AREA], asked(Kind.IMAGE, width=1000, height=1000, inputs=(PICTURE, PICTURE)), IMAGE, 45_000),
        ([AREA], asked(Kind.IMAGE, resolution="1K"), TIERS, 15_729),
        ([AREA], asked(Kind.IMAGE, resolution="2k"), TIERS, 62_915),
        ([AREA], asked(Kind.IMAGE), TIERS, 62_915),  # nothing asked: the largest it makes
        ([CALL, AREA], asked(Kind.IMAGE, width=1000, height=1000), IMAGE, 15_007),
        ([TOKEN], asked(prompt="abc", system="de", max_tokens=100), None, 1_050),
        ([TOKEN], asked(prompt="日本", max_tokens=None), None, 60),  # bytes, which bound the tokens
        ([TOKEN], asked(prompt="abc", max_tokens=100), TEXT, 11_030),  # thoughts are paid as well
        ([TOKEN], asked(prompt="abc"), TEXT, 15_030),
        ([TOKEN_IN, TOKEN], asked(prompt="abc", max_tokens=100), TEXT, 11_006),
        ([TOKEN], asked(prompt="a", schema={"a": 1}, max_tokens=0), None, 90),
        ([TOKEN], asked(Kind.IMAGE, prompt="a", width=1024, height=1024, options={"image_tokens": 50}), IMAGE, 510),
        ([TOKEN], asked(Kind.IMAGE, prompt="a", width=2048, height=1024, options={"image_tokens": 50}), IMAGE, 1_010),
        ([TOKEN], asked(Kind.IMAGE, prompt="a", width=256, height=256, options={"image_tokens": 50}), IMAGE, 510),
        ([TOKEN_IN, TOKEN], asked(
            Kind.IMAGE, prompt="a", width=1024, height=1024, inputs=(PICTURE,), options={"image_tokens": 50}
        ), IMAGE, 602),
        ([TOKEN], asked(Kind.MODERATE, prompt="abc"), None, 30),
    ],
)  # fmt: skip
def test_the_most_that_it_may_cost(
    prices: list[Price], request_: Request, able: Capabilities | None, micros: int
) -> None:
    assert pricing.quote(prices, request_, able) == micros


@pytest.mark.parametrize(
    ("prices", "request_"),
    [
        ([TOKEN], asked(Kind.IMAGE, prompt="a")),
        ([TOKEN], asked(Kind.SPEECH, prompt="a")),
        ([TOKEN], asked(Kind.VIDEO, prompt="a", seconds=3.0)),
        ([SECOND], asked(Kind.SPEECH, prompt="a")),
    ],
    ids=["a picture without image_tokens", "a voice", "a film", "a voice by the second"],
)
def test_what_has_no_bound_cannot_be_bought(prices: list[Price], request_: Request) -> None:
    with pytest.raises(Unpriced) as refused:
        pricing.quote(prices, request_, Capabilities(request_.kind))
    assert refused.value.field == "model"


USAGE = {"input_tokens": 30, "output_tokens": 4}


@pytest.mark.parametrize(
    ("prices", "request_", "done", "micros"),
    [
        ([EACH], asked(Kind.IMAGE), Done(data=b"", cost_micros=5), 5),  # what the provider says stands
        ([], asked(), Done(text="", cost_micros=0), 0),
        ([], asked(), Done(text=""), None),
        ([CALL, EACH], asked(Kind.IMAGE), Done(data=b""), 40_007),
        ([TOKEN], asked(), Done(text="", usage=USAGE), 340),
        ([TOKEN_IN, TOKEN], asked(), Done(text="", usage=USAGE), 100),
        ([TOKEN], asked(), Done(text="", usage={"output_tokens": 4}), None),
        ([TOKEN], asked(), Done(text=""), None),
        ([price(Unit.TOKEN, 0)], asked(), Done(text=""), 0),
        ([LETTER], asked(Kind.SPEECH, prompt="abcde"), Done(data=b"", usage={"characters": 3}), 300),
        ([LETTER], asked(Kind.SPEECH, prompt="abcde"), Done(data=b""), 500),
        ([SECOND], asked(Kind.VIDEO, seconds=4), Done(data=b"", seconds=3.5), 350),
        ([SECOND], asked(Kind.VIDEO, seconds=4), Done(data=b""), 400),
        ([SECOND], asked(Kind.VIDEO), Done(data=b""), None),
        ([AREA], asked(Kind.IMAGE), Done(data=b"", width=1000, height=500), 7_500),
        ([AREA], asked(Kind.IMAGE, width=1000, height=500), Done(data=b""), None),
        ([AREA], asked(Kind.IMAGE, inputs=(PICTURE,)), Done(data=b"", width=1000, height=500), None),
    ],
)  # fmt: skip
def test_what_it_did_cost(prices: list[Price], request_: Request, done: Done, micros: int | None) -> None:
    assert pricing.cost_of(prices, request_, done) == micros


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ([], "no price"),
        ([price(Unit.CALL, 0)], "free"),
        ([price(Unit.IMAGE, 1)], "0.000001 USD per picture"),
        ([price(Unit.IMAGE, 3_000_000)], "3 USD per picture"),
        ([price(Unit.CALL, 30_000), AREA], "0.03 USD per call + 0.015 USD per megapixel"),
        ([TOKEN_IN, TOKEN], "2 USD per million tokens in + 10 USD per million tokens out"),
        ([LETTER, price(Unit.SECOND, 0)], "0.1 USD per 1,000 characters"),
    ],
)
def test_prices_in_words(prices: list[Price], words: str) -> None:
    assert pricing.words(prices) == words


@pytest.fixture
def model(in_tenant: Any) -> AiModel:
    return AiModel.objects.create(key="m", name="M", provider="demo", remote_name="storyteller", kind="text")


def test_in_each_unit_the_latest_that_has_begun(model: AiModel) -> None:
    today = timezone.now().date()
    rows = [
        (Unit.CALL, 1, today - 9 * DAY, "USD"), (Unit.CALL, 2, today, "USD"), (Unit.CALL, 3, today + DAY, "USD"),
        (Unit.TOKEN, 4, today - 3 * DAY, "USD"), (Unit.IMAGE, 5, today + DAY, "USD"), (Unit.SECOND, 6, today - DAY, "EUR"),
    ]  # fmt: skip
    for unit, amount, day, currency in rows:
        Price.objects.create(model=model, unit=unit, amount_micros=amount, effective_from=day, currency=currency)
    found = [(one.unit, one.amount_micros) for one in pricing.prices_of(model)]
    assert found == [(Unit.CALL, 2), (Unit.TOKEN, 4)]
    fetched = AiModel.objects.prefetch_related(pricing.begun()).get(id=model.id)
    assert [(one.unit, one.amount_micros) for one in pricing.in_force(fetched.prices.all())] == found


def test_none_yet(model: AiModel) -> None:
    tomorrow = timezone.now().date() + DAY
    Price.objects.create(model=model, unit=Unit.CALL, amount_micros=1, effective_from=tomorrow)
    assert pricing.todays(model) == []
    with pytest.raises(Unpriced, match="“M” has no price yet"):
        pricing.prices_of(model)


# What the engine holds and books


def reprice(key: str, unit: Unit, amount: int, per: int = 1) -> None:
    AiModel.objects.get(key=key).prices.all().delete()
    Price.objects.create(
        model=AiModel.objects.get(key=key), unit=unit, amount_micros=amount, per=per, effective_from="2026-01-01"
    )


def booked(job: Job) -> list[tuple[str, int]]:
    return list(LedgerEntry.objects.filter(job_id=job.id).values_list("kind", "amount_micros"))


@pytest.mark.parametrize(
    ("unit", "held"),
    # Its step says nothing of a longest prompt, so it is the model's own: 32,000 characters, of four bytes at most.
    [(Unit.CALL, 10), (Unit.CHARACTER, 320_000), (Unit.SECOND, 100)],
)
def test_a_job_that_waits_is_held_for_the_longest_prompt(
    in_tenant: Any, step: Any, toll: Any, unit: Unit, held: int
) -> None:
    reprice("toll-reel", unit, 10)
    reader = in_tenant.user("reader")
    text = factories.job(reader, in_tenant.kids, kind=Kind.TEXT)
    waiting = factories.job(reader, in_tenant.kids, kind=Kind.VIDEO, needs=(text,), prompt="")
    known = factories.job(reader, in_tenant.kids, kind=Kind.VIDEO, prompt="ab")
    assert (waiting.hold_micros, booked(waiting)) == (held, [("reserve", held)])
    assert known.hold_micros == {Unit.CALL: 10, Unit.CHARACTER: 20, Unit.SECOND: 100}[unit]


def test_a_picture_of_a_scene_is_held_for_the_longest_that_a_draft_may_say(in_tenant: Any, toll: Any) -> None:
    reprice("toll-paint", Unit.CHARACTER, 1)
    reprice("toll-reel", Unit.CHARACTER, 1)
    scene = factories.story(in_tenant.user("reader"), in_tenant.kids, film=True)
    assert (scene.image.job.hold_micros, scene.video.job.hold_micros) == (
        prompts.LONGEST_PICTURE, prompts.LONGEST_FILM,
    )  # fmt: skip
    look = prompts.look(tier_style="y" * 200, art_style="z" * 16, guidelines="g" * 5_000, never_shown="n" * 300)
    assert len(prompts.picture(words="x" * 2_000, look=look)) <= prompts.LONGEST_PICTURE
    assert len(prompts.film(picture="x" * 2_000, words="x" * 500, look=look)) <= prompts.LONGEST_FILM


@pytest.mark.parametrize(
    ("unit", "done", "kept", "cost"),
    [
        (Unit.CALL, Done(data=b"x"), None, 10),
        (Unit.MEGAPIXEL, Done(data=b"x"), (1000, 2000), 20),  # as it was measured, where nobody told
        (Unit.MEGAPIXEL, Done(data=b"x", width=1000, height=1000), (1000, 2000), 10),
        (Unit.CALL, Done(data=b"x", cost_micros=55), None, 55),  # dearer than the hold is booked too
    ],
)
def test_the_real_cost_is_settled(
    in_tenant: Any, step: Any, toll: Any, unit: Unit, done: Done, kept: tuple[int, int] | None, cost: int
) -> None:
    reprice("toll-paint", unit, 10)
    factories.job(in_tenant.user("reader"), in_tenant.kids, aspect_ratio="16:9")
    job = claiming.claim(worker="w:1", room=worker.ROOM)[0]
    measured = Kept("0" * 64, "image/png", 1, *kept) if kept else Kept("0" * 64, "image/png", 1)
    outcomes.stored(job, done, measured)
    stored = Job.objects.get(id=job.id)
    assert (stored.cost_micros, booked(job)[-1]) == (cost, ("settle", cost))


def test_where_nobody_can_tell_the_hold_is_booked(in_tenant: Any, step: Any, toll: Any) -> None:
    reprice("toll-words", Unit.TOKEN, 2)
    held = factories.job(in_tenant.user("reader"), in_tenant.kids, kind=Kind.TEXT, max_tokens=10).hold_micros
    job = claiming.claim(worker="w:1", room=worker.ROOM)[0]
    outcomes.stored(job, Done(text="words"), None)
    assert booked(job) == [("reserve", held), ("settle", held)]
    assert held == 2 * (len('{"must_end": false}') + 10)


def test_the_token_usage_is_what_is_settled(in_tenant: Any, step: Any, toll: Any) -> None:
    reprice("toll-words", Unit.TOKEN, 2)
    factories.job(in_tenant.user("reader"), in_tenant.kids, kind=Kind.TEXT, max_tokens=10)
    job = claiming.claim(worker="w:1", room=worker.ROOM)[0]
    outcomes.stored(job, Done(text="words", usage={"input_tokens": 5, "output_tokens": 3}), None)
    assert booked(job)[-1] == ("settle", 16)
