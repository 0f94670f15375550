"""Who is in a story: names, clothes, trades and the words by which a hero is spoken of."""
# fmt: off - one word a line would hide the lists

from __future__ import annotations

WOMEN: tuple[str, ...] = (
        "Tamsin", "Orla", "Bettany", "Ines", "Marit", "Odile", "Petra", "Wilhelmina", "Sunniva", "Dorcas", "Hester",
        "Ludmila", "Nerys", "Aune", "Greta", "Yolande", "Philippa", "Rosamund", "Kerensa", "Thea", "Imke", "Saskia",
        "Beatrix", "Ottoline", "Vesna", "Maude", "Perpetua", "Isolde", "Hanne", "Clemency", "Zora", "Agata",
        "Fenella", "Morwenna", "Juniper", "Tilda", "Rukmini", "Amara", "Noor", "Solveig", "Annis", "Lowri", "Pilar",
        "Delphine", "Ebba", "Winifred", "Mirele", "Constance", "Ayla", "Brid",
    )
MEN: tuple[str, ...] = (
        "Osk", "Anselm", "Bartholomew", "Ignace", "Tobias", "Corwin", "Jory", "Ulrich", "Emeric", "Pascoe",
        "Halvard", "Linus", "Ambrose", "Casimir", "Digory", "Florian", "Gideon", "Hob", "Isak", "Jasper", "Kit",
        "Leopold", "Matthias", "Nico", "Ottokar", "Peregrine", "Quentin", "Rafe", "Silvan", "Thaddeus", "Umberto",
        "Valentin", "Wendell", "Yorick", "Zeno", "Aurel", "Benedikt", "Cosmo", "Denzil", "Edvard", "Fabian",
        "Gwilym", "Hamo", "Ivo", "Jonas", "Kaspar", "Lorcan", "Mungo", "Oswin", "Piers",
    )
GIRLS: tuple[str, ...] = (
        "Wren", "Tansy", "Mina", "Pia", "Lotte", "Nell", "Ada", "Romy", "Signe", "Edda", "Juno", "Bryony", "Maren",
        "Tess", "Linnet", "Oona", "Freda", "Ivy", "Kaja", "Posy",
    )
BOYS: tuple[str, ...] = (
        "Fen", "Otto", "Jem", "Milo", "Tam", "Rufus", "Emil", "Bram", "Ned", "Arlo", "Ludo", "Perrin", "Sorley",
        "Ansel", "Caspian", "Wat", "Ravi", "Odo", "Teo", "Barney",
    )
CREATURES: tuple[str, ...] = (
        "Pepper", "Fennel", "Thimble", "Bramble", "Marrow", "Button", "Nutmeg", "Tuppence", "Quill", "Sorrel",
        "Mustard", "Dumpling", "Clove", "Parsnip", "Fidget", "Ember", "Barley", "Hazel", "Pilchard", "Biscotti",
    )
MACHINES: tuple[str, ...] = (
    "Bolt", "Seven", "Tocko", "Rivet", "Kettle", "Pim", "Sprocket", "Dot", "Gasket", "Oh-Nine", "Tinder", "Cog",
    "Ferrule", "Plumb", "Valve",
)

COLOURS = ("red", "yellow", "green", "blue", "orange", "white")

ALLIES = (
    "who mended umbrellas and opinions", "who drove the milk cart and knew every door by its sound",
    "who had once been a diver and still held {ally_his} breath when thinking",
    "who wound the town clock and was never on time", "who collected lost gloves, always the left",
    "who had failed four times to be a schoolteacher", "who painted shop signs and could not spell",
    "who sold soup from a pram", "who repaired accordions and distrusted silence",
    "who kept bees on a balcony no bigger than a tray",
    "who carried other people's parcels and guessed the contents",
    "who delivered telegrams and never read them, or said so", "who was teaching a hen to count",
    "who drew maps of places that had been built over", "who cut hair on Mondays and hedges the rest of the week",
)
RIVALS = (
    "the collector of fines", "the auctioneer with the white gloves", "the inspector of weights",
    "the gentleman from the insurance office", "the dealer in rare things", "the deputy mayor",
    "the clerk of lost property", "the lawyer with two umbrellas", "the surveyor in yellow boots",
    "the photographer who never bought film", "the landlord of half the street",
    "the professor of other people's business",
)

SHE_WORDS = frozenset(
    [
        "girl", "woman", "daughter", "sister", "mother", "grandmother", "granny", "queen", "princess", "witch",
        "aunt", "lady", "wife", "niece", "widow", "mermaid", "nun", "heroine", "empress", "duchess", "seamstress",
        "waitress", "actress", "sorceress", "priestess", "granddaughter", "mum", "hen", "cow", "goddess",
        "stewardess", "baroness",
    ]
)
HE_WORDS = frozenset(
    [
        "boy", "man", "son", "brother", "father", "grandfather", "grandpa", "king", "prince", "wizard", "uncle",
        "gentleman", "husband", "nephew", "monk", "hero", "emperor", "duke", "lad", "knight", "fisherman",
        "postman", "grandson", "dad", "rooster", "bull", "god", "baron",
    ]
)

