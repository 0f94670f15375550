# ruff: noqa: E501 - a line of prose is one string, however long
"""How stories end: which kind, decided by the state alone, and the paragraphs that settle what was carried and promised."""

from __future__ import annotations

import random
from collections.abc import Mapping

from .memory import State
from .shapes import Ending
from .weave import weave


def kind_of_ending(state: State) -> str:
    """The ending that this state has earned."""
    ways = state.tally
    fate = state.fate
    sly, kind, bold, wary = ways["sly"], ways["kind"], ways["bold"], ways["wary"]
    if not fate:
        fate = {"kind": "returned", "bold": "used", "sly": "kept", "wary": "told"}[max(ways, key=lambda way: ways[way])]
    if fate == "returned":
        return "late" if sly > kind else "returned"
    if fate == "kept":
        return "owing" if state.debts else "stayed" if kind > sly else "kept"
    if fate == "used":
        return "blaze" if bold > max(kind, wary) else "mended"
    if fate == "told":
        return "confessed" if sly >= 2 else "told"
    if fate == "traded":
        return "bargain" if sly > kind else "traded"
    return "left" if bold > kind else "released"


ENDINGS: dict[str, Ending] = {
    ending.key: ending
    for ending in (
        Ending("returned", ("Given Back", "The {o} goes home", "Hand to Hand"), (
            "So the {o} went home. There was no ceremony. It was set down where it belonged, and for a moment the room seemed to breathe out, as a room does when the right person comes in. {ally} looked away, to be polite.",
            "“Is that all?” said {ally} on the step, afterwards. It was. The {o} had gone back where it belonged, and {h} had not known how heavy it had been until {he} walked without it.",
            "Nobody thanked {him} properly; people seldom do when they are crying. The {o} was passed [along the table|all down {lane}|round {shelter}], hand to hand, and {ally} held on to it for about as long as one holds a cup that is too hot.",
        ), "handing over the {o} at an open door, smiling"),
        Ending("late", ("The Late Return", "Better Than Never", "After Some Delay"), (
            "The {o} went back where it belonged, later than it should have and by a back way. {h} had told some fine stories in between. {he} told the plain one now, and it was a good deal shorter and took much longer to say.",
            "It was returned with an apology that {h} had rehearsed all the way and forgot on the step. “You kept it long enough,” they said. Then somebody fetched another chair, which is also an answer.",
            "Giving back the {o} ought to have felt fine. It felt like taking off a shoe with a stone in it: better, and somewhat silly. “I did mean to come sooner,” said {h}, and for once that was so.",
        ), "knocking at a lit door with the {o}, hesitating"),
        Ending("kept", ("Kept", "The Keeper of the {o}", "Finders"), (
            "{h} kept the {o}. {he} had been told what it would cost, and it cost that: {town} was never again quite easy with {him}, and people stopped talking when {he} came into a shop. At night it lay on the sill where {he} could see it.",
            "So it stayed with {him}. Now and then somebody came to the door to ask to see the {o}, and {h} let them, for as long as it takes to drink a cup of tea, and counted the spoons of sugar, and then the visitors.",
            "There was a space on the wall where everyone thought the {o} ought to hang. It never did. {h} had it, and that was that, and {he} found that keeping a thing is work, like keeping hens.",
        ), "alone at a window with the {o} on the sill"),
        Ending("owing", ("What Was Owed", "The Bill", "Paid by Instalments"), (
            "{h} kept the {o}, and on the first of the month somebody came about {debt}. They were very nice about it. They came on the first of every month after that, and were given tea, and in the end were rather missed when it was paid.",
            "There remained {debt}, written on a card behind the clock. {h} paid it off in small amounts and odd jobs, with the {o} looking on, and was surprised to find that {he} liked having somewhere to be expected.",
        ), "counting coins at a table beside the {o}"),
        Ending("stayed", ("The One Who Stayed", "A Key of One's Own", "Somebody Has To"), (
            "The {o} needed someone to look after it, and everybody looked at {h}. So {he} stayed. There was a room over {shelter}, a hook for a coat and a list of duties in somebody's brown ink, to which {he} added, the first evening, one of {his} own.",
            "They gave {him} the post, since {he} {was} doing it already. It came with a bucket, a whistle and the {o}, to be kept polished. “It isn't much,” said {ally}. {h} thought it was roughly the size of the world.",
        ), "hanging the {o} on a hook in a small bright room"),
        Ending("mended", ("Mended", "In Working Order", "As Good As Old"), (
            "And the {o} did what it had been made to do, once, properly, with everyone holding their breath. Something in {town} that had been crooked for {years} years gave a click and stood straight. Several people checked that their own doors still opened.",
            "It was a [small repair, as these things go|tiny thing to mend, after so long|repair that would not have earned a plumber his tea]. A [quarter turn|push|small click]; a noise like [a cat being set down|a drawer shutting in another room|somebody sighing in {shelter}]. After that nothing in {town} had to be propped, wedged or shouted at for almost a week.",
            "{h} had expected thunder. What came was more like the moment when a hum stops that you had not known was there. {ally} took off {ally_his} hat. The {o}, its work done, was warm as a loaf.",
        ), "fitting the {o} into its place while people look on"),
        Ending("blaze", ("The Great Noise", "All the Windows Lit", "Heard for Miles"), (
            "{h} used the {o} as nobody careful would have, all at once and out in the open. They heard it in the next valley. Every window in {town} lit up, one after another, and people came out in slippers, furious, and stayed out till morning.",
            "It was too much, of course. It took off three chimney pots and a weathercock. But when the dust came down the thing was done, past all undoing, and {h} {was} standing in the middle of it with the {o} and no eyebrows to speak of.",
            "There is a careful way to do such things and {h} had never met it. The {o} went off like a brass band falling downstairs. When people could hear again, the first thing they heard was {ally}, laughing.",
        ), "in the middle of a crowd holding up the {o}, every window lit"),
        Ending("told", ("Told in the Open", "Said Aloud", "The Plain Account"), (
            "{h} told it from the beginning, standing on a crate, with the {o} set out in front where all could see. It took twenty minutes. {rival} left after five. When it was over nobody clapped; they began, instead, to tell {him} the parts {he} had not known.",
            "Once it had been said aloud it could not be put back. {h} saw the words go from face to face down {lane}. Somebody fetched the {o} a cushion. By supper there were four versions, and the true one was holding its own.",
            "What {h} said fitted on one page, and the page was pinned up where people wait. They are still reading it. Every so often someone adds a line in pencil, and so far each line has been true.",
        ), "standing on a crate speaking to a crowd, the {o} in front"),
        Ending("confessed", ("The Confession", "Every Word of It", "Owning Up"), (
            "Then {h} owned up: first to the large thing, and after that, since {he} {was} there, to all the small ones. It took longer than anybody had planned. The {o} was taken away, looked at, and brought back. “Anyone as bad at lying as that,” they said, “had better look after it.”",
            "It is a strange thing to undo one's own cleverness, stitch by stitch, before an audience. {h} did it. There was some groaning, and at the part about the [hat|goose|back stairs] a laugh. {rival}, who had believed all of it, asked for a chair.",
        ), "before a long table, owning up, the {o} between the cups"),
        Ending("traded", ("A Fair Exchange", "Even", "One for the Other"), (
            "They laid the {o} in one {hand} and took what was offered with the other, at the same moment, on the count of three. Both sides thought they had the best of it, and that is as near to fairness as {town} has ever come.",
            "The {o} was gone, then, and in its place {h} had what {he} had wanted in the first week and stopped mentioning by the second. Neither party ever asked for a receipt.",
        ), "exchanging the {o} across a small table"),
        Ending("bargain", ("The Clever Bargain", "Sold", "A Little Too Clever"), (
            "It was a clever bargain. {h} had given the {o} and got everything on the list, and even a little over. All that week {he} kept checking {his} {pocket} for the thing, [as the tongue goes back to where a tooth was|as people do for a ring that they have sold|and each time was surprised].",
            "{h} drove the price up twice, and both times got it. {rival} went off with the {o} under one arm, whistling. It was the whistling {he} thought about afterwards, when the {count} neat piles had been counted and there was nobody to tell.",
        ), "counting what was got for the {o}, looking after someone who leaves"),
        Ending("released", ("Let Go", "The Open Hand", "Away"), (
            "{h} let the {o} go. It is easy to write and was not easy to do: the fingers have their own opinion. Then it was away, getting smaller, and {ally} said it was the first time all year that {ally_he} had seen anything leave without somebody calling after it.",
            "Nobody owned the {o} after that. {h} opened {his} {hand} and it went the way it had always been leaning. What was left was a dent in the {pocket} lining and room for something else.",
        ), "with open hands watching the {o} go"),
        Ending("left", ("The Road Out", "Gone by Morning", "Further"), (
            "By morning {h} had gone, and the {o} too, though not together; {he} had left it where the right person would trip over it. There was a note for {ally}, which {ally_he} has shown to no one. It is known to contain a drawing of a sandwich.",
            "{h} gave the {o} its freedom and took some of it along. The road out of {town} goes uphill as far as the third bend and after that by itself. {ally} waved from {height} with a tablecloth, so as to be seen for longer.",
        ), "walking away down a road, small, a tablecloth waving behind"),
    )
}  # fmt: skip

