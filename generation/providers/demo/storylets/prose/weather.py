
"""The hour and the weather, in single lines; titles of first chapters; what moves in an establishing shot."""

from __future__ import annotations

HOURS = {
    "dawn": (
        "It was the hour when milk is delivered and nobody has yet told a lie.",
        "The sky had gone the grey of a washed slate, with one pink thumbprint.",
        "Dawn came up {lane} like someone carrying a tray.",
        "Only bakers and {the_beast} were about so early.",
        "The first light picked out the chimney pots, one at a time, as if choosing.",
        "It was early enough to hear the paint dry on {shelter}.",
    ),
    "day": (
        "By now the day was wide open and people had their sleeves up.",
        "It was the flat middle of the day, when shadows hide under their owners.",
        "The light was plain and a bit nosy; it got into everything.",
        "Noon went by without anyone's noticing, like a cat along a wall.",
        "In the sun {lane} looked as if it had been ironed.",
        "It was that part of the afternoon in which {the_beast} lies down.",
        "A warm wind turned over the pages of the day and found nothing yet.",
        "Somebody had hung out the good sheets, so it must be going to stay fine.",
    ),
    "dusk": (
        "The light had gone the colour of weak tea.",
        "Lamps were being lit, first the mean ones, then the generous.",
        "Evening came in under the doors of {town}, looking for its slippers.",
        "The windows on the far side had all turned to copper.",
        "It was too dark to read and too light to be excused from it.",
        "Swallows were finishing up, and bats coming on.",
    ),
    "night": (
        "At night {town} is mostly stairs.",
        "The dark was the thick sort, that you could have sold by the yard.",
        "One lamp was alight, and everything that could fly was calling on it.",
        "It was so late that the day after had begun to look in.",
        "By night the smells come out: {smell}, and wet stone.",
        "Somewhere up there a window was lit, and a shadow in it was darning.",
    ),
}
SKIES = {
    "clear": (
        "There was not a cloud, only the place where one had been.",
        "The air was so clear that {far} seemed to lean in and listen.",
        "It was the sort of weather that makes people forgive their roofs.",
        "The sky had been scrubbed, and nobody had walked on it yet.",
        "You could have counted the tiles on {height}.",
        "A clean, dry air came down {lane}, with a smell of {fare}.",
    ),
    "rain": (
        "It rained as it does in {town}, from the side.",
        "The rain had found [the hole in every gutter on {lane}|every bad gutter in {town}] and was showing them off.",
        "A thin rain was falling on {lane}, the kind that is not noticed until one's socks.",
        "Water ran down {lane}, carrying a cork, a leaf and somebody's list.",
        "Every roof had its own note, and together they made a tune with no middle.",
        "The rain came on as if someone had remembered it.",
    ),
    "fog": (
        "The fog had taken {far} and was starting on the nearer things.",
        "In the fog [people|the {folk}|people on {lane}] said their own names as they walked, to be on the safe side.",
        "You could hear {sound}, but not from which side.",
        "A lamp in fog is a dandelion; {lane} was a whole meadow.",
        "Fog lay over everything like a dust sheet in a shut-up house.",
        "It was so thick that {ally} shook hands with a post.",
    ),
    "wind": (
        "The wind had somewhere to be and was taking everyone's hats along.",
        "It blew so that the signs talked all down {lane}.",
        "A sheet got loose from a line and went over the roofs like a slow bird.",
        "The wind tried each door in turn and seemed disappointed in them.",
        "Whatever was loose in {town} was making itself known.",
        "It was the kind of wind that puts ideas into washing.",
    ),
    "storm": (
        "Thunder was moving furniture behind the hills.",
        "The light had turned yellow, and {the_beast} had gone under something.",
        "A first fat drop fell, then everybody waited for the second.",
        "All the flies had come indoors and were standing about.",
        "There was lightning a long way off, like someone trying a key.",
        "The storm had been leaning on {town} since breakfast.",
    ),
    "snow": (
        "It had snowed enough to make all the gateposts into bishops.",
        "Snow squeaked underfoot like new shoes.",
        "It was snowing without wind, in no hurry, as though it were being lowered.",
        "Every wire had a second, white wire on top of it.",
        "The snow had filled in all the old footprints and was open for new ones.",
        "Someone had shovelled half a path and been called in to eat.",
    ),
    "stars": (
        "There were more stars than seemed sensible, and all of them up late.",
        "You could see by the stars to tie a shoe.",
        "One star was moving; it was {ally} who noticed.",
        "The sky was full to the edges, like a plate at a wedding.",
        "Overhead the stars kept their places, like people in a good queue.",
        "It was a night for counting things, if one did not mind losing count.",
        "The dark overhead was the deep sort that has a floor to it somewhere.",
    ),
}
FIRST_TITLES = (
    "In which there is a {o}", "A {day} in {town}", "The Matter of the {o}", "{ally} Comes Upstairs", "A Knock",
    "What {ally} Said First", "The Beginning of It", "Not an Ordinary {day}", "Enter {rival}", "The {o}, and Why",
    "Before Breakfast", "The Wrong Parcel",
)  # fmt: skip
AGAIN_TITLES = (
    "Not Over", "The Second Parcel", "Another {day}", "{ally} on the Stairs Again", "What Nobody Had Asked", "Once More",
    "The Rest of It", "A Thing Left Out",
)  # fmt: skip
MOVES = (
    "A scarf end lifts, falls and lifts again while the light slowly changes.",
    "The far lights come on one after another, and a curtain stirs.",
    "Smoke leans from a chimney, and a small figure turns its head.",
    "The camera drifts sideways, and near things pass in front of far ones.",
    "A door swings a hand's breadth, letting light spread over the floor.",
    "Dust turns in a beam of light as something is set down.",
    "A bird crosses from left to right, and everything else holds still.",
    "Light slides along the ground as a cloud moves off.",
)
POSES = (
    "stopping on {lane} to look at the {o}",
    "holding the {o} up to the light",
    "walking along {lane} with the {o} under one arm",
    "sitting on a step beside the {o}",
    "looking round at a noise, the {o} held tight",
    "on {lane} with the {o}, small against everything behind",
)
