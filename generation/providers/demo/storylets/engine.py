"""Tells one scene: recalls the state, takes up the choice, chooses the next storylet and sets it down.

The order of chance is part of the promise: every draw is keyed by the seed and what is drawn, so a choice changes what
follows it and nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from . import typed
from .arcs import ARCS
from .cast import Cast, gather, locals_of
from .endings import ENDINGS, ending_paragraphs, kind_of_ending
from .memory import State, recall
from .page import Page, turn
from .premise import clean
from .prose import PLACES, told_at, weather
from .prose.echoes import BARTERS, REOPENINGS
from .prose.openings import ARRIVALS, LINES, MEETINGS, QUOTED
from .shapes import Arc, Choice, Storylet
from .weave import chance, clip, tidy, weave

_BARTER = "barter"


def tell(document: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The scene that answers `document`."""
    return _Teller(document, seed).tell()


class _Teller(Page):
    """One call's working values. Nothing outlives the call."""

    def __init__(self, document: Mapping[str, Any], seed: int) -> None:
        # two stories with one seed and different premises share nothing
        self.seed = chance(seed, clean(document.get("premise"))).getrandbits(48)
        self.depth = max(1, _number(document.get("depth"), 1))
        self.of = max(self.depth, _number(document.get("of"), 5))
        path = document.get("path")
        self.path = [step for step in path if isinstance(step, Mapping)] if isinstance(path, list | tuple) else []
        self.chosen = document.get("chosen") or (self.path[-1].get("chosen") if self.path else "") or ""
        self.is_typed = bool(document.get("typed"))
        self.must_end = bool(document.get("must_end"))
        self.children = document.get("audience") == "children"
        self.limits = (80, 180) if self.children else (110, 260)
        self.cast: Cast = gather(document.get("premise"), self.seed)
        first = document.get("task") == "open" or (self.depth == 1 and not self.path)
        self.state = self._begin() if first else recall(document.get("memory")) or self._rebuild()
        if self.state.arc not in ARCS:
            self.state.arc = self._arc([])
        if self.state.place not in PLACES:
            self.state.place = self.cast.place.key
        self.first = first
        self.carried_before = list(self.state.carries)

    # -- state ------------------------------------------------------------------------------------------------------

    def _begin(self) -> State:
        arc = self._arc([])
        return State(place=self.cast.place.key, arc=arc, arcs=[arc])

    def _rebuild(self) -> State:
        """A state for a story whose notes were lost: what the seed decides, and whatever the path still shows."""
        state = self._begin()
        last = str(self.path[-1].get("title", "")) if self.path else ""
        state.ended = clean(self.chosen).lower().startswith("keep going")
        for key, storylet in {**self._pool(), **{arc.turn.key: arc.turn for arc in ARCS.values()}}.items():
            if last and last in (tidy(title) for title in storylet.titles):
                state.scene = key
        told = " ".join(str(step.get("text", "")) for step in self.path[-20:])
        for key, storylet in self._pool().items():
            if any(title in told for title in storylet.titles if len(title) > 14):
                state.used.append(key)
        return state

    def _arc(self, asked: list[str]) -> str:
        free = [key for key in ARCS if key not in asked and (key != "goal" or self.cast.told.goal)]
        rng = chance("arc", self.seed, len(asked))
        if self.cast.told.goal and not asked and rng.random() < 0.3:
            return "goal"
        return rng.choice(sorted(free) or sorted(set(ARCS) - {"goal"}))

    def _pool(self) -> dict[str, Storylet]:
        return {storylet.key: storylet for storylet in told_at(self.cast.place.key)}

    def _find(self, key: str) -> Storylet | None:
        if key in (found := self._pool()):
            return found[key]
        for arc in ARCS.values():
            for storylet in (arc.turn, arc.climax):
                if storylet.key == key:
                    return storylet
        return None

    # -- choices ----------------------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        return [line for line, _ in self._offers(self.state.scene)][:4]

    def _offers(self, key: str) -> list[tuple[str, Choice | None]]:
        """What was, or is, offered at the scene `key`: the line of prose, and what follows (None for a barter)."""
        slots = locals_of(self.cast, key, self.seed)
        rng = chance("offers", self.seed, key)
        if key.startswith("open."):
            arc = ARCS.get(key.removeprefix("open."))
            choices: tuple[Choice, ...] = arc.first if arc else ()
            barter = False
        else:
            storylet = self._find(key)
            choices = storylet.choices if storylet else ()
            barter = bool(storylet and storylet.barter)
        offers: list[tuple[str, Choice | None]] = [
            (clip(weave(choice.text, slots, rng), 110), choice) for choice in choices
        ]
        if barter and self.state.carries and len(offers) < 4:
            item = self.state.carries[-1].split(" ", 1)[-1]
            line = rng.choice(
                (
                    "Offer the {item} instead",
                    "Put the {item} on the table and see what it buys",
                    "Show them the {item} and say where it came from",
                    "Give up the {item} for a straight answer",
                )
            )
            offers.append((clip(weave(line, {"item": item}, rng), 110), None))
        rng.shuffle(offers)
        return offers

    def _take_up(self) -> str:
        """What came of the choice before, as a paragraph; its effects are in the state afterwards."""
        state = self.state
        key = state.scene
        slots = locals_of(self.cast, key, self.seed)
        rng = chance("uptake", self.seed, self.depth, key, self.chosen)
        wanted = _plain(str(self.chosen))
        for line, choice in self._offers(key) if key else []:
            if _plain(line) == wanted:
                return self._barter(slots, rng) if choice is None else self._apply(choice, slots, rng)
        if not wanted:
            return ""
        if not self.is_typed and (found := self._search(wanted)):
            return self._apply(found[0], found[1], rng)
        text, stance, mark = typed.take_up(self.chosen, slots, rng)
        state.tally[stance] += 1
        if mark:
            state.marks.append(weave(mark, slots, rng))
        if key.endswith(".climax"):
            state.fate = {"kind": "returned", "bold": "used", "sly": "kept", "wary": "told"}[stance]
        return text

    def _search(self, wanted: str) -> tuple[Choice, dict[str, str]] | None:
        """The choice in the whole stock that reads like `wanted`: for stories whose notes were lost."""
        for key in [
            *self._pool(),
            *(f"open.{name}" for name in ARCS),
            *(a.turn.key for a in ARCS.values()),
            *(a.climax.key for a in ARCS.values()),
        ]:
            for line, choice in self._offers(key):
                if choice is not None and _plain(line) == wanted:
                    return choice, locals_of(self.cast, key, self.seed)
        return None

    def _apply(self, choice: Choice, slots: Mapping[str, str], rng: random.Random) -> str:
        state = self.state
        state.tally[choice.stance] += 1
        for template, kept, limit in (
            (choice.gain, state.carries, 40),
            (choice.promise, state.promises, 90),
            (choice.owes, state.debts, 90),
            (choice.mark, state.marks, 110),
        ):
            said = weave(template, slots, rng) if template else ""
            said = said[:1].lower() + said[1:] if template[:1].islower() else said
            if said and said not in kept and len(said) <= limit:
                kept.append(said)
        if choice.fate:
            state.fate = choice.fate
        return weave(choice.uptake, slots, rng)

    def _barter(self, slots: Mapping[str, str], rng: random.Random) -> str:
        given = self.state.carries.pop()
        item = given.split(" ", 1)[-1]
        self.state.tally["sly"] += 1
        self.state.marks.append(f"the {item} that had changed hands")
        return weave(turn(BARTERS, self.seed, "barters", self.depth), {**slots, "item": item}, rng)

    # -- scenes -----------------------------------------------------------------------------------------------------

    def tell(self) -> dict[str, Any]:
        """The scene."""
        state = self.state
        if self.first:
            return self._opening()
        reopen = state.ended
        taken = "" if reopen else self._take_up()
        if self.must_end or self.depth >= self.of:
            return self._ending(taken)
        arc = ARCS[state.arc]
        if reopen or (state.scene.endswith(".climax") and self.of > self.depth) or arc.climax.key in state.used:
            return self._reopening(taken)
        if self.depth >= self.of - 1:
            return self._scene(arc.climax, taken)
        middle = (state.since + self.of + 1) // 2
        if self.depth >= middle and arc.turn.key not in state.used and self.of - state.since > 3:
            return self._scene(arc.turn, taken)
        return self._scene(self._next(), taken)

    def _next(self) -> Storylet:
        pool = {key: storylet for key, storylet in self._pool().items() if key not in self.state.used}
        rng = chance("next", self.seed, self.depth, self.state.scene, _plain(str(self.chosen)))
        if not pool:
            pool = {key: storylet for key, storylet in self._pool().items() if key not in self.state.used[-4:]}
        return pool[rng.choice(sorted(pool))]

    def _opening(self) -> dict[str, Any]:
        cast, state = self.cast, self.state
        arc = ARCS[state.arc]
        state.scene = f"open.{arc.key}"
        slots = locals_of(cast, state.scene, self.seed)
        rng = chance("opening", self.seed)
        told = cast.told
        if told.clause:
            line = weave(rng.choice(LINES), slots, rng)
        elif told.quote and cast.pronoun != "you":
            line = weave(rng.choice(QUOTED), slots, rng)
        else:
            line = ""
        if line and cast.name and cast.name not in line and cast.pronoun not in ("you", "they"):
            line += " " + weave(
                rng.choice(
                    ("{hs} name was {h}.", "{h}, {his} name was.", "The name was {h}.", "People called {him} {h}.")
                ).replace("{hs} name", "{his} name"),
                slots,
                rng,
            )
        elif not line and cast.pronoun != "you":
            line = weave(rng.choice(MEETINGS), slots, rng)
        place = weave(rng.choice(cast.place.openings), slots, rng)
        thing = weave(rng.choice(ARRIVALS), slots, rng) if cast.invented or cast.short not in line else ""
        hook = weave(rng.choice(arc.hooks), slots, rng)
        paragraphs = [f"{place}", f"{line} {thing}".strip(), hook]
        paragraphs = [paragraph for paragraph in paragraphs if paragraph]
        if rng.random() < 0.4 and line:
            paragraphs = [line, f"{place} {thing}".strip(), hook]
        doing = weave(rng.choice(weather.POSES), slots, rng)
        return self.answer(
            title=weave(rng.choice(weather.FIRST_TITLES), slots, rng),
            paragraphs=paragraphs,
            slots=slots,
            doing=doing,
            view="wide",
            spot="",
            moves=weave(rng.choice(weather.MOVES), slots, rng),
        )

    def _reopening(self, taken: str) -> dict[str, Any]:
        """A story that had ended, or had come to its climax, is asked a new question."""
        state = self.state
        state.ended, state.fate, state.since = False, "", self.depth
        state.arc = self._arc(state.arcs)
        state.arcs.append(state.arc)
        state.scene = f"open.{state.arc}"
        slots = locals_of(self.cast, state.scene, self.seed)
        rng = chance("reopening", self.seed, self.depth)
        first = weave(turn(REOPENINGS, self.seed, "reopenings", len(state.arcs)), slots, rng)
        hook = weave(rng.choice(ARCS[state.arc].hooks), slots, rng)
        return self.answer(
            title=weave(rng.choice(weather.AGAIN_TITLES), slots, rng),
            paragraphs=[part for part in (taken, first, hook) if part],
            slots=slots,
            doing=weave(rng.choice(weather.POSES), slots, rng),
            view="close",
            spot="",
            moves=weave(rng.choice(weather.MOVES), slots, rng),
        )

    def _scene(self, storylet: Storylet, taken: str) -> dict[str, Any]:
        state = self.state
        state.scene = storylet.key
        state.used.append(storylet.key)
        slots = locals_of(self.cast, storylet.key, self.seed)
        rng = chance("scene", self.seed, storylet.key)
        body = [weave(part, slots, rng) for part in storylet.scene]
        return self.answer(
            title=weave(rng.choice(storylet.titles), slots, rng),
            paragraphs=[part for part in (taken, *body) if part],
            slots=slots,
            doing=weave(storylet.draw, slots, rng),
            view=storylet.view,
            spot=storylet.spot,
            moves=weave(storylet.moves, slots, rng),
        )

    def _ending(self, taken: str) -> dict[str, Any]:
        state, cast = self.state, self.cast
        slots = locals_of(cast, f"ending.{state.arc}", self.seed)
        rng = chance("ending", self.seed, self.depth, state.scene, _plain(str(self.chosen)))
        ending = ENDINGS[kind_of_ending(state)]
        arc: Arc = ARCS[state.arc]
        answer = weave(rng.choice(arc.answers), slots, rng)
        body = ending_paragraphs(
            ending,
            state,
            slots,
            rng,
            goal=cast.told.goal if state.arc != "goal" else "",
            closing=rng.choice(cast.place.closings),
        )
        paragraphs = [part for part in (taken, body[0], answer, *body[1:]) if part]
        state.ended, state.scene = True, f"ending.{state.arc}"
        name = weave(rng.choice(ending.names), slots, rng)
        return self.answer(
            title=name,
            paragraphs=paragraphs,
            slots=slots,
            doing=weave(ending.draw, slots, rng),
            view="wide",
            spot="",
            moves=weave(rng.choice(weather.MOVES), slots, rng),
            ending_name=name,
        )


def _plain(text: str) -> str:
    return " ".join(clean(text).lower().replace("’", "'").rstrip(".!?").split())


def _number(value: object, otherwise: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return otherwise
    try:
        return max(0, min(int(value), 1000))
    except (ValueError, OverflowError):
        return otherwise
