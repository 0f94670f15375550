"""The vocabulary of the reader: many words for each thing that can be painted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lexicon:
    """Finds words and says what they mean. Longer phrases win over shorter ones; a plural is its singular."""

    words: Mapping[str, str]
    pattern: re.Pattern[str] = field(init=False)
    meanings: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        meanings = {w: m for m, line in self.words.items() for w in line.split(", ")}
        longest = sorted(meanings, key=len, reverse=True)
        object.__setattr__(self, "meanings", meanings)
        object.__setattr__(self, "pattern", re.compile(r"\b(?:" + "|".join(map(re.escape, longest)) + r")(?:e?s)?\b"))

    def meaning(self, said: str) -> str:
        """What a matched word means."""
        for end in (None, -1, -2):
            if said[:end] in self.meanings:
                return self.meanings[said[:end]]
        raise KeyError(said)


PLACES = Lexicon(
    {
        "harbour": "harbour, harbor, quay, port, dock, pier, jetty, wharf, marina, fishing village, "
        "drowned town, anchorage",
        "lighthouse": "lighthouse, beacon",
        "island": "island, isle, islet, atoll",
        "ship": "ship, galleon, schooner, deck, frigate, vessel, sail, mast",
        "sea": "sea, ocean, wave, shore, beach, coast, bay, cliff, tide, seaside, surf, underwater",
        "forest": "forest, wood, woods, woodland, tree, grove, jungle, thicket, clearing, glade, oak, pine, birch",
        "mountain": "mountain, peak, summit, alp, ridge, valley, hill, crag, pass, highland, glacier, volcano, "
        "canyon, moor",
        "street": "street, alley, lane, city, town, village, road, square, avenue, shop, doorstep, boulevard, "
        "courtyard",
        "rooftops": "rooftop, roof, chimney, skyline, attic window, balcony",
        "library": "library, libraries, bookshop, archive, bookshelf, bookshelves, reading room, study, "
        "bookcase, scriptorium",
        "kitchen": "kitchen, hearth, bakery, tavern, inn, dining room, pantry, stove, cottage interior, fireplace",
        "workshop": "workshop, workbench, clockmaker's, laboratory, forge, studio, atelier, toymaker's, shed, smithy",
        "theatre": "theatre, theater, stage, opera, circus, ballroom, puppet show, concert hall",
        "observatory": "observatory, planetarium, dome",
        "cabin": "cabin, train compartment, compartment, carriage interior",
        "room": "room, bedroom, house interior, interior, parlour, parlor, attic, hall, hallway, corridor, "
        "chamber, nursery, "
        "classroom, staircase, indoors, bed, window seat, cellar",
        "market": "market, bazaar, stall, fair, marketplace, carnival",
        "cave": "cave, cavern, grotto, tunnel, mine, burrow, archway, crypt, underground, den",
        "bridge": "bridge, viaduct, aqueduct",
        "marsh": "marsh, swamp, bog, fen, wetland, reed, lagoon",
        "river": "river, stream, lake, canal, brook, creek, pond, ferry, waterfall, riverbank, lakeside",
        "tower": "tower, spire, turret, belfry, windmill, mill, pagoda",
        "castle": "castle, palace, fortress, ruin, citadel, manor, mansion, old house, abbey, temple, tall house",
        "garden": "garden, orchard, meadow, greenhouse, hedge, flowerbed, park, hive, beehive, field, lawn, "
        "vineyard, farm",
        "desert": "desert, dune, sand, oasis, savanna, wasteland",
        "snowfield": "snowfield, tundra, ice, arctic, snowy plain, iceberg, frozen lake, north pole, snowdrift",
        "station": "station, railway, train, platform, locomotive, rail, tram, railroad",
        "space": "space, moon surface, planet, galaxy, outer space, lunar, on the moon, to the moon, starship, "
        "asteroid, "
        "among the stars, among stars, night sky, comet",
    }
)

OBJECTS = Lexicon(
    {
        "lantern": "lantern, lamp, candle, torch, candlestick, light in her hand, light in his hand",
        "key": "key",
        "map": "map, chart, scroll, blueprint, atlas",
        "boat": "boat, rowboat, rowing boat, dinghy, canoe, skiff, raft, gondola, ferry, paper boat",
        "clock": "clock, pocket watch, wristwatch, timepiece, pendulum, clockwork",
        "letter": "letter, envelope, note, postcard, parcel, telegram",
        "bird": "bird, owl, crow, raven, gull, seagull, sparrow, robin, heron, swallow, dove, goose, geese, "
        "parrot, wren",
        "cat": "cat, kitten",
        "fox": "fox, foxes, vixen",
        "compass": "compass, astrolabe",
        "book": "book, diary, journal, notebook, tome, storybook, novel",
        "bell": "bell, chime",
        "umbrella": "umbrella, parasol",
        "balloon": "balloon, hot air balloon, airship",
        "kite": "kite",
        "feather": "feather, quill, plume",
        "mirror": "mirror, looking glass",
        "musicbox": "music box, musical box",
        "robot": "robot, automaton, android",
        "dragon": "dragon, wyvern",
        "egg": "egg",
        "cup": "cup, teacup, mug, teapot, kettle, goblet, bowl, tea",
        "coin": "coin, medal, medallion, amulet, locket",
        "violin": "violin, fiddle, cello, guitar, lute",
        "telescope": "telescope, spyglass",
        "box": "box, boxes, chest, trunk, suitcase, crate, casket, basket, bag, satchel",
        "crown": "crown, tiara, diadem",
        "flower": "flower, rose, tulip, daisy, daisies, poppy, poppies, blossom, bouquet, lily, lilies, sunflower",
        "star": "star, starlight, glowing stone, gem, crystal, jewel, pearl, orb",
        "bottle": "bottle, potion, vial, jar, flask, inkwell",
        "shell": "shell, seashell, conch",
        "bee": "bee",
        "rabbit": "rabbit, hare",
        "dog": "dog, puppy, hound",
        "moon": "moon, full moon, crescent",
    }
)

HOURS = Lexicon(
    {
        "dawn": "dawn, sunrise, daybreak, early morning, first light, morning",
        "dusk": "dusk, sunset, twilight, evening, gloaming, golden hour, nightfall, lamplight, autumn light",
        "night": "night, midnight, moonlight, moonlit, starlit, starry, nighttime, after dark, dark, moon, stars",
        "storm": "storm, stormy, thunder, tempest, lightning, gale, thundercloud",
        "day": "day, noon, midday, afternoon, sunny, sunlit, sunlight, daylight, bright, blue sky, summer, spring",
    }
)

WEATHERS = Lexicon(
    {
        "fog": "fog, foggy, mist, misty, haze, hazy, smoke, steam, vapour",
        "rain": "rain, rainy, drizzle, downpour, raining, shower, storm, stormy, puddle",
        "snow": "snow, snowy, snowfall, snowing, blizzard, frost, snowflake, winter, wintry",
    }
)

VIEWS = Lexicon(
    {
        "study": "still life, object study, close up of the, close up of a, on a table, on the table, on a desk, "
        "on the desk, "
        "detail of, tabletop, windowsill, on velvet",
        "close": "close view, close up, close, portrait, from behind, over the shoulder, over her shoulder, "
        "over his shoulder",
        "above": "from above, bird's eye, birds eye, aerial, top down, looking down, seen from the air, overhead",
        "silhouette": "silhouette, silhouetted, backlit, against the sun, against the moon, against the light, "
        "against the sky",
        "interior": "interior, inside, indoors",
        "wide": "wide view, wide, panorama, panoramic, vast, distant, landscape, far away",
        "middle": "medium view, medium shot, mid shot, full figure",
    }
)

MOODS = Lexicon(
    {
        "night": "secret, eerie, spooky, haunted, ghostly, mysterious, dream, sleep, sleeping",
        "dusk": "hushed, wistful, melancholy, sad, lonely, tender, longing, farewell, nostalgic, cosy, cozy, warm",
        "dawn": "hopeful, gentle, calm, peaceful, fresh, new, serene, quiet",
        "day": "joyful, happy, merry, playful, cheerful, lively, busy, funny",
        "storm": "tense, dangerous, furious, fear, afraid, dread, angry, wild, ominous",
    }
)

KINDS = Lexicon(
    {
        "person:child": "girl, boy, child, children, kid, apprentice, orphan, princess, prince, daughter, son, "
        "schoolgirl, schoolboy, "
        "twin, little one",
        "person:woman": "woman, women, lady, mother, queen, postwoman, witch, heroine, aunt, sister, librarian, "
        "fisherwoman, nurse, "
        "teacher",
        "person:man": "man, men, sailor, captain, king, ferryman, father, knight, keeper, postman, fisherman, "
        "mapmaker, cartographer, "
        "baker, traveller, traveler, wanderer, clockmaker, gardener, soldier, conductor, pirate, explorer, "
        "brother, uncle, thief, "
        "wizard, merchant, musician, stranger, figure, hero, person, people, someone",
        "person:old": "old man, old woman, grandmother, grandfather, granny, grandma, grandpa, elder, "
        "old keeper, old sailor, "
        "old fisherman, hermit",
        "fox": "fox, foxes, vixen",
        "cat": "cat, kitten",
        "dog": "dog, puppy, hound",
        "bear": "bear, bear cub",
        "rabbit": "rabbit, hare, bunny",
        "robot": "robot, automaton, android",
        "dragon": "dragon, wyvern",
        "otter": "otter",
        "mouse": "mouse, mice",
        "bird": "owl, raven, crow, penguin, duck, sparrow hero, bird hero, heron, goose",
    }
)
