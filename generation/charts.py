"""A chart of days as the numbers of an SVG, which a template draws without a script or a style. What it shows stands in a table
beside it. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.spending import Spent

WIDTH, HEIGHT = 720, 180
GAP = 0.25
"""What of a day's width is left free."""


@dataclass(frozen=True, slots=True)
class Bar:
    """In units of the drawing; `day` and `value` are what it stands for."""

    x: float
    y: float
    width: float
    height: float
    day: datetime.date
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    first: datetime.date
    last: datetime.date
    highest: int
    is_money: bool
    """Whether the bars are amounts; where nothing cost anything they are numbers of purchases."""
    width: int = WIDTH
    height: int = HEIGHT


def of_days(by_day: Sequence[tuple[datetime.date, Spent]], first: datetime.date, last: datetime.date) -> Chart | None:
    """One bar for each day on which something was bought, in its place between the first day and the last; None where there
    was nothing."""
    is_money = any(spent.micros for _, spent in by_day)
    values = {day: spent.micros if is_money else spent.purchases for day, spent in by_day}
    highest = max(values.values(), default=0)
    if not highest:
        return None
    step = WIDTH / ((last - first).days + 1)
    bars = []
    for day, value in values.items():
        if value:
            height = max(1.0, round(HEIGHT * value / highest, 2))
            at = (day - first).days * step + step * GAP / 2
            bars.append(Bar(round(at, 2), round(HEIGHT - height, 2), round(step * (1 - GAP), 2), height, day, value))
    return Chart(bars, first, last, highest, is_money)
