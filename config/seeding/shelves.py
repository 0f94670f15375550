"""The tiers of the two seeded tenants and their ready-made beginnings, all of our own invention."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    slug: str
    title: str
    blurb: str
    prompt: str
    art_style: str
    cover_alt: str


@dataclass(frozen=True, slots=True)
class Shelf:
    slug: str
    name: str
    tagline: str
    audience: str
    theme: str
    guidelines: str
    picture_style: str
    guests_may_play: bool
    daily_scenes: int | None
    starts: tuple[Start, ...]


KIDS = Shelf(
    slug="kids",
    name="The Small Shelf",
    tagline="Stories for people who still ask why.",
    audience="children",
    theme="meadow",
    guidelines=(
        "Kind at heart. Nobody dies, nobody is cruel, nothing is truly frightening. Trouble can always be mended, and the "
        "one who mends it is a child, an animal or something smaller. No brands, no real people."
    ),
    picture_style="warm picture-book light, friendly faces, nothing frightening",
    guests_may_play=True,
    daily_scenes=200,
    starts=(
        Start(
            "the-lighthouse-that-sneezed",
            "The Lighthouse That Sneezed",
            "Every time it sneezes, the fog comes out. Somebody has to find it a handkerchief.",
            "A boy in a yellow raincoat lives beside a lighthouse that sneezes fog, and sets out to find it a handkerchief "
            "big enough",
            "gouache",
            "A lighthouse with a puff of fog at its lamp, and a boy in a yellow raincoat looking up at it.",
        ),
        Start(
            "a-map-for-the-moon",
            "A Map for the Moon",
            "The moon has lost its way. A fox knows somebody who draws.",
            "A small fox finds a paper map that the moon dropped, and walks uphill to give it back",
            "paper-cut",
            "A fox on a hill under a large moon, holding a folded paper map.",
        ),
        Start(
            "the-dragon-who-kept-bees",
            "The Dragon Who Kept Bees",
            "She is too warm for most pets. The bees do not mind.",
            "A small green dragon keeps bees in an old garden, until the morning when the honey tastes of thunder",
            "watercolour",
            "A small green dragon among beehives in a garden in flower.",
        ),
        Start(
            "night-train-to-the-north-wind",
            "Night Train to the North Wind",
            "One ticket, one suitcase, and a stop that is on no timetable.",
            "A child with a brass ticket boards the night train that goes to where the north wind lives",
            "gouache",
            "A child on a snowy railway platform beside a train with lit windows.",
        ),
        Start(
            "the-umbrella-librarian",
            "The Umbrella Librarian",
            "It rains inside the library, but only on some of the books.",
            "A girl with a red umbrella finds that it rains inside the library, and only on the books nobody has borrowed",
            "watercolour",
            "A girl with a red umbrella between tall bookshelves while rain falls indoors.",
        ),
        Start(
            "button-and-the-borrowed-star",
            "Button and the Borrowed Star",
            "A mouse borrows a star for one night. The night is nearly over.",
            "A mouse named Button has borrowed a star in a lantern and must bring it back before morning",
            "paper-cut",
            "A mouse holding a lantern with a star in it, dark grass around.",
        ),
    ),
)

CLASSICS = Shelf(
    slug="classics",
    name="The Long Room",
    tagline="Slow stories with weather in them.",
    audience="general",
    theme="library",
    guidelines=(
        "Restrained and exact. Suspense before shock; no gore, no explicit scenes, no real people. What is promised early is "
        "paid late."
    ),
    picture_style="composed like a plate in an old book",
    guests_may_play=True,
    daily_scenes=200,
    starts=(
        Start(
            "the-clock-that-kept-a-secret",
            "The Clock That Kept a Secret",
            "It strikes thirteen once a year, and only for the person who is about to lie.",
            "A clockmaker's apprentice opens a clock that has struck thirteen and finds a letter addressed to herself",
            "engraving",
            "An apprentice bent over an open clock in a dark workshop with one lamp.",
        ),
        Start(
            "the-last-ferry",
            "The Last Ferry",
            "The ferryman takes one thing from every passenger. He does not say what until the middle of the river.",
            "A ferryman on a foggy river is asked to carry a bell across on his last night of work",
            "watercolour",
            "A ferryman with a pole on a foggy river at dusk.",
        ),
        Start(
            "the-house-of-nine-doors",
            "The House of Nine Doors",
            "Eight of them open. The ninth has been heard to.",
            "A woman inherits a tall house with nine doors and an iron key that fits the one nobody has found",
            "engraving",
            "A tall old house on a hill with a single lit window.",
        ),
        Start(
            "a-letter-from-the-drowned-town",
            "A Letter from the Drowned Town",
            "The valley was flooded forty years ago. The post still comes.",
            "A postwoman receives a dry letter from a town that has lain under the lake for forty years",
            "watercolour",
            "A postwoman rowing a boat over rooftops that show through still water.",
        ),
        Start(
            "the-cartographers-winter",
            "The Cartographer's Winter",
            "Each morning the map has one road more than she drew.",
            "A mapmaker snowed in at a mountain pass finds that her map grows a new road every night",
            "engraving",
            "A mapmaker with a rolled map in snowy mountains.",
        ),
        Start(
            "the-garden-behind-the-wall",
            "The Garden Behind the Wall",
            "Somebody has been watering it. Nobody has had the key since the war.",
            "A gardener finds an iron key to a walled garden where it is always the same evening",
            "watercolour",
            "A walled garden by moonlight, its gate ajar, an iron key in the lock.",
        ),
    ),
)

HARBOUR = Shelf(
    slug="tales",
    name="Tales from the Harbour",
    tagline="Told by people who have been wet.",
    audience="general",
    theme="harbour",
    guidelines="Plain speech, dry humour, the sea always near. No gore, no explicit scenes, no real people.",
    picture_style="salt air and slate colours",
    guests_may_play=False,
    daily_scenes=None,
    starts=(),
)
