# ruff: noqa: E501 - a line of prose is one string, however long
"""First pages: how the reader's own prompt is told, how the hero is met, how the thing carried came to be carried."""

from __future__ import annotations

LINES = (
    "Everyone in {town} agreed afterwards on one point: {full} {clause}.",
    "{full} {clause}, which was not what anybody had planned for a {day}.",
    "The day book for that {day} says only this, in pencil: {full} {clause}.",
    "It would be a short story if it stopped there. {full} {clause}; that was all; and by evening three people had moved house on account of it.",
    "You may have heard it told otherwise. The fact is that {full} {clause}, and that {ally}, {ally_trade}, was the first to be told.",
    "Long before there was any trouble, {full} {clause}.",
    "One {day}, with [a cold in the head|odd socks on|nothing else to do], {full} {clause}.",
    "The plain facts fit in a matchbox: {full} {clause}. The rest of it would not have fitted in a barn.",
    "“{full} {clause},” people in {town} will tell you, and then they look at each other, and somebody puts the kettle on.",
    "Of all the things that happened in {town} that [spring|autumn|year], the one that got into no newspaper was that {full} {clause}.",
)
QUOTED = (
    "Somebody had written it in chalk on the wall by the pump, in capitals, and gone away: “{quote}.” By noon {full} had read it {count} times.",
    "“{quote}.” That was the whole of the note, and it had been pushed under the door of {full} while the soup was on.",
    "There is a book in {town} in which people write down what they have seen. The last line in it reads: “{quote}.” It was {full} who read it twice.",
    "A tin sign had gone up overnight over the old pump. It said “{quote}”, and nobody had ordered it. It was {full} who went to look at the back.",
    "It began with a sentence heard through a wall. “{quote},” said the wall, and then it coughed. On the other side lay {full}, wide awake.",
    "“{quote},” said the slip of paper in the middle of the bun. Most people would have thought it a mistake of the baker's. {full} did not.",
)
MEETINGS = (
    "{full} lived there, two floors up from {smell}, and {was} generally held to be no trouble. {he} answered to {h}.",
    "That was where {h} lived: {full}, good at knots, bad at mornings, known to {the_beast} by name.",
    "Among all these lived {full} whom people called {h}, mostly when something had got stuck and needed getting out.",
    "{h}, {full}, had been there for {years} months and still got lost on {day}s.",
)
ARRIVALS = (
    "The {obj} had come with the post, in a boot, with no letter.",
    "As for the {obj}, {he} had won it off {m} in a game whose rules neither of them knew.",
    "Then there was the {obj}. It had been left on the step, wrapped in a page of somebody's homework.",
    "In {his} {pocket} was a thing that {he} did not care to explain: {a_obj}, older than {he} {was} and in better repair.",
    "{f} at the corner had paid {him} for a day's work with {a_obj}, and had seemed glad to be rid of {oit}.",
    "That week a wall came down on {lane}, and behind the plaster, on a small clean shelf, stood {a_obj}.",
    "And {he} had the {obj}. A stranger had put the {o} into {his} {hands}, said “Mind that for me,” and run for it.",
    "{he} had bought the {obj} for the price of a bun, from a man who would not say what was wrong with {oit}.",
    "What {the_beast} dragged in that morning, and laid down with some pride, was {a_obj}.",
    "The {obj} belonged, as far as anyone could say, to nobody. It had been in the window of {shelter} so long that its shape was on the curtain.",
)
