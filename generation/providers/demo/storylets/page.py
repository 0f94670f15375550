"""Sets a scene down on the page: the hour and the weather, what is remembered, the length, the picture, the notes.

`Page` holds what is fixed for one call; who chooses what happens is `engine`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .arcs import ARCS
from .cast import Cast
from .memory import State, note
from .pictures import Moment, alt, other_view, picture
from .prose import PLACES, weather
from .prose.echoes import DETAILS, ECHOES, ITEMS
from .weave import capital, chance, clip, headline, tidy, weave, words_of

_HOURS = ("dawn", "day", "day", "dusk", "night")


class Page:
    """One call's page. Nothing outlives the call."""

    seed: int
    depth: int
    children: bool
    first: bool
    limits: tuple[int, int]
    cast: Cast
    state: State
    carried_before: list[str]

    def lines(self) -> list[str]:
        """What is offered at the end of the present scene."""
        raise NotImplementedError

    def _moment(self) -> Moment:
        rng = chance("weather", self.seed, self.depth // 2)
        start = chance("hour", self.seed).randrange(len(_HOURS))
        hour = _HOURS[(start + self.depth - 1) % len(_HOURS)]
        kinds = ["clear", "rain", "fog", "wind", "clear", "storm"]
        if self.state.place in ("mountain",):
            kinds = ["clear", "snow", "fog", "wind", "snow"]
        elif self.state.place == "desert":
            kinds = ["clear", "wind", "clear"]
        elif self.state.place == "sky":
            kinds = ["stars"]
        sky = rng.choice(kinds)
        if sky == "storm" and self.children:
            sky = "wind"
        if hour == "night" and sky == "clear":
            sky = "stars"
        moods = {"kind": "gentle", "bold": "adventurous", "sly": "secretive", "wary": "quiet and watchful"}
        most = max(self.state.tally, key=lambda way: self.state.tally[way])
        return Moment(hour, sky, moods[most] if any(self.state.tally.values()) else "expectant")

    def _air(self, moment: Moment, slots: Mapping[str, str]) -> str:
        """A line about the hour or the weather, never the same twice in a story."""
        if moment.sky in ("clear", "wind") and chance("airs", self.seed, self.depth).random() < 0.5:
            lines, name = weather.HOURS[moment.hour], moment.hour
        else:
            lines, name = weather.SKIES[moment.sky], moment.sky
        return weave(turn(lines, self.seed, name, self.depth), slots, chance("air", self.seed, self.depth))

    def _remembered(self, slots: Mapping[str, str]) -> str:
        """A line that brings back something done or carried; "" where there is nothing older than the last scene."""
        rng = chance("echo", self.seed, self.depth)
        older = self.state.marks[:-1]
        if older and rng.random() < 0.75:
            filled = {**slots, "mark": rng.choice(older[-4:])}
            return weave(turn(ECHOES, self.seed, "echoes", self.depth), filled, rng)
        still = [item for item in self.carried_before if item in self.state.carries]
        if still:
            item = rng.choice(still).split(" ", 1)[-1]
            return weave(turn(ITEMS, self.seed, "items", self.depth), {**slots, "item": item}, rng)
        return ""

    def _fill(self, paragraphs: list[str], slots: Mapping[str, str], moment: Moment, ending: bool) -> list[str]:
        """Bring a scene's length within its bounds, with weather, memories and small details."""
        low, high = self.limits
        told = list(paragraphs)
        size = sum(words_of(part) for part in told)
        aired = chance("aired", self.seed, self.depth).random() < 0.55  # not every page has weather on it
        extras = [] if ending else [self._remembered(slots), self._air(moment, slots) if aired else ""]
        extras += [
            weave(
                turn(DETAILS, self.seed, "details", 2 * self.depth + at),
                slots,
                chance("detail", self.seed, self.depth, at),
            )
            for at in (0, 1)
        ]
        wanted = 2 if not ending else 0
        for at, extra in enumerate(extras):
            if not extra or (at >= wanted and size >= low + 8):
                continue
            more = words_of(extra)
            if size + more > high - 6:
                continue
            size += more
            if at == 0:
                told[0] = f"{told[0]} {extra}"
            elif at == 1 and len(told) > 1 and not self.first:
                told[1] = f"{extra} {told[1]}"
            else:
                told[-2 if len(told) > 1 else -1] += f" {extra}"
        while size > high and len(told) > 2:  # drop whole sentences from the longest paragraph, never its first
            longest = max(range(len(told)), key=lambda index: words_of(told[index]))
            shorter = _without_last_sentence(told[longest])
            if shorter == told[longest]:
                break
            told[longest] = shorter
            size = sum(words_of(part) for part in told)
        if len(told) > 5:
            told = [*told[:3], " ".join(told[3:-1]), told[-1]]
        return [tidy(part) for part in told]

    def answer(
        self,
        *,
        title: str,
        paragraphs: list[str],
        slots: Mapping[str, str],
        doing: str,
        view: str,
        spot: str,
        moves: str,
        ending_name: str = "",
    ) -> dict[str, Any]:
        cast, state = self.cast, self.state
        moment = self._moment()
        is_ending = bool(ending_name)
        paragraphs = self._fill(paragraphs, slots, moment, is_ending)
        doing = doing[:1].lower() + doing[1:]
        state.view = other_view(view, state.view)
        paint = PLACES[state.place].paint
        if spot:
            paint = f"{spot}, {paint}"
        state.marks, state.used = state.marks[-5:], state.used[-40:]
        lines = [] if is_ending else self.lines()
        return {
            "story_title": cast.title,
            "title": clip(headline(title), 80),
            "text": "\n\n".join(paragraphs),
            "picture": picture(
                view=state.view,
                paint=paint,
                look=cast.look,
                doing=doing,
                thing=cast.thing,
                at_hand=cast.short not in doing,
                moment=moment,
            ),
            "alt": alt(look=cast.look, doing=doing, moment=moment, pick=self.depth + self.seed),
            "film": capital(moves),
            "choices": lines,
            "ending": is_ending,
            "ending_name": headline(ending_name),
            "memory": note(
                state,
                hero=f"{cast.name or cast.full} ({cast.look})",
                thing=cast.thing,
                question=clip(tidy(weave(ARCS[state.arc].question, slots, chance("question"))), 120),
            ),
        }


def turn(lines: tuple[str, ...], seed: int, name: str, at: int) -> str:
    """The line for turn `at` of a shuffled deck, so that a story goes through all before it repeats one."""
    order = list(range(len(lines)))
    chance("deck", seed, name).shuffle(order)
    return lines[order[at % len(order)]]


def _without_last_sentence(text: str) -> str:
    parts = re.split(r"(?<=[.!?…”])\s+(?=[“A-Z])", text)
    # a sentence that closes a quotation must not be parted from its opening
    kept = " ".join(parts[:-1])
    return kept if len(parts) > 1 and kept.count("“") == kept.count("”") else text
