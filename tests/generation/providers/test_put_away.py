"""Room that a purchase needs only until its request lies in a file."""

from __future__ import annotations

import pytest

from generation.providers import bodies
from generation.providers.answers import LARGE
from generation.providers.bodies import Body
from generation.providers.budget import Budget


def test_what_was_put_away_is_free_at_once_and_given_back_once() -> None:
    budget = Budget(100)
    with budget.purchase():
        assert not budget.is_mine
        budget.take(60)
        assert (budget.taken, budget.is_mine) == (60, True)
        budget.put_away()
        assert (budget.taken, budget.is_mine) == (0, False)
        budget.take(30)
    assert budget.taken == 0


def test_inside_of_another_purchase_the_sums_still_agree() -> None:
    budget = Budget(100)
    with budget.purchase():
        budget.take(40)
        with budget.purchase():
            budget.take(20)
            budget.put_away()
            assert budget.taken == 0
        assert (budget.taken, budget.is_mine) == (40, True)
    assert budget.taken == 0


def test_outside_of_a_purchase_there_is_nothing_to_put_away() -> None:
    budget = Budget(100)
    budget.put_away()
    assert (budget.taken, budget.is_mine) == (0, False)


@pytest.mark.parametrize(("size", "left"), [(LARGE - 100, 50), (LARGE + 1, 0)])
@pytest.mark.parametrize("form", ["json", "files"])
def test_a_request_in_a_file_gives_room_back(size: int, left: int, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Budget(100)
    monkeypatch.setattr(bodies, "BUDGET", budget)
    with budget.purchase():
        budget.take(50)
        body = Body({"a": "x" * size}) if form == "json" else Body(files=[("a", ("a.png", b"x" * size, "image/png"))])
        with body.opened():
            assert budget.taken == left
