"""Says what an illustrator should draw, in the plain words that a keyword-driven painter understands.

Promises that the hero is described the same way in every scene of a story, and that two scenes in a row are composed
differently.
"""

from __future__ import annotations

from dataclasses import dataclass

from .weave import capital, clip, tidy

VIEWS = {
    "wide": "Wide view of {paint}",
    "close": "Close view, {paint} behind",
    "interior": "Interior, {paint} through the window",
    "object": "Object study, {paint} in the background",
    "above": "Wide view from high above {paint}",
}
LIGHT = {"dawn": "Dawn", "day": "Day", "dusk": "Dusk", "night": "Night"}
SKY = {
    "clear": "clear sky",
    "rain": "rain",
    "fog": "fog",
    "snow": "snow",
    "storm": "storm clouds",
    "wind": "wind and fast clouds",
    "stars": "stars",
}
_NEXT = {"wide": "close", "close": "above", "interior": "close", "object": "wide", "above": "wide"}


@dataclass(frozen=True, slots=True)
class Moment:
    """When and in what weather a scene stands, and in what spirit."""

    hour: str
    sky: str
    mood: str


def other_view(wanted: str, last: str) -> str:
    """`wanted`, or its neighbour where the scene before was composed the same way."""
    return _NEXT.get(wanted, "wide") if wanted == last else wanted


def picture(*, view: str, paint: str, look: str, doing: str, thing: str, at_hand: bool, moment: Moment) -> str:
    """One to three sentences for the painter."""
    frame = VIEWS.get(view, VIEWS["wide"]).format(paint=paint)
    first = f"{frame}: {look} {doing}."
    light = f"{LIGHT[moment.hour]}, {SKY[moment.sky]}, {moment.mood} mood."
    if view == "object":
        first = f"{frame}: the {thing} in the foreground, and {look} {doing}."
        return tidy(f"{first} {light}")
    carried = f" The {thing} is close by." if at_hand else ""
    return tidy(f"{first} {light}{carried}")


_ALT_LIGHT = {
    "dawn": ("the first light coming in low", "a pale early light over everything", "dawn just colouring the edges"),
    "day": ("plain daylight on every surface", "the middle of the day, short shadows", "bright and ordinary daylight"),
    "dusk": ("the light going orange", "dusk settling, one window lit", "long shadows leaning the same way"),
    "night": (
        "dark all round but for one warm light",
        "night, and a single lamp",
        "a dark sky with a little light low down",
    ),
}
_ALT_SKY = {
    "clear": "under a clear sky",
    "rain": "in fine slanting rain",
    "fog": "with fog softening the far things",
    "snow": "with snow coming down in no hurry",
    "storm": "under heavy storm clouds",
    "wind": "in a wind that pulls at everything loose",
    "stars": "under a great many stars",
}


def alt(*, look: str, doing: str, moment: Moment, pick: int) -> str:
    """What the picture shows, for someone who cannot see it."""
    lights = _ALT_LIGHT[moment.hour]
    text = f"{capital(look)} {doing}, {_ALT_SKY[moment.sky]}, {lights[pick % len(lights)]}."
    if len(text) > 250:
        text = f"{capital(look)} {doing}, {_ALT_SKY[moment.sky]}."
    return clip(tidy(text), 250)
