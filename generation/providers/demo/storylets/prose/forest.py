# ruff: noqa: E501 - a line of prose is one string, however long
"""Forest."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

FOREST = Place(
    "forest", "forest", ("Ashbole", "Thornhatch", "Mossgate", "Old Coppice", "Tanglewell", "Ferncroft", "Underbough", "Nine Oaks", "Hollin", "Charcoal End", "Brackenrigg", "Little Clearing"),
    ("forest", "wood", "woods", "tree", "trees", "wolf", "bear", "fox", "deer", "owl", "squirrel", "badger", "hedgehog", "mushroom",
     "acorn", "leaf", "woodcutter", "jungle", "troll", "fairy", "elf", "rabbit"),
    {
        "lane": ("the Hollow Way", "Badger Street", "the charcoal track", "the ride", "Root Row"),
        "shelter": ("the hollow oak", "the charcoal burner's hut", "the sawpit house", "the Acorn and Spoon", "the schoolroom in the beech"),
        "height": ("the crow's platform", "the top of the tallest pine", "the fire tower", "the owl's ladder"),
        "smell": ("leaf mould and toast", "resin", "mushrooms and woodsmoke", "wet fern", "cut pine"),
        "sound": ("an axe and, a little late, its echo", "a woodpecker with something to prove", "a saw drawing breath", "jays passing it on"),
        "folk": ("charcoal burners", "wood cutters", "mushroom people", "people of the clearing"),
        "beast": ("a bald squirrel", "a tame jay", "a hedgehog", "a truffle pig"),
        "far": ("the lightning oak", "the smoke of another village", "the blue ridge", "a single white birch"),
        "fare": ("chestnut soup", "mushrooms in butter", "bramble tart", "acorn coffee"),
    },
    ("wooden box", "silver acorn", "lantern", "painted egg", "music box", "green feather", "iron key"),
    ("a charcoal burner's daughter", "a woodcutter's boy", "a badger", "a young fox", "a hedgehog"),
    (
        "You come on {town} by nearly walking through it. The houses are the same brown as the trunks, and the {folk} stand still when they are thinking, so that many a visitor has hung a hat on one.",
        "In {town} the trees were there first, and it is they who have the right of way. {lane} goes round {count} of them, bowing each time. One house has a beech in the parlour, and dusts it.",
        "There were more paths at {town} than people to walk on them. Some were made by deer and some by carts; and one, it was said, had made itself, and was still looking for a place to go.",
        "The post gets to {town} on {day}s, if the wood is in a good temper. Leaves count as weather there. So do owls.",
    ),
    (
        "Behind {town} the wood went on, as it does, in all directions. One path in it was a bit more worn than before.",
        "That night an owl asked its usual question. For the first time that anyone could remember somebody answered it: “Me,” said {h}, and went in to {fare}.",
        "They planted something on the spot. It is not tall yet. {the_beast} sits under it, waiting with perfect confidence for the shade.",
        "When the leaves came down that year they came down on {lane} all in one afternoon, like applause.",
    ),
    (
        Storylet("for.census", ("The Counting of the Trees", "Number Nine Thousand", "A Mistake of One"), (
            "A man named {m} was counting the wood. He had a brush, a pot of white, and {years} years of it behind him, and he had nearly done. “Nine thousand, four hundred,” he said, dabbing, “and six.” Then he stopped. He looked at the trunk before him and at his list, and his brush began to shake.",
            "“There's one too many,” said {m}. “Someone has come in.” It was a good ordinary tree with a bit of moss. But now that {h} looked it did seem to be holding its breath; and low down in the bark, where the white had splashed it, there was something uncommonly like an ear.",
        ), "beside a man with a paint pot in front of a tree that seems to listen", "A drip of white paint runs down bark and the bark twitches.", (
            Choice("Whisper into the ear that it may stay", "kind",
                   "The tree let go its breath. Every leaf on it sank by an inch. “I must have dropped a stitch earlier on,” said {m}, firmly, and wrote it down as two; and as they left a twig reached out and set {hs} collar straight.",
                   "the tree that was one too many"),
            Choice("Offer to carry {m}'s pot and be shown the list", "wary",
                   "It was a beautiful list. Against some of the numbers there were notes: fell in a gale; fell in love; moved. And by one, in red, stood the very mark that was on the {o}. “That one,” said {m}, “I don't go near on a {day}.”",
                   "the tree with a red mark on the list", gain="a pot of white paint"),
            Choice("Paint a number on {rival}'s back as {rival_he} goes by", "sly",
                   "{rival} walked off as nine thousand, four hundred and seven. {m} was content: it had come out even. What nobody had foreseen was the {folk}, who can read, and who for the rest of that day treated {rival} with great respect and kept hanging things on {rival_him}.",
                   "the number on {rival}'s back"),
        )),
        Storylet("for.owl", ("The Night School", "Lessons from an Owl", "A Class of {count}"), (
            "The school in the beech is held after dark, because of the teacher. She was a tawny owl with chalk on her feet. Before her sat {count} pupils: mice, mostly, in the front row, with an expression that was more than attention. “We never eat a pupil,” she said, seeing {h} look. “In term.”",
            "The lesson was geography. When she came to the part of the map where the {o} must have come from, she put her wing over it. “Examination question,” said the owl. “What is behind my wing?” She waited. {child}, the smallest of the mice, was moving its lips at {h}, urgently, without a sound.",
        ), "on a tiny bench in a hollow tree, a large owl before a blackboard map", "The owl's head turns all the way round and back again.", (
            Choice("Trust the mouse, and say what its lips say", "kind",
                   "“Another school,” said {h}. The owl took down her wing. There was the tree, another beech, the image of this one; and by it two initials. “Top marks,” she said, “to whichever of you that was.” In the front row nobody moved a whisker.",
                   "the mouse that moved its lips", promise="be there on the last day of term"),
            Choice("Say that {he} does not know, and ask to be taught", "wary",
                   "“At last,” said the owl, and shut the book. “A student.” She taught till it got light. {h} came out knowing the names of all the winds, how to turn {his} head without {his} shoulders, and where the old road went.",
                   "the lesson that lasted until light"),
            Choice("Lift the wing up and look", "bold",
                   "No one had ever done that. Under the wing it was warm and smelled of dust; and in the down close to her side, fast asleep, was a second, much smaller owl with the map for a blanket. “You will go home,” said the teacher, very low, “and write out fifty times what you didn't see.”",
                   "what {h} did not see under the wing", owes="fifty lines to an owl"),
        ), view="interior"),
        Storylet("for.toll", ("A Toll on the Hollow Way", "The Badger's Gate", "Pay Here"), (
            "Across the track was a pole on two stones, and behind the pole, at a small table, sat a badger with a cash box. “Left or right?” said the badger. On both sides of the gate the wood stood wide open; a child could have walked round. “People do,” it said, “and they're welcome. I can't answer for where they come out.”",
            "It had a list of charges. A cart was two pence, a grief was one. Liars went free but had to leave their boots. “And that?” asked {h}, holding up the {o}. The badger put on its glasses and read the list from top to bottom, and then the back of it. “Well, now,” it said. “That was paid for on the way in.”",
        ), "at a pole across a woodland track where a badger sits with a cash box", "The pole rises by itself and dips again.", (
            Choice("Ask the badger who it was that paid", "wary",
                   "It looked it up. It had been a wet night, and whoever it was had had no money. “Paid with a song,” the badger read out, “and a fair one.” It hummed a bar or so. {ally}, a few steps behind, stopped dead.",
                   "the song that was paid to a badger"),
            Choice("Say that {he} {was} a liar, and take {his} boots off", "sly",
                   "The badger was some time over that. If it was true, it was a lie; if it was a lie— It took off its glasses. “Go on through,” it said, “both ways, if you can manage it, and leave me the left one.”",
                   "the left boot at the badger's gate"),
            Choice("Mind the gate a while, so that the badger can eat", "kind",
                   "{h} took {count} pence, a button and one grief, from a woman with a pram, who went on through looking as though she had put down a suitcase. The badger came back with crumbs on its waistcoat and would not hear of a share.",
                   "the grief taken in at the gate", gain="a toll token"),
        ), barter=True),
        Storylet("for.lost", ("The Path That Was Looking", "A Path with No Manners", "Follow Me"), (
            "There was a path at {hs} feet that had not been there before lunch. It went a few yards, and stopped, and, as far as a path can, looked back. {ally} tried it with a stick. “Mind,” {ally_he} said. “That's the one that took the tax collector. They got him back in the spring, very brown, asking for no one.”",
            "It was so eager. Wherever {h} set a foot it had just been swept. It ran ahead under brambles, lifting them; it went twice around a stump for sheer joy. But the light was going, and over to the right, along the proper track, there was a lamp, with {rival} under it, waving.",
        ), "at the start of a narrow mossy path that curls oddly between trees", "The path's fallen leaves stir and roll forward one by one.", (
            Choice("Follow the path wherever it likes", "bold",
                   "It took {him} to see everything: a fallen star with ferns in it, a stove, its favourite puddle. And in the end, panting slightly, it lay down before a door in a bank. The door had no handle. It had a hole, of about the size of the {o}.",
                   "the path that ran ahead"),
            Choice("Go with {rival} and the lamp, and be civil", "wary",
                   "They walked a mile without a word. “I went down it once,” {rival} said then. “It showed me the house I was born in, and there was somebody at the window.” {rival_he} shifted the lamp to {rival_his} other hand. “I sold that house.”",
                   "the house that {rival} sold"),
            Choice("Mark the trees, and call the path to heel", "kind",
                   "“Heel,” said {h}, feeling foolish; and it came. It slept that night coiled up by the hut, and in the morning it went where {h} went, a neat strip of trodden grass, and growled at carts.",
                   "the path that came to heel", promise="take the path for its walk"),
        )),
    ),
)
