"""The budget of memory for decoding: who waits, who never does, and that all is given back."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from generation.providers.answers import LARGE, UNPACKED
from generation.providers.budget import BUDGET, Budget
from generation.providers.wire import Wire
from tests.generation.providers.raw import Raw, reply, says

MEGABYTE = 1024**2


class Buyer(threading.Thread):
    """A purchase that takes `amounts` one after another, and holds them until it is let go."""

    def __init__(self, budget: Budget, *amounts: int) -> None:
        super().__init__(daemon=True)
        self.budget, self.amounts = budget, amounts
        self.has, self.go = threading.Event(), threading.Event()

    def run(self) -> None:
        with self.budget.purchase():
            for amount in self.amounts:
                self.budget.take(amount)
            self.has.set()
            self.go.wait(30)

    def finish(self) -> None:
        self.go.set()
        self.join(30)
        assert not self.is_alive()


def started(budget: Budget, *amounts: int) -> Buyer:
    buyer = Buyer(budget, *amounts)
    buyer.start()
    return buyer


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another thread is about to do."""
    pause = threading.Event()
    for _ in range(3000):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come to it")


def waiting(budget: Budget) -> int:
    return len(budget._room._waiters)  # type: ignore[attr-defined]


def test_what_is_taken_is_given_back() -> None:
    budget = Budget(100)
    with budget.purchase():
        budget.take(30)
        budget.take(20)
        assert budget.taken == 50
    assert budget.taken == 0
    with pytest.raises(KeyError), budget.purchase():
        budget.take(30)
        raise KeyError
    assert budget.taken == 0


def test_whoever_holds_nothing_waits_for_room() -> None:
    budget = Budget(100)
    first = started(budget, 60)
    assert first.has.wait(30)
    second = started(budget, 50)
    until(lambda: waiting(budget) == 1)
    assert (second.has.is_set(), budget.taken) == (False, 60)
    first.finish()
    assert second.has.wait(30)
    assert budget.taken == 50
    second.finish()
    assert budget.taken == 0


def test_whoever_holds_something_never_waits() -> None:
    """Two that hold 60 and 40 of 100 and both want more would wait for each other for ever."""
    budget = Budget(100)
    first, second = Buyer(budget, 60, 30), Buyer(budget, 40, 30)
    for buyer in (first, second):
        buyer.start()
    # One may have to wait for the first of its own; what it takes after that it gets at once.
    first.go.set()
    second.go.set()
    first.join(30)
    second.join(30)
    assert (first.has.is_set(), second.has.is_set(), budget.taken) == (True, True, 0)


def test_holders_get_more_while_others_wait() -> None:
    budget = Budget(100)
    with budget.purchase():
        budget.take(90)
        other = started(budget, 20)
        until(lambda: waiting(budget) == 1)
        budget.take(80)
        assert (budget.taken, other.has.is_set()) == (170, False)
    assert other.has.wait(30)
    other.finish()
    assert budget.taken == 0


def test_one_that_is_larger_than_all_waits_until_it_is_alone() -> None:
    budget = Budget(100)
    small = started(budget, 1)
    assert small.has.wait(30)
    large = started(budget, 10_000)
    until(lambda: waiting(budget) == 1)
    small.finish()
    assert large.has.wait(30)
    assert budget.taken == 100
    large.finish()
    assert budget.taken == 0


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_is_nothing(amount: int) -> None:
    budget = Budget(100)
    with budget.purchase():
        budget.take(amount)
        assert budget.taken == 0


def test_outside_of_a_purchase_nothing_is_taken() -> None:
    budget = Budget(100)
    budget.take(1000)
    assert budget.taken == 0


def test_a_purchase_inside_another_gives_back_its_own_and_waits_for_nobody() -> None:
    budget = Budget(100)
    with budget.purchase():
        budget.take(60)
        with budget.purchase():
            budget.take(60)
            assert budget.taken == 120
        assert budget.taken == 60
    assert budget.taken == 0


def test_a_crowd_stays_within_the_budget_and_all_get_through() -> None:
    budget = Budget(1000)
    chance = random.Random(7)
    amounts = [chance.randrange(1, 600) for _ in range(60)]
    most: list[int] = []

    def buy(amount: int) -> None:
        with budget.purchase():
            budget.take(amount)
            most.append(budget.taken)

    threads = [threading.Thread(target=buy, args=(amount,), daemon=True) for amount in amounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(most), budget.taken) == (60, 0)
    assert max(most) <= 1000


def test_large_answers_are_unpacked_within_the_budget_of_the_process() -> None:
    """Four answers whose decoding would need more than all of it: the fourth waits for one that is done."""
    body = b'{"data": "' + b"A" * 6 * MEGABYTE + b'"}'
    fits = BUDGET.total // (len(body) * UNPACKED)
    with Raw(says(reply(body))) as server, ExitStack() as stack:
        wire = Wire(server.url, trusted=True)
        done: list[int] = []
        go = [threading.Event() for _ in range(fits + 1)]

        def buy(number: int) -> None:
            with BUDGET.purchase():
                answer: dict[str, Any] = wire.post("buy", json={}).json()
                done.append(len(answer["data"]))
                go[number].wait(30)

        threads = [threading.Thread(target=buy, args=(number,), daemon=True) for number in range(fits + 1)]
        for event in go:
            stack.callback(event.set)
        for number, thread in enumerate(threads):
            thread.start()
            until(lambda: len(done) == min(number + 1, fits))  # noqa: B023
        until(lambda: waiting(BUDGET) == 1)
        assert (len(done), BUDGET.taken) == (fits, fits * len(body) * UNPACKED)
        go[0].set()
        until(lambda: len(done) == fits + 1)
        for event in go:
            event.set()
        for thread in threads:
            thread.join(30)
        assert (done, BUDGET.taken) == ([6 * MEGABYTE] * (fits + 1), 0)


def test_small_answers_do_not_count() -> None:
    with Raw(says(reply(b'{"data": "' + b"A" * (LARGE - 100) + b'"}'))) as server, BUDGET.purchase():
        assert len(Wire(server.url, trusted=True).post("buy", json={}).json()["data"]) == LARGE - 100
        assert BUDGET.taken == 0
