# ruff: noqa: E501 - a line of prose is one string, however long
"""Castle and ruin."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

CASTLE = Place(
    "castle", "castle on a hill", ("Dimmock Castle", "Rookhold", "Long Bailey", "Crumble Keep", "Stoneybatter", "Owlspike", "Castle Mump", "Tumbledown Keep", "Fallow Tower", "Hold Hard", "Gristle Castle"),
    ("castle", "king", "queen", "prince", "princess", "knight", "dragon", "tower", "throne", "crown", "sword", "ruin", "ghost", "wizard",
     "witch", "kingdom", "royal", "jester", "dungeon", "palace", "unicorn", "magic", "giant", "cave"),
    {
        "lane": ("the spiral stair", "the lower ward", "the wall walk", "Kitchen Passage", "the drawbridge"),
        "shelter": ("the buttery", "the guardroom", "the old chapel", "the falcon house", "the linen tower"),
        "height": ("the broken tower", "the flag loft", "the battlements", "the west chimney"),
        "smell": ("damp stone and pears", "candle ends", "mutton and rushes", "ivy", "old dog"),
        "sound": ("a portcullis being oiled", "jackdaws in committee", "someone singing in a well", "a suit of armour cooling"),
        "folk": ("under-cooks", "pages", "guards", "laundry people"),
        "beast": ("a retired wolfhound", "a jackdaw", "a kitchen goose", "a moat fish of great age"),
        "far": ("the hill with one tree", "the border, which was a ditch", "the other castle", "the road, white as a bone button"),
        "fare": ("onion pie", "baked pears", "barley broth", "honey cakes"),
    },
    ("paper crown", "iron key", "silver cup", "leather book", "hand mirror", "brass bell", "wooden box"),
    ("a cook's daughter", "a page boy", "an old knight", "a small dragon", "a castle mouse"),
    (
        "{town} was meant to have {count} towers. They had got as far as three when the money went, and a hedge. In the gap where the great gate ought to be there's a goat on a string, and the guards say “Who goes there?” to it, so as not to get out of practice.",
        "There was still a king at {town}, but only on {day}s; the rest of the week he did the accounts. Most of the work was done by the {folk}, and anything grand by the jackdaws.",
        "Half of {town} had fallen down so long ago that it was the better known half. People came to be married in it. On {lane} was a tray of stones, with prices.",
    ),
    (
        "They ran the flag up, upside down as ever, and the jackdaws rose and gave their opinion. Below it {h} had the broom, and was sweeping something out.",
        "At {town} the goat was let off the string. “Who goes there?” asked the guards, out of habit. “Me,” said {h}. It was found that this would do.",
        "The third tower lost one more stone that night. In the morning they put a price on it, and {h} bought it, for the step.",
    ),
    (
        Storylet("cas.armour", ("The Empty Knight", "Sir Nobody", "Somebody at Home"), (
            "On the stair stood a suit of armour which the {folk} called Sir {m}. He had nobody in him. He was dusted on {day}s and otherwise let be. But as {h} came by with the {o} the visor went up, by itself, with a squeak; and there came out of the dark inside a cough.",
            "“I beg your pardon,” said the armour. “One gets [stiff|rusty|out of the way of it]. I was told I'd be relieved at [midnight|the next bell|cockcrow], and that was—” It tried to count upon its gauntlet. Two fingers dropped off and rolled away down {lane}. “Is it you?” it said. “You've brought the token, I see. Then I may sit down?”",
        ), "on a spiral stair facing an empty suit of armour with its visor up", "The visor squeaks up and a puff of dust comes out.", (
            Choice("Tell it yes, and take over the watch", "kind",
                   "It sat. It went on sitting, plate by plate, until there was a tidy pile with a helmet on the top. “Nothing to report,” it sighed. {h} stood there until it was light. {he} had no notion what {he} {was} guarding; but nothing, it's true, got past.",
                   "the night watch on the stair", gain="a gauntlet finger"),
            Choice("Ask what it has been guarding", "wary",
                   "“I was told on no account to look,” said the armour. So {h} looked. Behind it was a nail in the wall; and on the wall, pale, the shape of what had hung there. It was the {o} to the life.",
                   "the shape on the wall behind the armour"),
            Choice("Get inside it, and go down to dinner", "bold",
                   "It was roomy, and smelled of pennies. Down the middle of the hall they went, {h} doing the legs. “Good heavens,” cried someone, “it's Sir {m},” and {rival} fell straight off the bench.",
                   "the dinner that Sir {m} attended"),
        ), view="interior"),
        Storylet("cas.king", ("The {day} King", "An Audience", "Accounts"), (
            "It was not his day, so the king was in cardigan and sleeve garters. “If it is about the drains,” he said, “I'm only me.” He had the books of the whole kingdom spread out over the throne, and had lost fourpence. He had been looking for it since his coronation. It would not come out, he said; and he did not see how he could in conscience reign.",
            "{ally} nudged {h}. There, on the topmost shelf, in the treasury inventory, under Sundries, someone had put in the {o} and, next to it, a value. It was fourpence. The king took off his glasses to wipe them. Without them he looked like anybody's uncle. “You haven't seen it?” he asked.",
        ), "before a throne heaped with ledgers and a king in a cardigan wiping his glasses", "A coin-sized patch of light crosses the ledger.", (
            Choice("Show him the {o}, and the line in the inventory", "kind",
                   "He read it three times. He went to the window. They heard him blow his nose. “Then I've been king,” he said, “all this while, and never known.” He let {him} keep it, on loan, and wrote it in: he had lovely figures.",
                   "the king's lost fourpence"),
            Choice("Put four pennies on the floor for him to find", "sly",
                   "He found them by supper. The cry was heard in the stables. They rang the bells; he made the cook a duke; and afterwards, in the night, he must have begun to wonder, for there was a light, and the sound of pages.",
                   "the four pennies on the floor", owes="fourpence to the king"),
            Choice("Offer to go through the books from page one", "wary",
                   "They went through it column by column. About midnight they ran across {rival}'s mark, by a small correction, very clean; and then on every page another. “Oh dear,” said the king. “And I do like {rival_him}.”",
                   "the clean corrections in the king's books", gain="a royal pencil"),
        ), view="interior", barter=True),
        Storylet("cas.moat", ("The Fish in the Moat", "Something Older", "Asking the Pike"), (
            "In the moat lived a pike that had known the first king, and did not think much of him. It would answer one question a year. {f} of the laundry kept its calendar. “Someone's got in ahead of you,” she told {h}, hands on hips. “{rival}. Stood here at sunrise with a pie.”",
            "The water was like bottle glass. Deep down was a long shape, motionless, with a crust on its lip. “What did {rival_he} ask?” said {h}. “That's two,” said the pike. It did not seem to move its mouth. “But {rival_he} asked a stupid one. I will let you have the change.”",
        ), "kneeling at the edge of a green moat above the shape of an enormous fish", "A long shadow turns under the water without a ripple.", (
            Choice("Ask what {rival} should have asked", "wary",
                   "The pike came up so far that its back was dry. “At last,” it said, “somebody with manners.” And it told {him}. The answer was five words long, and as soon as {h} heard it {he} could see why it would take a pie.",
                   "the five words from the pike"),
            Choice("Ask it whether it would like to see the river", "kind",
                   "Nobody had. It took {f}'s largest tub, and a wet sheet, and {count} of the {folk}. At the bank the pike lay with its eye on the moving water. “No,” it said presently. “But thank you. I'd been wondering for so long.” They carried it home.",
                   "the pike's outing in the tub", promise="take the pike out again next year"),
            Choice("Dive in and have a look at what it is lying on", "bold",
                   "It was crowns: a great many, small, all sorts. “They throw them in,” said the pike, aside, “when they have had enough.” {h} came up by the laundry steps with one on one ear.",
                   "the crowns at the bottom of the moat", gain="a small wet crown"),
        ), view="close"),
    ),
)
