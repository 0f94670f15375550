# ruff: noqa: E501 - a line of prose is one string, however long
"""Sea and harbour."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

HARBOUR = Place(
    "harbour", "harbour by the sea", ("Cold Anchor", "Tidewick", "Saint Ossel", "Merrow", "Gullbridge", "Wrack", "Saltmarket", "Pellow Quay", "Herringsgate", "Lantern Bay", "Port Amity", "Low Staithe"),
    ("sea", "harbour", "lighthouse", "ship", "boat", "sailor", "fish", "fisherman", "ocean", "beach", "island", "pirate", "whale",
     "mermaid", "tide", "coast", "port", "captain", "shell", "wave", "submarine"),
    {
        "lane": ("Rope Walk", "the quay", "Cuttle Street", "the long mole", "Smokehouse Steps"),
        "shelter": ("the net loft", "the pilot's office", "the chandler's", "the Odd Boot tea room", "the old sail store"),
        "height": ("the lighthouse", "the signal mast", "the top of Smokehouse Steps", "the lookout"),
        "smell": ("tar and fried onions", "weed and diesel", "smoked haddock", "wet rope", "creosote and oranges"),
        "sound": ("a winch complaining", "halyards ticking against masts", "a bell buoy rolling over in its sleep", "gulls disputing a will"),
        "folk": ("quay people", "net menders", "pilots", "herring women"),
        "beast": ("a three-legged gull", "a one-eyed cat", "a tame cormorant", "a harbour dog"),
        "far": ("the outer light", "a ship on the line of the sea", "the Sisters, two rocks like molars", "the island nobody rows to"),
        "fare": ("mackerel on toast", "chowder", "hot chestnuts", "eel pie"),
    },
    ("brass bell", "ship in a bottle", "storm lantern", "blue glass float", "compass", "tin box", "sealed letter"),
    ("a ropemaker's girl", "a pilot's boy", "a retired diver", "an otter", "a ship's cat"),
    (
        "{town} is built on its own breakwater, and at [high water|the spring tides|night] the cellars [talk|grumble|hum]. There are {count} streets, all of which end in the sea; strangers learn to [walk with one hand out|go home by daylight|count their steps].",
        "The tide at {town} goes out [so far that for six hours each day the boats lie on their sides like cows|past {far}, and for half of each day the boats lie about like cows|so far that the {folk} put on hats to go and look for it]. Then it [comes back, all at once, with other people's belongings|remembers, and runs, and is in the kitchens before the kettle|returns all in one go, bringing chairs].",
        "In {town} they paint the doors with what is left from the boats, so you can tell from a house what became of whom. Along {lane} that year [nearly everything was green|there had been a run of red|it was all one yellow, and no one spoke of it].",
        "Nobody in {town} says goodbye; it is thought to be [tempting|asking for it|a kind of push]. They say “Mind the [chain|step|rope],” and lift [two fingers|a chin|an elbow], and go on with their {fare}.",
    ),
    (
        "Out past {far} the tide turned over. In {town} they felt it in the cellars, and said so, and passed the bread.",
        "[The last boat came in with its lamp lit.|One by one the {folk} put up their shutters.|The lamp on {height} swung round and counted everybody in.] “Mind the chain,” called {ally}; and {h} lifted two fingers and minded it.",
        "From {height} that evening you could see the whole of {town} reflected, upside down and every bit as busy, with one small figure on {lane} waving at its own feet.",
        "The sea said what it always says. For once {h} {was} not asked to do anything about it.",
    ),
    (
        Storylet("har.wreck", ("Low Water", "The Boat with a Garden", "What the Tide Left"), (
            "With the water gone one could walk right out to the wreck. It had been there {years} years and {f} had been living in it for most of them. She had curtains. Cabbages stood in rows all down the hold, and a bell hung over the hatch with a notice: RING IF WET.",
            "“That'll want salt rubbing off,” said {f}, with a nod at the {o}. She knew something; she was planting out leeks as if each of them were a word she had decided against. The sand around the hull had already started to shine. There was perhaps a quarter of an hour before the sea came for its property.",
        ), "in the hold of a wrecked boat full of cabbages, a woman kneeling among the rows", "Water slides under the hull and the whole boat lifts by an inch.", (
            Choice("Stay and help {f} with the leeks until she talks", "kind",
                   "The sea came in round them and the wreck floated, cabbages and all, as it did each day at that time. “People run,” said {f}, pleased. “Then they never see this.” And over the last of the leeks, rocking, she told {him} who had last polished the {o}.",
                   "the leeks planted at high water", gain="a bundle of leeks"),
            Choice("Ring the bell as the notice says, and see who comes", "bold",
                   "It had a voice much larger than itself. Half a mile away on {lane} a row of doors opened. “Oh, you shouldn't have,” said {f}, “I only put that for the look of it,” and they watched the lifeboat go down the slip with {count} men in nightshirts.",
                   "the lifeboat in its nightshirts", owes="an explanation to the lifeboat crew"),
            Choice("Run for it, over the shining sand", "wary",
                   "{he} ran with the {o} held high. The water came behind with a sound of tissue paper, and it took one shoe, politely, like a cloakroom. From the wreck {f} called out a name. {h} heard just the end of it.",
                   "the shoe the sea had kept"),
        ), spot="boat"),
        Storylet("har.pilot", ("The Pilot's Game", "Which Way It Blows", "Draughts with the Blind Pilot"), (
            "Old {m}, the pilot, could no longer see the chart and so had it by heart; he kept the lamps, he said, for company. He put {h} into the other chair and pushed across a draughtboard. In place of the black men there were [limpets|limpets, numbered|limpets, which are harder to hurry]. “[You can ask me a thing for each one that you take|One question for every limpet|Take a limpet, ask a question],” [he said|said {m}|said the old man].",
            "He played like [the tide: nothing, nothing, and then everything|a cat at a hole, for a long time not at all|someone shelling peas, one, one, one, and then the bowl]. By the time [the window had steamed up|the kettle had boiled dry|the second lamp was lit] {h} had won two limpets and lost a good deal of pride. There was one move left that [would take a third|might make it three]. It was also, {h} saw, just possible to slide a limpet across while [the old man's face was turned to the stove|{m} had his face to the stove|he felt about for the poker].",
        ), "at a draughtboard across from an old blind pilot, lamps along the wall", "A lamp flame dips as the wind tries the window.", (
            Choice("Move the limpet while he is turned to the stove", "sly",
                   "“Three,” agreed {m}, and answered three questions, gravely and in full. It was not until {he} had reached the street that it struck {h} that the third answer had been about limpets, and the sound they make.",
                   "the limpet that moved by itself"),
            Choice("Make the honest move and ask about {rival}", "wary",
                   "“{rival},” said {m}, feeling for the piece. “Came in on a night like a sack, {years} years back, in a boat with no name. Asked me to forget it.” He set the limpet down. “I did try.”",
                   "the boat with no name"),
            Choice("Lose on purpose, because he so likes to win", "kind",
                   "He knew, of course. He sat with his hand flat over the board, beaming. “There's not one in twenty has the manners,” he said, and from round his neck he took a whistle on a cord, worn to the shape of a mouth.",
                   "the game {h} had lost on purpose", gain="a pilot's whistle"),
        ), view="interior", spot="lighthouse", barter=True),
        Storylet("har.auction", ("The Fish Auction", "Going, Going", "A Nod Is a Nod"), (
            "At the fish auction you must not scratch. {h} knew that, but there was a fly. “Sold!” cried {f} from her box, and a boy wheeled up a barrow in which, on ice, lay a sturgeon as long as a sofa. It had a calm, grey, clerical face. It opened one eye.",
            "“That'll be {count} crowns,” said {f}. “Or take its place on the slab.” People laughed, but not all of them. Near the back {rival} raised a finger and let it hover. The sturgeon breathed out. It was looking [past everyone at the open end of the shed, where the water was|over {rival}'s shoulder at the bright end of the shed, and the sea|out between people's legs, to where the water was].",
        ), "in a crowded fish shed beside a barrow with an enormous living fish on ice", "The great fish's gills lift and close.", (
            Choice("Wheel the barrow off the end of the quay", "bold",
                   "It gathered speed. People are very good at getting out of the way of a sturgeon. There was a moment when they were both in the air, {h} and the barrow and the fish, and of the three only one looked as if it had been expecting that.",
                   "the sturgeon that went off the quay", owes="the price of a fish to {f}"),
            Choice("Let {rival} have it, and watch what {rival_he} does", "wary",
                   "{rival} paid in coin, waited until the shed was empty and then bent down and spoke to it. {h}, behind a tub, caught only the end. “—and I have said I'm sorry,” said {rival}, “every year.”",
                   "what {rival} said to the fish"),
            Choice("Swear that the fish bid first", "sly",
                   "It was argued for an hour. A fish can't bid; on the other hand, it had been seen to wink. In the end {f} knocked it down to itself, free and clear, and the papers were made out in the name of Sturgeon.",
                   "the papers made out to a sturgeon"),
        ), spot="market"),
        Storylet("har.fog", ("The Foghorn's Day Off", "By Ear", "No Horn"), (
            "The horn on the mole had lost its voice. Its keeper, {f}, sat under it with a scarf about her own throat, in sympathy. “There's a boat out there,” she croaked. “I can smell its supper. And it's steering for where I ought to be.” A long way off someone was singing, unconcerned.",
            "What was wanted was a noise: a big one, regular, and from here. {h} looked about. There was a dustbin; there was {the_beast}; there was the {o}. There was also, the other way along {lane}, another lamp, {rival}'s, that somebody had set where no lamp should be.",
        ), "on a stone mole beside a great silent horn, holding up the {o}", "Lamplight swings across white air and a dark hull slides by.", (
            Choice("Beat the dustbin with the {o} in time", "bold",
                   "It was not music. But the singing stopped, and changed sides; and slowly, with a smell of bacon, a bow as tall as a house slid by where {he} could have touched it. “Obliged,” said a voice from above. A sausage came down on a string.",
                   "the sausage on a string", gain="a dented dustbin lid"),
            Choice("Run and put out {rival}'s lamp", "bold",
                   "It hissed. {rival} was not there, only a stool, still warm, and a pair of spectacles folded on a list of ships. {count} of the names had been ticked. {h} wrote NO by the next one, and ran back.",
                   "the list of ticked ships"),
            Choice("Teach {f} to hum it through the horn", "kind",
                   "“Hum?” whispered {f}. But she put her mouth to the cold end of it, and shut her eyes. It came out soft, and enormous, a lullaby such as a mountain might sing. All the boats in the bay came in to that, even those that had only been going past.",
                   "the lullaby through the horn", promise="sing at {f}'s window when she is old"),
        ), spot="lighthouse"),
    ),
)
