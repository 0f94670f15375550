"""Words that tell what a premise is about, in English and a little of its neighbours. Data only."""
# fmt: off - one word a line would hide the lists

from __future__ import annotations

DETERMINERS = frozenset({
    "a", "an", "the", "my", "our", "his", "her", "their", "its", "one", "two", "three", "four", "five", "seven",
    "some", "every", "another",
})
NUMBERS = frozenset(["two", "three", "four", "five", "seven", "some"])
BOUNDARY = frozenset(
    [
        "who", "that", "which", "whose", "with", "and", "in", "on", "at", "from", "to", "into", "but", "or", "when",
        "where", "while", "after", "before", "for", "inside", "under", "by", "as", "because", "whom", "until",
        "during", "without", "through", "across", "beside", "near", "behind", "between", "against", "about", "over",
        "if", "so", "named", "called", "than", "then", "up", "off", "out", "down", "is", "was", "were", "are",
        "will", "has", "had",
    ]
)
OBJECTS = frozenset(
    [
        "key", "lantern", "lamp", "map", "boat", "clock", "watch", "letter", "book", "bell", "umbrella", "balloon",
        "kite", "feather", "mirror", "egg", "cup", "coin", "violin", "telescope", "box", "crown", "flower",
        "compass", "ring", "sword", "necklace", "locket", "pocketwatch", "teapot", "kettle", "hat", "coat", "shoe",
        "shoes", "boots", "boot", "glove", "scarf", "button", "needle", "thread", "spoon", "knife", "bowl", "lamp",
        "candle", "bottle", "jar", "ball", "drum", "flute", "trumpet", "piano", "fiddle", "guitar", "harp",
        "whistle", "seed", "acorn", "apple", "pear", "stone", "pebble", "pearl", "shell", "diary", "notebook",
        "postcard", "parcel", "package", "suitcase", "bag", "basket", "chest", "trunk", "hammer", "wheel",
        "bicycle", "radio", "camera", "photograph", "photo", "painting", "portrait", "puzzle", "doll", "puppet",
        "mask", "wand", "potion", "spell", "cloak", "blanket", "quilt", "pillow", "chair", "ladder", "rope", "net",
        "anchor", "bucket", "broom", "typewriter", "pen", "pencil", "brush", "ink", "jewel", "jewels", "diamond",
        "ruby", "emerald", "gem", "amulet", "medal", "stamp", "ticket", "recipe", "cake", "cookie", "bread", "pie",
        "sandwich", "treasure", "fossil", "bone", "tooth", "star", "snowglobe", "globe", "hourglass", "magnet",
        "spyglass", "glass", "battery", "machine", "engine", "song", "secret", "wish", "shadow", "chessboard",
        "cookbook", "songbook", "tune", "accordion", "music", "dictionary", "passport", "invitation",
    ]
)
NOT_CARRIED = frozenset(
    [
        "star", "song", "secret", "wish", "shadow", "machine", "engine", "boat", "ship", "piano", "chest",
        "treasure", "moon", "sun", "sea", "door", "house", "garden", "island", "castle", "forest", "tree",
        "mountain", "tower", "train", "station", "city", "town", "village", "world", "planet", "river", "bridge",
        "lighthouse", "cave", "room", "library", "museum", "school", "shop", "way", "life", "love", "friend", "job",
        "day", "night", "time", "year", "home", "family", "place", "end", "beginning", "war", "peace", "voice",
        "name", "dream", "memory", "plan", "mystery", "adventure", "body", "thing", "things", "something",
        "planets", "stars", "spaceship", "rocket", "submarine", "theatre", "circus", "desert", "storm", "winter",
        "summer", "passage", "staircase", "path", "road", "street", "tunnel", "portal",
    ]
)
FOREIGN = {
    "fuchs": "fox", "renard": "fox", "zorro": "fox", "volpe": "fox", "katze": "cat", "kater": "cat", "chat": "cat",
    "gato": "cat", "gatto": "cat", "hund": "dog", "chien": "dog", "perro": "dog", "cane": "dog", "vogel": "bird",
    "oiseau": "bird", "pajaro": "bird", "pájaro": "bird", "bär": "bear", "ours": "bear", "oso": "bear",
    "hase": "rabbit", "lapin": "rabbit", "conejo": "rabbit", "drache": "dragon", "dragón": "dragon",
    "drago": "dragon", "maus": "mouse", "souris": "mouse", "ratón": "mouse", "mädchen": "girl", "fille": "girl",
    "niña": "girl", "ragazza": "girl", "junge": "boy", "garçon": "boy", "niño": "boy", "ragazzo": "boy",
    "roboter": "robot", "лиса": "fox", "кот": "cat", "кошка": "cat", "девочка": "girl", "мальчик": "boy",
    "дракон": "dragon", "robota": "robot", "rei": "king", "könig": "king", "reina": "queen", "königin": "queen",
    "princesa": "princess", "prinzessin": "princess", "großmutter": "grandmother", "abuela": "grandmother",
    "nonna": "grandmother", "eule": "owl", "wolf": "wolf",
}
FOREIGN_OBJECTS = {
    "schlüssel": "key", "clé": "key", "llave": "key", "chiave": "key", "laterne": "lantern", "karte": "map",
    "mapa": "map", "carte": "map", "brief": "letter", "lettre": "letter", "carta": "letter", "buch": "book",
    "livre": "book", "libro": "book", "uhr": "clock", "reloj": "clock", "horloge": "clock", "spiegel": "mirror",
    "espejo": "mirror", "miroir": "mirror", "geige": "violin", "violon": "violin", "violín": "violin",
    "ключ": "key",
}
FOREIGN_GOALS = {
    "mond": "find the moon", "lune": "find the moon", "luna": "find the moon", "meer": "find the sea",
    "mer": "find the sea", "stern": "find a star", "étoile": "find a star", "estrella": "find a star",
    "луна": "find the moon", "луну": "find the moon",
}
FOREIGN_MARKS = frozenset(
    [
        "ein", "eine", "einen", "der", "die", "das", "und", "ist", "sucht", "findet", "mit", "un", "une", "le",
        "la", "les", "et", "est", "dans", "qui", "cherche", "el", "los", "una", "y", "que", "busca", "encuentra",
        "il", "lo", "di", "che", "trova", "cerca", "um", "uma", "o", "em",
    ]
)
