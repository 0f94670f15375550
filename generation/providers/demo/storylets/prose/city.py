# ruff: noqa: E501 - a line of prose is one string, however long
"""Old city and rooftops."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

CITY = Place(
    "city", "rooftops of an old city street", ("Lower Vant", "Copperwick", "Threepenny", "Old Sarrow", "Ladlegate", "Marchpane", "Vessel", "Old Marram", "Tannerslow", "Quillbridge", "Seven Gates", "Pennygate"),
    ("city", "street", "rooftop", "roof", "chimney", "thief", "clock", "detective", "pigeon", "market", "shop", "baker", "bakery",
     "brothers", "theatre", "circus", "alley", "apartment", "town", "robot", "inventor", "magician", "umbrella", "tram"),
    {
        "lane": ("Button Lane", "Crooked Ladder Street", "the Tilemakers' Row", "Half Moon Passage", "Goose Yard"),
        "shelter": ("the umbrella hospital", "the clock exchange", "the all-night bakery", "the puppet theatre", "the Tin Cup"),
        "height": ("the water tower", "the bell loft of Saint Orrin's", "the pigeon tower", "the highest chimney"),
        "smell": ("hot bread and soot", "cabbage and violets", "roof tar", "coffee and wet stone", "cloves"),
        "sound": ("a tram taking a corner personally", "a piano being carried downstairs", "a knife grinder's two notes", "an argument about a cat"),
        "folk": ("roof people", "button makers", "night bakers", "porters"),
        "beast": ("a pigeon in a paper collar", "a ginger cat", "a dancing-school poodle", "a lamplighter's goose"),
        "far": ("the cathedral with its one sleeve of scaffolding", "the gasworks", "the river, like a dropped ribbon", "the hills"),
        "fare": ("poppy-seed rolls", "fried dough", "bean soup", "pickles"),
    },
    ("brass clock", "black umbrella", "brass key", "music box", "hand mirror", "leather book", "paper kite"),
    ("a lamplighter's girl", "a locksmith's boy", "a retired burglar", "a roof cat", "a small robot"),
    (
        "There are two cities at {town}, one on top of the other. In the lower they have carts and taxes. In the upper there are chimneys, washing and a right of way that runs from {lane} to the river without once touching the ground.",
        "In {town} the streets had been laid out by a man in love, and went round by her house. That is {years} generations ago. People still leave early.",
        "On {lane} everything was sold by the half: half loaves, half candles, half a pair of gloves for those with a hand in a pocket. It was that kind of neighbourhood, and proud of it.",
        "{town} had {count} clocks and a committee. What it did not have, that year, was any two people who agreed what day it was.",
    ),
    (
        "Down on {lane} the half-loaves came out of the oven. Up above, against what was left of the light, somebody on a chimney swung {his} legs.",
        "A tram went by with no one in it, all lit up, like a thought. {h} watched it around the corner, and then went in.",
        "The committee met about it, and minutes were taken. They say: The matter of {h} was raised. There was general smiling.",
        "All over {town} the clocks struck, within a few minutes of one another. It was, whatever else it was, late; and {h} {was} home.",
    ),
    (
        Storylet("cit.umbrella", ("The Umbrella Hospital", "Visiting Hours", "Ward Three"), (
            "At the umbrella hospital they keep the hopeless cases on the top floor, open, so they can see the sky. {m}, the surgeon, went from bed to bed with a bone needle between his lips. “Inside out,” he would murmur; “sat upon; left on a tram,” as one reads out battle honours.",
            "By the window stood one that was not broken at all. It was black, and shut, and every time anyone came near it with the {o} it gave a shiver. “Brought in {years} years ago,” said {m}. “Nobody's been. I don't open it. There is something rolled up in there that isn't umbrella.”",
        ), "in a long attic ward of open umbrellas beside a surgeon with a needle", "Rows of open umbrellas turn slowly on their beds.", (
            Choice("Open the black umbrella, indoors, in front of everyone", "bold",
                   "All down the ward there was a rustle of horror. It went up with a whump, and out of it came {count} dry rose petals, a tram ticket and a great deal of somebody's laughter, which ran about under the ceiling for a while and found the skylight.",
                   "the umbrella opened indoors", gain="an old tram ticket"),
            Choice("Visit the others first: they get so few callers", "kind",
                   "It took the morning. {h} sat at the end of each bed, and admired. When {he} got back to the window the black umbrella had unbuttoned itself, of its own accord, by one button.",
                   "the visit to the umbrellas", promise="come back on visiting day"),
            Choice("Say that it belonged to {his} uncle, and sign for it", "sly",
                   "“Name of uncle?” asked {m}. {h} looked out of the window. “Gasworks,” {he} said. It was put down as foreign. Out on {lane} the thing hung from {his} arm and would not be swung, like a child who has been told that you are its aunt.",
                   "the uncle named Gasworks", gain="a black umbrella"),
        ), view="interior"),
        Storylet("cit.roofs", ("The Upper Road", "By the Chimneys", "Mind the Slates"), (
            "{f} ran the upper ferry: a plank. She laid it down from gutter to gutter, walked you over by the elbow and pulled it across behind. “Eyes on my hat,” she said. Between the two sides lay {lane}, four floors down, with its awnings like a tray of cakes.",
            "Halfway over she stopped. “There's weight on the other end,” said {f}, and indeed there was: {rival}, on the far gutter, in thin town shoes, one foot upon the plank. “I only want to talk,” {rival_he} called. {rival_he} glanced down, as one should not, and all the colour ran out of {rival_his} face.",
        ), "on a plank between two roofs, holding the elbow of a woman in a tall hat", "The plank dips in the middle and rises again.", (
            Choice("Go across and take {rival} by the elbow", "kind",
                   "“Eyes on my hat,” said {h}, who had none. {rival} fixed {rival_his} on the place where it would have been, and walked. On the other side {rival_he} sat down against a chimney. “I had a whole speech,” said {rival_he}.",
                   "the walk across the plank with {rival}"),
            Choice("Ask {rival_him} to talk from where {rival_he} stands", "wary",
                   "There is nothing like a drop for shortening a sentence. “It isn't for me,” called {rival}. “It's for my brother. He thinks I have had it all along.” {f} clicked her tongue. She knew the brother.",
                   "what {rival} said from the gutter"),
            Choice("Jump the last of the gap", "bold",
                   "{he} had time to notice a geranium, a baby, and a man eating soup. Then there were slates, and most of them stayed. “You still owe for the whole crossing,” {f} shouted after {him}.",
                   "the man who had looked up from his soup", owes="a plank fare to {f}"),
        ), view="above", barter=True),
        Storylet("cit.puppets", ("The Puppet's Complaint", "An Understudy", "After the Show"), (
            "The show at the puppet theatre had stopped in the second act, because the villain would not come on. He lay across his box with his strings folded. “It's a principle,” he said. He had a beautiful deep voice; and no one was standing behind him. “Eight shows a week I steal that {o}. I've never once been told what for.”",
            "{m}, who worked the strings, stood by with his arms hanging. It was true that there was a {o} in the play: it was made of tin foil, and in every point it was the same as {hs}. Out in front {count} rows of children had begun, quietly, to eat their programmes.",
        ), "backstage among hanging marionettes, one of them sitting up with folded arms", "A marionette lifts its wooden chin without anyone at the strings.", (
            Choice("Tell the villain what the {o} might be for", "kind",
                   "{h} made it as true as {he} could. The puppet listened, with his painted head a little down. “So I'd be bringing it to someone,” he said. “All this time.” He held out both of his wrists for the strings. That night he stole it so tenderly that they had to stop for handkerchiefs.",
                   "the villain who needed a reason"),
            Choice("Go on in his place, and steal it {himself}", "bold",
                   "The lights were hot and the moon was on a nail. {h} had no lines, so {he} just took the thing and ran, as {he} had seen it done. The children rose as one. {he} was chased {count} times round the fountain, and has never been so happy.",
                   "the night {h} had played the villain", gain="a tin-foil {o}"),
            Choice("Ask {m} who wrote the play", "wary",
                   "{m} turned over the pages. It had no name on it; there was a coat of arms, an inkblot, and a place where something had been spilled. “It came with the puppets,” he said, “and they came in the night.” The villain looked at the wall.",
                   "the play that nobody wrote"),
        ), view="interior", spot="theatre"),
    ),
)
