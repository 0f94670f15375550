# ruff: noqa: E501 - a line of prose is one string, however long
"""Library and museum."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

LIBRARY = Place(
    "library", "library", ("Vellum House", "the Subscription Rooms", "the Great Index", "Quire Hall", "the Silent Floor", "the Athenaeum", "Foxing Hall", "the Lending House", "the Old Depository", "Marginal House"),
    ("library", "librarian", "book", "books", "museum", "archive", "story", "word", "words", "school", "fossil", "dinosaur", "painting",
     "author", "poem", "poet", "diary", "manuscript", "scholar", "letter", "map", "mapmaker"),
    {
        "lane": ("the Long Gallery", "Corridor Nine", "the stack steps", "the map room passage", "the Whispering Stair"),
        "shelter": ("the bindery", "the porter's lodge", "the reading room", "the canteen", "the cabinet of keys"),
        "height": ("the dome", "the top ladder", "the gallery rail", "the star chamber"),
        "smell": ("glue and old apples", "floor polish", "ink", "warm dust", "cocoa and leather"),
        "sound": ("a trolley with one bad wheel", "pages turning in an empty room", "the date stamp, twice", "a whisper being shushed by another"),
        "folk": ("under-librarians", "night readers", "bookbinders", "attendants"),
        "beast": ("a bookish mouse", "a stuffed owl that moved about", "the canteen cat", "a moth of learned habits"),
        "far": ("the far end of the Z shelves", "the locked bay", "a green lamp a quarter of a mile off", "the whale skeleton"),
        "fare": ("seed cake", "pea soup", "paste sandwiches", "gingerbread"),
    },
    ("leather book", "folded map", "brass key", "reading lantern", "magnifying glass", "sealed letter", "silver bell"),
    ("an under-librarian's daughter", "a night porter's boy", "an old bookbinder", "a mouse", "a small robot"),
    (
        "There are {years} miles of shelves in {town}, and one lavatory. Readers have been known to set out for it with sandwiches. The {folk} wear felt shoes, and each has a bell, in case.",
        "No book at {town} may be removed; but nothing is said about staying. A good many have come in out of the rain, asked for something light, and taken a room.",
        "{town} had a copy of everything, and in some cases the only one. It was so quiet on {lane} that one could hear a comma.",
        "By long custom the lamps at {town} are lit from A to Z. It takes all evening. For an hour or so, about M, half the building is still in yesterday.",
    ),
    (
        "They catalogued it in the end. It is under H, with a note: see also {ally}; see also weather. It has never once been on its shelf.",
        "The lamps went out one by one, from Z to A. At the last there was a voice, reading aloud, and then just the mouse, who wished to know how it came out.",
        "In {town} somebody shushed somebody. It was quite like old times; and {h} turned the page.",
        "Closing time came, and the bell was rung, and nobody moved. “Five more minutes,” said {ally}, who had the keys.",
    ),
    (
        Storylet("lib.overdue", ("Overdue", "A Fine of {count} Years", "The Returns Desk"), (
            "At the returns desk {f} was working out a fine. She had been at it since {day}. The book had been due back before the building was built, and the borrower stood in front of her, an old man with his hat in his hands, looking like a schoolboy. “I'd nearly finished,” he kept on saying.",
            "“It comes to the dome,” said {f} finally, putting down her pencil, “and the east wing.” The old man went grey. He had with him a paper bag, with a pear in it, and the book. A ribbon marked the place, just one page from the end. And on that page, {h} saw, reading upside down, was a picture of the {o}.",
        ), "at a tall desk where a clerk with a pencil faces an old man clutching a book", "A date stamp hangs in the air and comes slowly down.", (
            Choice("Read the old man his last page", "kind",
                   "{h} read it aloud. It wasn't long. The old man stood with his eyes shut, his lips going. “Well,” he said, “I never thought it would be the sister.” He laid the book on the desk. {f} had something in her eye, and stamped it PAID.",
                   "the last page read aloud", gain="a bruised pear"),
            Choice("Find an error in the sum", "wary",
                   "It was in the carrying, back in the third column: she'd put leap years down as fines. It all came tumbling after, the dome, the wing; at the bottom was {count} pence. {f} looked at {h} as people look at a good umbrella.",
                   "the error in the third column"),
            Choice("Set off the fire bell and tell him to run", "bold",
                   "He ran very well, for his age. So did {count} readers, a bishop, and someone that nobody had known to be living in Biography. They stood together on the lawn, blinking, with their fingers in their places.",
                   "the morning of the fire bell", owes="a fire drill to {f}"),
        ), view="interior"),
        Storylet("lib.margin", ("Notes in the Margin", "A Quarrel in Pencil", "Somebody Disagrees"), (
            "Two readers had been having an argument in the margins. It went on from book to book, all along {lane}: Nonsense! in a round hand, and beside that, in a thin one, You would say so. {ally} had been following it for years. They had moved, {ally_he} said, from tides to bees; they were now in Engineering, and had started to say please.",
            "In the last book on the shelf the thin hand had written: Bring the {o} to the seat by the whale, and we shall see who is right. It was fresh. A crumb of rubber lay in the fold. Opposite was a white space, a whole page of it, waiting for the round hand, which had plainly not been by.",
        ), "at a shelf reading pencilled notes by a green lamp", "A page lifts on its own, falls, and shows a line of pencil.", (
            Choice("Answer in the margin, in as round a hand as possible", "sly",
                   "I shall be there, wrote {h}, and dotted it fatly. Next day there was an answer, so kind and so relieved that {he} had to go and look at the whale for a bit. It is a great responsibility to have somebody else's handwriting.",
                   "the answer in the round hand", owes="the truth to the thin hand"),
            Choice("Look for the owner of the round hand", "kind",
                   "She was in the canteen, with a bad foot up on a chair: {f}, ninety if a day. “I thought they'd have given up on me by now,” she said. She licked the pencil. “Pass me that. Page?”",
                   "{f} and her bad foot", promise="carry {f}'s notes to the shelf"),
            Choice("Take the {o} to the seat by the whale", "bold",
                   "Nobody was there. The whale had its usual smile. But on the bench lay a thin grey glove, and inside the glove was a note: I was never right about the bees. {h} sat, and the bones overhead ticked as they do when it is going to rain.",
                   "the bench below the whale"),
        ), view="close"),
        Storylet("lib.exhibit", ("The Empty Case", "On Loan", "Exhibit {count}"), (
            "One case on {lane} had nothing in it. It had its own lamp and a rope, and a card: ON LOAN. An attendant named {m} sat by it on a stool as he had for {years} years. “It's popular,” he said. “People like to think what it was. They write in.” He had the letters in a sack.",
            "The velvet in the case had kept a dent. Anyone could see it who cared to; and {h}, with the {o} under {his} arm, did not at all care to. “I always say it'll be back for my retirement,” said {m}. “That is on {day}.” He gave the glass a rub with his sleeve, and smiled at nothing, fondly.",
        ), "before an empty lit glass case while an old attendant polishes it", "A sleeve rubs the glass and a reflection of the {o} appears.", (
            Choice("Lay the {o} in the case, just to let him see it", "kind",
                   "It lay in the dent as an egg lies in a spoon. {m} looked, and took out a handkerchief, and did not use it. “No,” he said in the end, “you take it, my dear. I can say that I've seen it. I'd got so I was afraid it would be ugly.”",
                   "the dent in the velvet"),
            Choice("Ask to read the letters in the sack", "wary",
                   "A child believed it was a dragon's tooth. A lady in Quillbridge thought it was her youth. One only, in a purple ink, said exactly what it was; gave the measurements; and was signed, with a little flourish, {rival}.",
                   "the letter in purple ink", gain="a letter in purple ink"),
            Choice("Step over the rope and sit down in the case {himself}", "bold",
                   "It was oddly comfortable. A school came by. “What does it do?” asked a boy, and the teacher read the card. They drew {him}, all {count} of them; several got the ears. {m} laughed till he had to be helped off the stool.",
                   "the hour {h} had spent as an exhibit"),
        ), view="object", barter=True),
    ),
)
