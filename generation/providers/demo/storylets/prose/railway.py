# ruff: noqa: E501 - a line of prose is one string, however long
"""Railway."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

RAILWAY = Place(
    "railway", "railway station with a train", ("Nether Crossing", "Cinder Halt", "Long Platform", "Fogg's Junction", "Wait Green", "Amber Road", "Marsh Junction", "Upper Halt", "Three Bridges End", "Sidings", "Terminus Minor"),
    ("train", "railway", "station", "conductor", "track", "locomotive", "carriage", "tunnel", "ticket", "signal", "journey", "platform"),
    {
        "lane": ("platform two", "the footbridge", "the goods yard", "the milk dock", "Signal Row"),
        "shelter": ("the lamp room", "the waiting room", "the refreshment room", "the signal box", "a guard's van"),
        "height": ("the water tower", "the footbridge", "the signal ladder", "the coal stage"),
        "smell": ("steam and oranges", "hot brakes", "coal and bacon", "wet parcels", "lamp oil"),
        "sound": ("points changing with a sigh", "a whistle two stations off", "a porter singing the stops", "trucks passing a bump along"),
        "folk": ("porters", "wheel tappers", "signal people", "early passengers"),
        "beast": ("a station cat", "a racing pigeon", "a dog with a season ticket", "a mail-train mouse"),
        "far": ("the distant signal", "the mouth of the tunnel", "the viaduct, thin as a comb", "a single red lamp"),
        "fare": ("rock cakes", "bacon rolls", "station soup", "boiled eggs"),
    },
    ("pocket watch", "brass lantern", "leather suitcase", "punched ticket", "tin whistle", "old map", "sealed letter"),
    ("a signalman's daughter", "a porter's boy", "a retired driver", "a station cat", "a railway dog"),
    (
        "Three lines cross at {town}, and no train has ever stopped there on purpose. It has a clock, a bench and {count} fire buckets, and a view of other people's going somewhere.",
        "The timetable at {town} is kept under glass, like a saint. It says nothing of the train that comes through on {day}s with its blinds down. On {lane} they take off their caps to that one.",
        "{town} was put up in the wrong place, owing to a thumb on the map. All the same the {folk} keep it beautifully. There are begonias.",
    ),
    (
        "The last train drew out with all its windows lit, like a sentence that has at last been got right. {h} stayed on {lane} until the red lamp was a seed.",
        "“Anyone for anywhere?” called {ally}. No one was. They banked up the stove in {shelter}, and put {fare} on to warm.",
        "The signal at {town} dropped with a clack, for no train that was ever in the book. {h} lifted a {hand} to it just the same.",
    ),
    (
        Storylet("rai.lost", ("Lost Property", "Shelf {count}", "Unclaimed"), (
            "{m} kept the lost property and was strict about it. There were {count} hats; a harp; a set of teeth that had come in on three different trains. “Describe it,” he told {h}, before there was anything to describe. On the counter sat a wicker basket with air holes, and a label: To be collected. It had rocked when the {o} came in.",
            "“That's been there since I was a boy,” said {m}. “I feed it cake.” Something behind the wicker sniffed along from hole to hole until it was opposite {hs} {pocket}, and there it stopped. “By rights it has to be described,” he said, “and nobody's ever managed. I'm not supposed to help.”",
        ), "at a counter piled with hats and a harp, before a wicker basket with air holes", "The basket rocks and a bit of cake disappears through a hole.", (
            Choice("Describe it as kindly as possible, and see", "kind",
                   "“It's about so big,” said {h}, “and shy. It's better than it looks.” {m} reached for his stamp with a shaking hand. The lid went up by itself. Whatever it was passed over {hs} foot, very warm, and off down {lane}; it has been seen since, from trains.",
                   "the thing that was better than it looked"),
            Choice("Claim the harp instead, in a firm voice", "sly",
                   "“Strings: forty-six,” said {h}, having counted. {m} beamed. So there {he} {was} with a harp. It got caught in two doors, and, each time, it said something lovely.",
                   "the harp from the lost property", gain="a small harp"),
            Choice("Ask who it was that handed the basket in", "wary",
                   "It was down in the book, in pencil. A child, alone, off the night train; had been told to wait for it. The signature was a row of careful capitals. {h} knew the R, and the rest of it: {rival}.",
                   "the child's signature: {rival}"),
        ), view="interior"),
        Storylet("rai.box", ("In the Signal Box", "Eleven Levers", "Line Clear"), (
            "{f} had the signal box, {count} levers and a geranium. She could not leave it, so she talked. “Bell code,” she said, as something pinged. “Two-one: train out of section. Three: is the line clear?” It pinged again, and she stopped with the duster in her hand. It went on pinging. “And that one,” she said, “isn't in the book.”",
            "It was the line to the old quarry. There had been no rails on it for {years} years. Ping, it went; a pause; ping, ping. The {o} on the window sill was buzzing in answer. “Someone's asking to be let through,” said {f}. She put her hand around the lever at the end, the one painted white, and looked at {h}.",
        ), "in a signal box full of levers, a woman with a duster listening to a bell", "A signal arm drops far off among the weeds.", (
            Choice("Pull the white lever together with {f}", "bold",
                   "It took them both, and a foot against the stove. Out in the nettles an arm fell. They saw nothing come; but all along the old line, one after another, the poppies lay down, and got up again.",
                   "the train that bent the poppies"),
            Choice("Answer with the bell: who is calling?", "wary",
                   "There's no code for who. {f} tapped out the nearest, which is fragile goods. It considered. Then it sent a word, letter by letter, and {f} chalked them up; it came to {ally}.",
                   "the name spelled out on the bell"),
            Choice("Say that the line is blocked, so as to gain time", "sly",
                   "Blocked, they sent. Ping, came the answer, small, like somebody sitting down on a suitcase. All that evening it did not ring again, and neither of them could get the geranium to look at them.",
                   "the line that {h} had said was blocked"),
        ), view="interior"),
        Storylet("rai.seat", ("The Reserved Seat", "Compartment C", "Tickets, Please"), (
            "They took the slow train because {ally} had a voucher. In compartment C a seat was reserved. The card said simply {h}. It was yellow at the edges, as if it had been up there for years. In the seat across was a woman called {f} with an egg. “I'd sit,” she said. “They get so cross if one stands.”",
            "When the ticket collector came he was about twelve and had a moustache on a wire. He looked at {hs} ticket for a long time. “This takes you as far as the viaduct,” he said. “After that it's the other one's seat. You'll have to sort that out between yourselves.” He clipped the {o} lightly, on the corner. It didn't seem to mind.",
        ), "in a train compartment across from a woman peeling an egg, a card on the seat", "Fields slide past and a card trembles on its string.", (
            Choice("Give up the seat, and stand in the corridor", "kind",
                   "On the viaduct the door slid open, and shut. Nobody had come in, yet the cushion sank. “Thank you,” remarked {f}, to the air, and gave it half of the egg; and it ate it.",
                   "the seat {h} gave up on the viaduct"),
            Choice("Swap round the cards with the next compartment", "sly",
                   "From next door, on the viaduct, came a shriek, a bump, and a voice, quite level, saying, “I believe that is my lap.” It was {rival}'s lap. {he} could have wished it had been anyone else's. It would have been less enjoyable.",
                   "the reserved card on {rival}'s seat"),
            Choice("Pull the cord and get off before the viaduct", "bold",
                   "It pulled like a bath plug. In the silence there were larks. A fine, said the boy, was payable on the spot; and he took it in conkers, and helped {him} down, and saluted as the train drew off.",
                   "the cord that was pulled", gain="a clipped ticket"),
        ), view="interior", spot="train", barter=True),
    ),
)
