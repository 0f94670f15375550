"""The dashboard and the shelf: what they show, to whom, and in how many queries."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Cap
from accounts.models.ledger import Period
from accounts.tenancy import scope
from generation.drain import drain_here
from generation.studio.models import Piece
from tests.factories import TOLL_CAP, TOLL_PRICE
from tests.generation.studio.pages.conftest import cap

pytestmark = pytest.mark.django_db(transaction=True)


def ask(browser: Client, **given: str) -> None:
    given = {"prompt": "A fox", "make": "1", "nonce": str(uuid.uuid4()), **given}
    assert browser.post("/studio/image/", given).status_code == 303


def finish(world: Any) -> None:
    with scope(world.tenant):
        drain_here()


def test_what_is_running_and_what_was_made_last(browser: Client, world: Any, paid: Any) -> None:
    for number in range(3):
        ask(browser, prompt=f"Picture {number}")
    finish(world)
    ask(browser, prompt="Not yet")
    shown = browser.get("/studio/").context
    assert [one.piece.title for one in shown["running"]] == ["Not yet"]
    assert [one.piece.title for one in shown["latest"]] == ["Picture 2", "Picture 1", "Picture 0"]
    fragment = browser.get("/studio/", headers={"X-Fragment": "results"})
    assert [template.name for template in fragment.templates][:1] == ["studio/_results.html"]


class TestMoney:
    def told(self, browser: Client) -> tuple[str, str, str]:
        shown = browser.get("/studio/").context
        return shown["spent_today"], shown["spent_month"], shown["left_words"]

    def test_what_was_spent_and_what_is_left(self, browser: Client, world: Any, paid: Any) -> None:
        assert self.told(browser) == ("free", "free", "1.00 USD")
        ask(browser)
        assert self.told(browser) == ("free", "free", "0.999 USD")  # held
        finish(world)
        assert self.told(browser) == ("0.001 USD", "0.001 USD", "0.999 USD")
        cap(world, 4 * TOLL_PRICE, Period.MONTH)
        assert self.told(browser) == ("0.001 USD", "0.001 USD", "0.003 USD")
        assert browser.get("/studio/").context["limit_words"] == "0.004 USD"

    def test_of_somebody_else_nothing(self, browser: Client, others: Any, world: Any, paid: Any) -> None:
        ask(browser)
        finish(world)
        assert self.told(others["another author"]) == ("free", "free", "0.999 USD")
        assert self.told(others["another tenant"]) == ("free", "free", "")

    def test_no_budget(self, browser: Client, world: Any, paid: Any) -> None:
        with scope(world.tenant):
            Cap.objects.all().delete()
        assert "no budget is set" in browser.get("/studio/").content.decode()

    def test_no_budget_is_needed_for_what_is_free(self, browser: Client) -> None:
        assert "no budget is needed" in browser.get("/studio/").content.decode()
        assert TOLL_CAP == 1_000_000


def test_it_asks_the_same_of_the_database_for_one_piece_and_for_many(browser: Client, world: Any, paid: Any) -> None:
    def queries(address: str) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    ask(browser)
    finish(world)
    ask(browser)
    one = {address: queries(address) for address in ("/studio/", "/studio/pieces/")}
    for _ in range(4):
        ask(browser, count="3")
    finish(world)
    for _ in range(3):
        ask(browser)
    assert {address: queries(address) for address in one} == one
    assert one["/studio/"] <= 17
    assert one["/studio/pieces/"] <= 7


def test_a_shelf_of_many_has_pages(browser: Client, world: Any, paid: Any) -> None:
    ask(browser, prompt="The first")
    finish(world)
    with scope(world.tenant):
        kept = Piece.objects.get()
    for number in range(25):
        ask(browser, prompt=f"Picture {number}")
    first, second = browser.get("/studio/pieces/"), browser.get("/studio/pieces/?page=2")
    assert (len(first.context["pieces"]), [one.piece.id for one in second.context["pieces"]][-1]) == (24, kept.id)
    assert len(second.context["pieces"]) == 2
    assert browser.get("/studio/pieces/?kind=text").context["pieces"] == []
    assert len(browser.get("/studio/pieces/?kind=image&page=x").context["pieces"]) == 24
    assert browser.get("/studio/pieces/?kind=nonsense").context["kind"] == "nonsense"
