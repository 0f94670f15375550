# ruff: noqa: E501 - a line of prose is one string, however long
"""Desert."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

DESERT = Place(
    "desert", "desert with dunes", ("Dry Harbour", "Nine Tents", "Amber Wells", "the Standing Cup", "Tell Saffar", "Dusk Gate", "Well Eleven", "Tamarisk", "Last Shade", "Saltspoon", "Caravan Rest"),
    ("desert", "sand", "camel", "dune", "oasis", "pyramid", "caravan", "cactus", "scorpion", "sandstorm", "lizard", "genie", "mars"),
    {
        "lane": ("the shady side", "the well road", "Carpet Street", "the caravan track", "the wall walk"),
        "shelter": ("the well house", "the salt warehouse", "the tea tent", "the camel hospital", "the Blue Door"),
        "height": ("the wind tower", "the roof of the well house", "the tall dune", "the date palm"),
        "smell": ("cumin and camel", "hot stone", "mint tea", "dust and lemons", "leather"),
        "sound": ("a camel refusing", "sand hissing along a wall", "a bucket, a long way down", "tea being poured from a height"),
        "folk": ("salt traders", "well diggers", "carpet people", "star guides"),
        "beast": ("a camel called Patience", "a long-eared fox", "a tea-house goat", "a lizard of settled habits"),
        "far": ("the tall dune", "a caravan, thin as a hair", "the lake that is never there", "the red cliffs"),
        "fare": ("flat bread", "dates and butter", "lentils", "sugared almonds"),
    },
    ("brass lamp", "glass bottle", "silver coin", "brass compass", "star map", "clay cup", "wooden box"),
    ("a well digger's daughter", "a camel boy", "an old salt trader", "a desert fox", "a mouse"),
    (
        "{town} moves. Each spring the {folk} pick up the doors, which are what matter, and carry them a few hundred yards ahead of the sand; so that {lane} has been, in its time, in {count} places.",
        "It last rained at {town} {years} years ago, on a {day}. There is a jar of it. It's shown to children who have been good, and on their birthdays they may hear it poured.",
        "No one arrives at {town} by chance; there is not enough chance out there. They look up from the tea, and somebody brings another cup, since a person who has come that far will have come about something.",
    ),
    (
        "The wind got up, and put the dunes back where it liked them. Of all that had happened there remained two cups, the one upside down on the other, to keep out the sand.",
        "That night the stars came down so low over {town} that the tall had to stoop. {h} {was} just tall enough.",
        "They moved {lane} again in the spring. {hs} door went first.",
    ),
    (
        Storylet("des.well", ("The Deep Well", "How Far Down", "A Bucket of Something"), (
            "{f} had dug for {years} years at the one well and not come to water. She had come to other things. Shells; a staircase; a layer of buttons. “It's a matter of pride by now,” she called from below. Her voice took so long to come up that one had usually asked something else.",
            "Then the rope jerked. It was too heavy for one, so {ally} took hold, and {h}. Up it came by inches, with {f}'s lamp swaying beneath. It wasn't water in the bucket. It was a door knocker, green with age; and when they had set it down next to the {o} it knocked, three times, on nothing.",
        ), "at the mouth of a very deep well hauling up a bucket with a green door knocker", "The rope winds in, and a small lamp sways far below.", (
            Choice("Say “Come in” to the knocker", "bold",
                   "There was a draught, from no direction, that smelled of rain. It went by, wiping its feet. When it had gone {lane} was wet from end to end, for about as long as it takes to run out and see.",
                   "the draught that wiped its feet"),
            Choice("Go down and help {f} find the door", "kind",
                   "It was {count} hundred rungs. They found the hinges first. “I'd thought that it would be bigger,” {f} said, holding up the lamp. They agreed not to open it until she had had a wash.",
                   "the door at the bottom of the well", promise="be there when {f} opens it"),
            Choice("Sell the knocker to {rival}, who happens by", "sly",
                   "{rival} paid twice what was asked. All night from {rival_his} window could be heard three knocks, and then a voice, getting wearier, saying that it was open.",
                   "the knocker sold to {rival}", gain="a bag of silver coins"),
        )),
        Storylet("des.mirage", ("The Lake That Is Never There", "Boats for Hire", "A Trick of the Air"), (
            "A man hired out boats on the mirage. {m} had two of them, freshly painted, drawn up on the sand. “By the hour,” he said. Beyond him lay the lake, quaking a bit at the edges. It was known to everybody in {town} not to be there. “That's so,” said {m}. “I only do it in the mornings.”",
            "Far out someone was rowing. One could see the drops fall off the oars. It was {rival}, coat off, with a picnic, and looking happier than {h} had known that {rival_he} could. The {o} gave a tug, as a dog will, towards the shore. “It's the not looking down,” said {m}. “That's all there is to it, really.”",
        ), "beside two painted rowing boats on the sand, a shimmering false lake ahead", "The lake's edge quivers and a tiny oar flashes.", (
            Choice("Hire the other boat, and not look down", "bold",
                   "It rocked when {he} stepped in. {h} rowed with {his} chin up. Halfway over there was a fish; {he} {was} nearly sure; and {rival}, shipping {rival_his} oars, passed a sandwich across without a word. Neither of them ever spoke of it.",
                   "the sandwich on the lake"),
            Choice("Look down, and see what holds up the boats", "wary",
                   "It was sand. It was just sand, with two long grooves in it; but the grooves were wet. {h} put a finger to one of them, and then to {his} tongue. Salt. “Now you've gone and done it,” {m} said sadly, and began to tie up for the day.",
                   "the wet grooves in the sand"),
            Choice("Help {m} to paint the second boat", "kind",
                   "They did it blue. “What will you call her?” asked {h}. {m} had not thought; no one had stayed so long before. He let {him} do the lettering, and when {rival} came in off the water {rival_he} read it, and smiled.",
                   "the name painted on the boat", gain="a blue paintbrush"),
        ), view="wide", spot="boat"),
        Storylet("des.camel", ("The Camel Who Knew", "Patience", "A Bad Passenger"), (
            "The camel would carry anything but liars. {f}, her owner, hired her out for weddings. “She'll not mind a small one,” said {f}, “like being pleased to see somebody.” {h} had got as far as the saddle when the camel turned her whole neck about and gave {him} a long look from under her lashes.",
            "“She wants to be told where you're going,” said {f}, “and what for.” Camels chew as if they'd heard it before. Around them the {folk} had put down their bundles to listen. Over by {shelter} was {rival} with a string of mules, who'll carry anyone.",
        ), "on the saddle of a kneeling camel that has turned its head to stare", "The camel lowers her lashes, chews, and slowly stands.", (
            Choice("Tell the camel everything", "kind",
                   "It took from the well to the wall. When {he} got to the part {he} {was} ashamed of the camel made a noise like a drain, and rose, hind end first. She went like a ship. She would not, after that, be hired to anyone else.",
                   "what was told to the camel"),
            Choice("Lie, and hold on tight", "sly",
                   "It was a matter of {count} seconds. The {folk} still show visitors where {he} landed. “A middling one, then,” said {f}, helping {him} up. “For the big ones she does it on the stones.”",
                   "the place where {h} landed"),
            Choice("Walk beside her, and say nothing at all", "wary",
                   "They went along side by side. About noon the camel, who had been thinking, moved over, so that her shadow fell on {him}. They kept it like that all the way to {far}.",
                   "the shadow of the camel", gain="a camel bell"),
        ), barter=True),
    ),
)