CHILD_WORDS = frozenset(
    [
        "girl", "boy", "child", "daughter", "son", "sister", "brother", "kid", "orphan", "schoolgirl", "schoolboy",
        "apprentice", "princess", "prince", "granddaughter", "grandson", "twin", "niece", "nephew", "pupil",
        "student", "lad", "toddler", "baby", "teenager",
    ]
)
OLD_WORDS = frozenset({
    "grandmother", "grandfather", "granny", "grandpa", "widow", "widower", "pensioner", "hermit", "crone",
})
ANIMALS = frozenset(
    [
        "fox", "cat", "dog", "bird", "bear", "rabbit", "hare", "otter", "mouse", "rat", "owl", "crow", "raven",
        "wolf", "badger", "hedgehog", "squirrel", "goat", "sheep", "horse", "pony", "donkey", "pig", "cow", "hen",
        "rooster", "duck", "goose", "swan", "penguin", "seal", "whale", "dolphin", "fish", "shark", "octopus",
        "crab", "turtle", "tortoise", "frog", "toad", "lizard", "snake", "lion", "tiger", "elephant", "giraffe",
        "monkey", "ape", "panda", "koala", "kangaroo", "deer", "moose", "reindeer", "beaver", "mole", "bat", "bee",
        "ant", "beetle", "spider", "snail", "moth", "butterfly", "parrot", "pigeon", "sparrow", "robin", "heron",
        "gull", "kitten", "puppy", "cub", "hamster", "mammoth", "dinosaur", "llama", "alpaca", "camel", "walrus",
        "lynx", "weasel", "stoat", "ferret", "raccoon", "sloth", "firefly", "jackdaw", "magpie", "wren",
        "hummingbird", "dragonfly", "salamander", "axolotl", "lamb", "foal", "calf", "fawn", "duckling", "chick",
        "gosling", "kingfisher", "stork",
    ]
)
WONDERS = frozenset(
    [
        "dragon", "troll", "giant", "ghost", "mermaid", "unicorn", "fairy", "elf", "dwarf", "goblin", "monster",
        "ogre", "alien", "phoenix", "griffin", "yeti", "vampire", "werewolf", "snowman", "scarecrow", "golem",
        "imp", "witch", "wizard", "sprite", "gnome", "genie", "sorcerer", "djinn", "kraken", "puppet", "doll",
    ]
)
ROBOTS = frozenset(["robot", "android", "automaton", "machine", "probe", "rover", "computer", "drone", "cyborg"])
PEOPLE = frozenset(
    [
        "girl", "boy", "man", "woman", "child", "kid", "person", "daughter", "son", "sister", "brother", "mother",
        "father", "grandmother", "grandfather", "granny", "grandpa", "aunt", "uncle", "niece", "nephew", "twin",
        "orphan", "king", "queen", "prince", "princess", "knight", "keeper", "thief", "pirate", "captain", "sailor",
        "soldier", "spy", "nurse", "doctor", "cook", "chef", "baker", "teacher", "student", "pupil", "apprentice",
        "clerk", "judge", "guard", "librarian", "musician", "magician", "artist", "poet", "astronaut", "pilot",
        "postman", "fisherman", "farmer", "shepherd", "miner", "smith", "blacksmith", "widow", "widower", "monk",
        "nun", "hermit", "tailor", "stranger", "neighbour", "neighbor", "friend", "ghostwriter", "detective",
        "scientist", "inventor", "diver", "beekeeper", "gardener", "carpenter", "clockmaker", "mapmaker",
        "cartographer", "conductor", "ferryman", "boatman", "watchman", "nightwatchman", "lamplighter", "midwife",
        "mayor", "heir", "heiress", "butler", "maid", "cowboy", "lad", "lady", "gentleman", "hero", "heroine",
        "merchant", "traveller", "traveler", "wanderer", "refugee", "dancer", "singer", "violinist", "pianist",
        "acrobat", "clown", "juggler", "courier", "messenger", "translator", "archivist", "curator", "surgeon",
        "engineer", "mechanic", "plumber", "electrician", "barber", "bus-driver", "driver", "waiter", "waitress",
        "hunter", "weaver", "potter", "painter", "sculptor", "writer", "author", "editor", "journalist", "reporter",
        "lawyer", "banker", "accountant", "astronomer", "botanist", "geologist", "geographer", "linguist",
        "historian", "philosopher", "priest", "rabbi", "imam", "bishop", "abbot", "pilgrim", "beggar", "grandson",
        "granddaughter", "wife", "husband", "crew", "family", "team", "gang", "couple", "siblings", "villagers",
        "children", "people", "men", "women", "kids", "mice", "geese", "wolves", "thieves", "wives", "knives",
        "trainee", "intern", "glassblower", "swimmer", "goatherd",
    ]
)

GIVEN = {"she": GIRLS, "he": BOYS}

FORMS = {
    "she": ("she", "her", "her", "hers", "herself", "was"),
    "he": ("he", "him", "his", "his", "himself", "was"),
    "it": ("it", "it", "its", "its own", "itself", "was"),
    "they": ("they", "them", "their", "theirs", "themselves", "were"),
    "you": ("you", "you", "your", "yours", "yourself", "were"),
}
"""Pronoun: subject, object, possessive, standing alone, reflexive, past of "to be"."""
