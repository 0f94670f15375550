# ruff: noqa: E501 - a line of prose is one string, however long
"""House and garden."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

GARDEN = Place(
    "garden", "garden with an old house", ("Damson Lodge", "Wisteria End", "Larkrise House", "Bramley", "Pear Tree Court", "the Old Rectory", "Thistle House", "Number Nine", "Quince Court", "Back Orchard", "the Long Garden"),
    ("garden", "house", "kitchen", "grandmother", "flower", "seed", "bee", "cottage", "attic", "cellar", "door", "farm", "hen", "rabbit",
     "apple", "orchard", "gardener", "neighbour", "neighbor", "home", "bedroom", "snail", "mole", "cat", "cook", "cake"),
    {
        "lane": ("the brick path", "the back stairs", "the bean rows", "the yew walk", "the passage floor"),
        "shelter": ("the potting shed", "the pantry", "the summer house", "the attic", "the boiler room"),
        "height": ("the landing window", "the pear tree", "the roof leads", "the top of the compost"),
        "smell": ("quinces", "beeswax and boots", "toast", "tomato leaves", "rain on hot brick"),
        "sound": ("a tap making up its mind", "bees in the chimney", "the third stair from the top", "a rake, and a blackbird correcting it"),
        "folk": ("aunts", "lodgers", "under-gardeners", "neighbours"),
        "beast": ("a tortoise", "a marmalade cat", "a hen who came indoors", "an old spaniel"),
        "far": ("the last greenhouse", "the end of the orchard", "the gate nobody used", "the neighbours' chimney"),
        "fare": ("plum jam", "buttered toast", "rhubarb fool", "cold potatoes"),
    },
    ("brass key", "teapot", "music box", "hand mirror", "wooden egg", "silver spoon", "glass jar"),
    ("a cook's daughter", "a gardener's boy", "a great aunt", "a cat", "a rabbit"),
    (
        "{town} has {count} doors on the outside and nobody has ever counted those within. The aunts keep to the warm side. On the cold side there are rooms where they are still having last {day}.",
        "The garden at {town} was planned by one sister and the house by the other, and they were not then on speaking terms. {lane} runs straight into a wall. On the far side it goes on, up the stairs.",
        "Things come up at {town} that no one planted. There had been a boot, and a chair. In a wet spring the {folk} walk about with their heads down, hoping for cutlery.",
    ),
    (
        "That autumn they dug over the bed. There was a small green shoot in it, with a handle.",
        "In the kitchen at {town} somebody put the plates to warm. One could see it from right down at {far}: a yellow square, with {h} in it.",
        "The gate nobody used was left on the latch after that. It creaks. All of them know who it is by the creak.",
    ),
    (
        Storylet("gar.shed", ("In the Potting Shed", "A Shelf of Labels", "What Was Planted"), (
            "Old {m} wrote the labels for the garden, and no longer for plants only. There was Radish, in his copperplate; there was Tuesday; there was Where I Left My Glasses. “You just put them in a couple of inches down,” he said, “and keep them moist.” He was wearing his glasses. He took {h} to see.",
            "In the last row, behind the beans, a label stood where nothing had come up. It had the name of the {o} on it, neatly, and a date. “That's never taken,” said {m}. “I've put in {count}.” He looked from the bare earth up to what {h} {was} holding, and in his hand the watering can slowly began to tip.",
        ), "between bean rows with an old gardener holding a tipping watering can, a label in bare soil", "Water runs from the can and the soil darkens in a circle.", (
            Choice("Plant the {o}, for one night only", "bold",
                   "In the morning it stood an inch further out, and had a bud. {m} would not let anybody touch it. “It's deciding,” he whispered. By noon it had decided, and it was a good deal cleaner than it had been, and smelled of peas.",
                   "the night the {o} was planted"),
            Choice("Write a label for something else that is missing", "kind",
                   "{h} took some time choosing. {m} did not look while {he} wrote. Together they pressed it in, between Tuesday and the leeks; and {m}, with a grunt, turned the can so that the rose faced upward, as one does for seedlings.",
                   "the label in between Tuesday and the leeks", promise="water {m}'s labels"),
            Choice("Dig down under the label, to see", "wary",
                   "A foot down were the roots: fine as hair, white, all running the one way, under the wall. At the end of the longest was a tag in a hand {h} did not know. It said: Stop pulling.",
                   "the tag that said Stop pulling", gain="an earthy tag"),
        ), view="close"),
        Storylet("gar.aunts", ("The Cold Side of the House", "Aunt {f}", "Still Having {day}"), (
            "You got to Aunt {f} through the airing cupboard. She had the room with the blue paper, and it was always the same wet {day} in there; one wiped one's feet going out. She was playing patience with somebody's visiting cards. “If it comes out I can go down to tea,” she said. “It came out once. I didn't fancy it.”",
            "She saw the {o}, and her thumb stopped on the pack. “So they've let you have it,” said Aunt {f}. Rain ran down the blue window. “I was the one that hid it. Ask them! It was that or be married.” There was a tap on the door: {rival}'s tap, two quick and one slow. It had been going on, she said, since the engagement.",
        ), "in a blue-papered room with rain on the window, an aunt dealing cards", "Rain slides down one window while the next is sunny.", (
            Choice("Let {rival} in at last", "bold",
                   "{rival} stood upon the mat. It was plain that there had been a speech. “I only came for my cards,” {rival_he} said. Aunt {f} looked at those she had been dealing with; and there, of course, they were. She dealt {rival_him} a hand.",
                   "the tap that was answered"),
            Choice("Move a queen, so that the patience comes out", "sly",
                   "“Well, I'm blest,” said Aunt {f}. She rose; she shook out {count} years of crumbs; she went down to tea, and had two sorts of cake. {h} kept the card up {his} sleeve. It was the queen of clubs, and looked as if it knew.",
                   "the queen up {hs} sleeve", gain="the queen of clubs"),
            Choice("Sit down, and bring her the news", "kind",
                   "There was a good deal of it. She took the moon very well. “And {ally}?” she wanted to know; “still so tall?” Nobody had been up, she said, since they changed the sheets. As {h} went out the rain had slackened to a drip.",
                   "the news brought to Aunt {f}", promise="come up again before it rains"),
        ), view="interior"),
        Storylet("gar.hedge", ("Over the Hedge", "The Neighbour's Ladder", "A Difference of an Inch"), (
            "The hedge was in dispute. Each {day} {m} next door clipped an inch from his side, and each {day} {town} gave him back the clippings. In {years} years it had got so thin that one could see through it: a deckchair, a table, a second jug. Nobody had ever been seen to sit there.",
            "“Is that the {o}?” said {m} from up his ladder. He had on a straw hat with a bite out of it. “My wife used to talk of it. She said that if it ever turned up I was to stop clipping.” He looked down at his shears. “Then I don't know what I'd do on {day}s, I'm sure.”",
        ), "beside a thin clipped hedge looking up at a man on a ladder in a straw hat", "A leaf drops through a gap in the hedge and spins.", (
            Choice("Step through the hedge and take the second chair", "kind",
                   "It let {him} by without so much as a scratch. They had the jug between them. {m} was no great talker. But in a while he said, “Warm,” and later he said, “Wasps,” and when {h} got up to go he'd put his shears behind the shed.",
                   "the second chair next door"),
            Choice("Say that it is only a copy, so that he can clip", "sly",
                   "“Ah,” said {m}; and his whole face cleared, and fell, both at once, as a blind goes up and slips. He did the top very straight. Afterwards {h} noticed he had left one twig.",
                   "the twig {m} had left standing"),
            Choice("Ask what it was his wife had said, word for word", "wary",
                   "He came down a rung to do it. “‘It'll come by the path, and whoever has it won't know what they've got; so, {m}, for once in your life, be the one to say.’” He thought. “That's it, then. I suppose I've said.”",
                   "what {m}'s wife had said", gain="a straw hat with a bite out"),
        ), barter=True),
    ),
)
