"""How calls went, in one insert now and then."""

from __future__ import annotations

import pytest

from generation import overview, tallies
from generation.clock import after
from generation.models import Tally
from generation.tallies import SAMPLES, Counting

pytestmark = pytest.mark.django_db


def test_counts_are_written_when_it_is_time_and_only_what_is_new() -> None:
    counting = Counting()
    for error in ("", "transient", "transient"):
        counting.note("toll", error=error, seconds=None if error else 1.5)
    counting.write()
    assert not Tally.objects.exists()  # not yet
    counting.write(at_once=True)
    counting.write(at_once=True)
    row = Tally.objects.get()
    assert (row.provider, row.calls, row.errors, row.took) == ("toll", 3, {"transient": 2}, [1.5])


def test_of_many_durations_a_sample_is_kept() -> None:
    counting = Counting()
    for number in range(SAMPLES * 3):
        counting.note("toll", seconds=float(number))
    counting.write(at_once=True)
    row = Tally.objects.get()
    assert (row.calls, len(row.took)) == (SAMPLES * 3, SAMPLES)


def test_what_is_older_than_a_day_goes() -> None:
    for seconds in (-90_000, -80_000):
        Tally.objects.create(provider="toll", at=after(seconds), calls=1)
    assert (tallies.forget_old(), Tally.objects.count()) == (1, 1)


def test_percentiles_are_values_that_were_seen() -> None:
    seen = [float(number) for number in range(1, 21)]
    assert [overview.percentile(seen, share) for share in (0.5, 0.95)] == [10.0, 19.0]
    assert overview.percentile([], 0.5) is None
