"""The price on a button is what is held when it is pressed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import LedgerEntry
from accounts.tenancy import scope
from generation.models import AiModel, Job, Price, SafetyPolicy, Unit
from stories import baskets, play
from stories.models import Choice, Scene
from tests import factories
from tests.stories import worker

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


def held_by(scene: Scene) -> int:
    """What all jobs of a page were held for, its checks among them."""
    jobs = Job.objects.filter(run=scene.job.run)
    return sum(LedgerEntry.objects.filter(kind="reserve", job_id__in=jobs).values_list("amount_micros", flat=True))


@pytest.fixture
def by_the_token(toll: Any) -> None:
    """Prices that depend on how long the request is, so that each choice has its own."""
    for key, unit in (("toll-words", Unit.TOKEN), ("toll-words", Unit.INPUT_TOKEN)):
        model = AiModel.objects.get(key=key)
        first = model.prices.get(unit=Unit.CALL)
        Price.objects.create(model=model, unit=unit, amount_micros=7, effective_from=first.effective_from)


def with_long_way(page: Scene) -> list[Choice]:
    ways = list(Choice.objects.filter(scene=page, origin="written"))
    Choice.objects.filter(id=ways[0].id).update(text="Far " * 60)
    return list(Choice.objects.filter(scene=page, origin="written"))


@pytest.mark.parametrize("film", [False, True])
@pytest.mark.usefixtures("by_the_token")
def test_each_choice_says_what_it_holds(in_tenant: Any, film: bool) -> None:
    reader = in_tenant.user("reader")
    page = worker.opened(reader, in_tenant.kids, film=film)
    ways = with_long_way(page)
    prices = baskets.prices_of(page, ways, reader=reader)
    assert prices is not None
    assert prices.choices[ways[0].id] > prices.choices[ways[1].id], "a longer way costs more: the control"
    for way in ways[:2]:
        taken = play.choose(reader=reader, scene=worker.fresh(page), choice=way, address=HERE)
        assert held_by(taken) == prices.choices[way.id]
    over = play.wrap_up(reader=reader, scene=worker.fresh(page), address=HERE)
    assert held_by(over) == prices.wrap_up
    own = play.choose_typed(
        reader=reader, scene=worker.fresh(page), text="Wait", nonce=factories.uuid.uuid4(), address=HERE
    )
    assert held_by(own) <= prices.own_words


@pytest.mark.usefixtures("by_the_token")
def test_the_first_page_holds_no_more_than_begin_says(in_tenant: Any, client_for: Any) -> None:
    home = client_for("reader").get("/kids/").content.decode()
    said = re.search(r"data-begin-most[^>]*>at most ([0-9.]+) USD<", home)
    assert said is not None
    opened = factories.story(in_tenant.user("reader"), in_tenant.kids, prompt="A key in a fish")
    assert 0 < held_by(opened) <= float(said.group(1)) * 1_000_000


@pytest.mark.usefixtures("by_the_token")
def test_a_check_before_is_in_the_price(in_tenant: Any) -> None:
    warden = AiModel.objects.get(key="demo-warden")
    Price.objects.filter(model=warden).delete()
    Price.objects.create(model=warden, unit=Unit.CALL, amount_micros=5, effective_from="2026-01-01")
    SafetyPolicy.objects.update_or_create(
        tier=in_tenant.kids, defaults={"check_model": warden, "checks_text_before": True}
    )  # fmt: skip
    reader = in_tenant.user("reader")
    page = worker.opened(reader, in_tenant.kids)
    prices = baskets.prices_of(page, with_long_way(page), reader=reader)
    assert prices is not None
    text = baskets.WIDEST * baskets.MAX_TYPED
    taken = play.choose_typed(reader=reader, scene=page, text=text, nonce=factories.uuid.uuid4(), address=HERE)
    assert held_by(taken) == prices.own_words


def test_the_page_shows_it_to_whoever_pays(world: Any, toll: Any, client_for: Any) -> None:
    with scope(world.tenant):
        page = worker.opened(world.user("reader"), world.kids)
    shown = client_for("reader").get(f"/kids/story/scene/{page.id}").content.decode()
    assert shown.count('class="choice__price">up to 0.002 USD<') == ways_of(world, page)
    assert "at most 0.002 USD" in shown
    staff = client_for("staff").get(f"/kids/story/scene/{page.id}").content.decode()
    assert "choice__price" not in staff


def ways_of(world: Any, page: Scene) -> int:
    with scope(world.tenant):
        return Choice.objects.filter(scene=page, origin="written").count()


def test_where_nothing_costs_nothing_is_said(world: Any, client_for: Any) -> None:
    with scope(world.tenant):
        page = worker.opened(world.user("reader"), world.kids)
    browser: Client = client_for("reader")
    shown = browser.get(f"/kids/story/scene/{page.id}").content.decode()
    assert ("choice__price" in shown, "at most" in shown) == (False, False)
    assert re.search(r"data-begin-most[^>]* hidden>", browser.get("/kids/").content.decode()) is not None