_KEPT = (
    "There was the matter of the promise, too. {h} had said {he} would {promise}, and on the {day} after, in clean boots, {he} went and did it.",
    "{h} had promised to {promise}. It took the whole of one {day} and both of {ally_his_or} good umbrellas, but it was done.",
    "And the promise to {promise} was kept, which surprised nobody but the person it had been made to.",
    "That left one thing, which was to {promise}. {h} saw to it before supper; {he} {was} not going to have it said.",
    "“And you promised to {promise},” {ally} reminded {him}. {h} had not forgotten. There was a knot in {his} handkerchief for precisely that.",
    "First of all there was the promise to {promise}. {h} kept it that same day, because one left overnight goes stale.",
)
_BROKEN = (
    "One promise went unkept. {h} had said {he} would {promise}, and meant it, and the days closed over it. It still wakes {him}, about once a winter.",
    "The promise to {promise} was never kept. There is a lamp in {town} that used to be left on for it, and is not now.",
)
_ITEMS = (
    "The {item} {he} kept; it hangs by the door, and visitors who ask about it had better have time.",
    "As for the {item}, it went to a child who had asked for nothing else for a week.",
    "Only the {item} was left over at the end. {h} put it on the sill, where it has been useful ever since for something else entirely.",
    "The {item} still comes out on birthdays, and is still explained wrongly.",
    "In {his} {pocket}, when it was all done, {h} found the {item}, and sat down and laughed until {ally} had to sit down too.",
    "They let {him} keep the {item}. It is no use at all, and {he} would not part with it for a house.",
)
_MARKS = (
    "People remember the oddest parts; in this case it was mostly {mark}.",
    "If you ask {ally} about it, {ally_he} will begin with {mark}, and it is hard to get {ally_him} to go on.",
    "Nobody ever mentioned {mark}, and {h} {was} grateful.",
    "It all went back, {h} said once, to {mark}.",
    "Of {mark} {he} said nothing at the time, but it is the part that {he} tells.",
    "And {mark}? That turned out to have mattered more than anybody guessed.",
)
_GOALS = (
    "And did {he} {goal}? In {his} own way, on an ordinary {day}, with nobody watching: yes.",
    "As to whether {h} would ever {goal}: {he} did, that same month, and was surprised at how much it was like anything else, and how little.",
    "{h} did {goal} in the end. It was not how {he} had pictured it. There had been no {ally} in the picture.",
    "To {goal} was still the plan. {he} set about it the next morning, with help, and by the end of the year nobody could remember {him} otherwise.",
)


def ending_paragraphs(
    ending: Ending, state: State, slots: Mapping[str, str], rng: random.Random, *, goal: str, closing: str
) -> list[str]:
    """What became of the thing carried, of the promises and of the hero, in that order."""
    debt = state.debts[-1] if state.debts else "an old account"
    filled = {**slots, "debt": debt, "ally_his_or": "the"}
    main = weave(rng.choice(ending.paragraphs), filled, rng)
    rest: list[str] = []
    if state.promises:
        unkept = state.tally["sly"] >= 3 and state.tally["sly"] > state.tally["kind"]
        rest.append(weave(rng.choice(_BROKEN if unkept else _KEPT), {**filled, "promise": state.promises[-1]}, rng))
    if state.carries:
        rest.append(weave(rng.choice(_ITEMS), {**filled, "item": state.carries[-1].split(" ", 1)[-1]}, rng))
    if goal:
        rest.append(weave(rng.choice(_GOALS), filled, rng))
    if len(rest) < 2 and len(state.marks) > 1:
        rest.append(weave(rng.choice(_MARKS), {**filled, "mark": rng.choice(state.marks[:-1])}, rng))
    last = weave(closing, filled, rng)
    return [main, f"{' '.join(rest[:3])} {last}".strip()]
