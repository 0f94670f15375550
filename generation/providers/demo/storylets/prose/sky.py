# ruff: noqa: E501 - a line of prose is one string, however long
"""Sky, moon and space."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

SKY = Place(
    "sky", "moon in a sky full of stars", ("Lamp Station", "Apogee", "Dustmere", "Long Orbit", "Sea of Cups", "Umbra Halt", "Tranquil", "Far Side Halt", "Crater Nine", "the Quiet Ring", "Perigee"),
    ("moon", "space", "star", "stars", "planet", "astronaut", "rocket", "alien", "comet", "spaceship", "galaxy", "sky", "cloud", "balloon",
     "telescope", "observatory", "astronomer", "satellite", "orbit", "mars", "meteor", "constellation"),
    {
        "lane": ("the crater path", "the ring road", "Airlock Street", "the dust walk", "the long stair"),
        "shelter": ("the greenhouse dome", "the tea module", "the observatory", "the boot room", "the post rocket office"),
        "height": ("the aerial", "the rim", "the big telescope", "the top of the dome"),
        "smell": ("spent matches", "tomatoes", "hot tin", "peppermint and dust", "toast"),
        "sound": ("a valve breathing out", "the radio saying good night to someone", "boots with magnets in", "a kettle, much too fast"),
        "folk": ("star keepers", "dust sweepers", "moon gardeners", "post pilots"),
        "beast": ("a cat with its own helmet", "a floating hen", "a clockwork dog", "a moth from home"),
        "far": ("the Earth, blue as a marble in milk", "a comet, hardly trying", "the dark side's one lamp", "the post rocket, like a spark"),
        "fare": ("tomato soup", "toast in zero gravity", "tinned peaches", "cocoa"),
    },
    ("brass telescope", "star map", "silver lantern", "music box", "glass jar", "compass", "paper kite"),
    ("a star keeper's daughter", "a post pilot's boy", "an old astronomer", "a small robot", "a moon cat"),
    (
        "{town} is the last stop but one. It has a dome, a rake and {count} inhabitants, and so little weight that arguments have to be held on to with both hands.",
        "They rake the dust at {town} each evening, in lines, so that in the morning one can read who has been by. On {lane} there had lately been a set of prints that began nowhere.",
        "From {town} you can cover your old house with a thumb. The {folk} do so now and then, and look to see if it's still there; and someone tells them that the kettle has boiled.",
    ),
    (
        "The Earth came up over {lane}, blue, with weather on it. {h} put up {his} thumb, and took it away again. Still there.",
        "Last thing, they raked the dust. In the morning there was one line of prints across it, going straight to {hs} door.",
        "One star more was counted that night at {town}, or else someone had left on a lamp. The {folk} put it down in the book either way.",
        "It was very quiet. It always is, up there; but now, if one held one's breath, it was the quiet of somebody about to speak.",
    ),
    (
        Storylet("sky.rake", ("Footprints from Nowhere", "The Raked Ground", "Somebody's Left Foot"), (
            "{f} did the raking. She'd found the prints at the end of her shift: left, left, left, as neat as stitching, out across the smooth grey plain and up to the window of {shelter}. Then they stopped. “And nothing going back,” said {f}. She leaned on the rake. “I put my head in. Nobody's there that wasn't before.”",
            "They all began counting each other. It came out at {count}, which was right. They did it again with the lights on. It was still right; but now it included a person at the end, in a grey helmet, whom everybody thought that somebody else knew. It had turned its glass towards the {o}.",
        ), "on a grey plain beside a woman with a rake, a single line of left footprints", "Dust settles slowly into a footprint.", (
            Choice("Offer the stranger a cup of something", "kind",
                   "It took the cup in both gloves. It could not drink, having no place to; but it held it right up against the helmet, till the glass steamed, and with one finger wrote on the steam: LONG WAY.",
                   "the words in the steam"),
            Choice("Follow the prints back to where they begin", "bold",
                   "They began at a dent. It was about as deep as a bath and had been lined, by somebody, with post: years of it, every letter that had ever missed. On the top was one for {ally}.",
                   "the dent that was full of letters", gain="a late letter"),
            Choice("Say nothing, and count again tomorrow", "wary",
                   "The day after it was one more, and so it was on the next. They were no trouble. They hung up their helmets in a row. {f} took to raking only round the edges; and {h} lay awake and listened to how quietly they breathed.",
                   "the helmets in a row"),
        )),
        Storylet("sky.post", ("The Post Rocket", "Not Known at This Crater", "One Item, Fragile"), (
            "The post came in on a flame no larger than a candle's, driven by {m}, who was eighty and wore a scarf. He had one sack. “It's bills,” he said, “and a fish for the doctor, and this.” This was a parcel in brown paper with the shape of the {o}. It was addressed to {h}. {he} already had it under {his} arm.",
            "“Then there's two,” said {ally}. {m} shook the parcel; it said something, muffled, in a voice. “I'm to wait for an answer,” said {m}. He sat on his rocket and unscrewed a flask. Behind the {folk}, at the back, {rival} had put {rival_his} hat on and was going off, on long slow steps, towards the launch shed.",
        ), "beside a tiny post rocket with an old pilot in a scarf, a brown paper parcel between them", "A small flame gutters as brown paper unfolds by itself.", (
            Choice("Unwrap it in front of everyone", "bold",
                   "Inside was a box, and inside the box was a smaller, and so on for {count}. In the last one was a note: Do not trust the other one. On the back of it in the same hand: Nor this.",
                   "the note in the last box", gain="a very small box"),
            Choice("Go after {rival}, in steps just as long", "bold",
                   "It is hard to chase a person slowly. They passed over {lane} together about ten feet up. “I sent it,” called {rival}, across the gap, turning a little. “It was before I knew you.” They came down in the same dust.",
                   "the slow chase over {lane}"),
            Choice("Send it back: not known here", "sly",
                   "{m} wrote it on, and licked the pencil. The parcel gave a sort of sob. All right, it was only the paper; everyone said so. They watched the little flame go up until one couldn't tell it from the others.",
                   "the parcel that was sent back"),
        ), spot="moon"),
        Storylet("sky.star", ("A Loose Star", "Screwed in by Hand", "Number {count} from the Left"), (
            "One of the stars had been flickering. {f}, who was on that month, got out the long ladder. “It's the damp,” she said. They went up through the place where it stops being blue. Close by, a star is about the size of a cabbage, and hums. There was a row of them, each with a brass cap and a number.",
            "“Hold this,” said {f}, unscrewing it. In the gap one could see through. On the other side was a room with a lamp, a bed, and a child sitting up in it who looked straight out at them. “That's why we don't dawdle,” whispered {f}. “They make wishes.” The child had seen the {o}. It opened its mouth.",
        ), "at the top of a very long ladder among humming stars, one of them unscrewed", "One star goes out, and light from a small window shines in its place.", (
            Choice("Wait for the wish, and promise to see to it", "kind",
                   "It was a small one, about a dog. “We can't do dogs,” hissed {f}. But {h} had already nodded; and it's no good nodding at a child from the sky, and then not.",
                   "the wish about a dog", promise="see about a dog"),
            Choice("Screw it in quickly, before anything can be wished", "wary",
                   "It went in crooked. That one has shone a bit to one side ever since, and there's an astronomer somewhere who has built a theory on it. Going down, neither of them spoke till they were back in the blue.",
                   "the star that went in crooked"),
            Choice("Climb through, and have a look around", "bold",
                   "“You're not a star,” said the child. “I'm seeing to it,” said {h}. They had a conversation. It was cold in there, and the dark was full of furniture. When {he} came back up {his} sleeve was covered in crumbs; and {f} was pretending to count.",
                   "the room behind the star", gain="a borrowed slipper"),
        ), view="above", barter=True),
    ),
)
