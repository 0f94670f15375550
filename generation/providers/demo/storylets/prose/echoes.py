# ruff: noqa: E501 - a line of prose is one string, however long
"""How the past comes back: lines for what was done, what is carried, what is offered in exchange, and stories that go on."""

from __future__ import annotations

ECHOES = (
    "It made {him} think of {mark}, and walk a little faster.",
    "All the same, {mark} went round in {his} head like a wasp in a jar.",
    "“You're thinking about {mark},” said {ally}. “You've got the face on.”",
    "News had gone ahead of {him}. A boy on a wall wanted to hear about {mark}.",
    "Behind it all, like a stone in a shoe, was {mark}.",
    "Somebody had already told {rival} about {mark}; one could see it from the way {rival_he} bowed.",
    "If it had not been for {mark}, {he} would have turned back at that point.",
    "{h} did not mention {mark}. Nor, rather pointedly, did {ally}.",
    "There would have to be a reckoning some day about {mark}, but not before lunch.",
    "On a fence someone had already drawn {mark}, not badly, in charcoal.",
    "Twice that day {he} {was} asked about {mark}, and gave two different answers.",
    "“Is it true about {mark}?” a woman called down from a window. It was, more or less.",
    "It is possible that none of this would have come about without {mark}.",
    "{he} wished now that {he} had thought longer about {mark}.",
    "And {mark}? It was not forgotten. It had only sat down for a minute.",
    "{ally} had begun to tell people about {mark}, and each time it got bigger.",
    "What with {mark} and no breakfast, {h} {was} in no mood for company.",
)
ITEMS = (
    "The {item} knocked against {his} side at each step, keeping count.",
    "{he} checked for the {item}. It was there; it was always there; {he} checked again.",
    "“What's the {item} for?” asked {ally}. “I'll know when I need it,” said {h}.",
    "A child pointed at the {item} and was told not to point.",
    "For some reason the {item} had grown warm.",
    "{h} shifted the {item} to the other side and stood up straighter.",
    "At the bottom of everything else lay the {item}, smelling faintly of where it came from.",
    "Somebody offered {him} a fair sum for the {item}. {he} surprised {himself} by saying no.",
)
DETAILS = (
    "From somewhere came {sound}.",
    "A woman went by with a goose under each arm, arguing with the left one.",
    "On a sill {count} pears had been put out in a row to think things over.",
    "{the_beast} watched all this with the look of someone who has been promised fish.",
    "It smelled of {smell}, and very slightly of paint.",
    "“Mind the step,” said a notice, some way after the step.",
    "Two old men were playing draughts with bottle tops, and had been since {day}.",
    "A door banged, was told off, and banged again more softly.",
    "From {height} somebody shook out a rug, and a spoon fell from it.",
    "There was a smell of {fare}, and it turned every head on {lane}.",
    "A small girl was selling water by the cup, cold a penny, warm for nothing.",
    "The {folk} have a saying about that, but it does not translate.",
    "Someone was practising the same four notes and getting three.",
    "Far off one could make out {far}, no bigger than a crumb.",
    "A boot stood in the road by itself, laced.",
    "Along the wall ran a line of ants, each with a crumb of something blue.",
    "A clock struck, thought better of it, and left off at two.",
    "In {shelter} the lamp had been lit already, and somebody was laughing through a mouthful.",
    "A bucket had been put out to catch a drip that fell a yard to the left of it.",
    "{ally} found a button, and then, a bit further on, the coat it came from.",
    "“Lovely day,” said a man who was up to his knees in a hole. He meant it.",
    "A postman had stopped to read a card that was not for him, moving his lips.",
)
BARTERS = (
    "The {item} was looked at from above and from beneath, and sniffed. “Done,” said the other, before {h} had finished the sentence, so it must have been worth more. In return came an answer in {count} words, the last of which was the name of a street.",
    "{h} laid down the {item}. It had come a long way to be given up here, and for a moment neither of them touched it. Then a cloth was put over it, as one does with a parrot, and the talk began in earnest.",
    "“For the {item}? For that I'd tell you my own mother's age,” and out it came, all of it, with dates. {h} left lighter by one {item} and heavier by a thing {he} would rather not have known.",
    "Nobody had ever been so glad of a {item}. It was hung up at once where everyone could see, and {h} was given a stool, a bowl of {fare} and the answer, in that order.",
    "The {item} went across and a latch went up. It was as simple as that. Going through, {he} looked back once and saw it being tried on, or tried out; it was hard to say which.",
)
REOPENINGS = (
    "Endings in {town} last about a fortnight. {h} had slept through most of this one when {ally} came up the stairs two at a time, with {ally_his} coat buttoned wrong.",
    "It ought to have stopped there. There had been a supper and a speech. But on the {day} a second parcel came, the same size as the first, and the string was still wet.",
    "For {count} weeks nothing happened, and {h} became quite good at it. Then the pump on {lane} ran backwards for a morning, and everybody looked in the same direction, which was at {him}.",
    "“You'll have thought it was over,” said {ally}, sitting down on the end of the bed. {h} had, rather. It was the sitting down that worried {him}.",
    "A story doesn't know when it has been told. This one waited until the washing-up was done, and then knocked at the back.",
    "There was one thing that nobody had asked. {h} thought of it in the middle of the night, sat up, and heard, across the way, {ally} sitting up too.",
)
