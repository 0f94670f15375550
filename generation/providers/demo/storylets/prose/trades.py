# ruff: noqa: E501 - a line of prose is one string, however long
"""Scenes that can stand anywhere: doors, bargains, work to be done and things that are not what they were sold as."""

from __future__ import annotations

from ..shapes import Choice, Storylet

TRADES = (
    Storylet("any.market", ("The Market of Second Thoughts", "Slightly Used", "Stall {count}"), (
        "Once a year on {lane} they sell what people wish they hadn't. There was a stall of wedding hats and a tray of last words; {f} had a barrow of letters that were never posted, at a penny the dozen, mixed. {h} had just meant to walk through. But on the corner of the barrow there lay, with a price tag, another {o}.",
        "It was the same in every way, apart from being new. “Made to order,” said {f}. “Never called for.” She turned round the tag so that {he} could read the name of the one who had ordered it. It was {ally}'s. {ally} had gone a slow dark red, and was reading somebody else's letter with great attention, upside down.",
    ), "at a market barrow of old letters where a second {o} lies with a price tag", "A price tag turns on its string.", (
        Choice("Buy it, say nothing, and give it to {ally}", "kind",
               "They walked on for a good bit. “I was going to swap them,” said {ally}. “It was before I'd met you properly.” {ally_he} blew {ally_his} nose. “I hadn't the money to fetch it. So you could say I was saved by being poor.”",
               "the second {o} on the barrow", gain="a second {o}"),
        Choice("Ask {ally} for the truth, there, among the hats", "bold",
               "It came out in one piece, like a tooth. {rival} had offered a roof: a whole one, slates and all. “It's only that it rains in,” said {ally}. “Just on the bed.” It was the wedding hats that made it so hard to be angry.",
               "the roof that {rival} had offered {ally}"),
        Choice("Take off the tag before anyone else can read it", "sly",
               "It went in {his} {pocket}; and since then there were three who knew: {h}, and {f}, and {ally}, who had seen it gone and could not ask. They were extremely polite to each other until nightfall.",
               "the tag in {hs} {pocket}", gain="a price tag"),
    ), spot="market", barter=True),
    Storylet("any.door", ("A Door on {lane}", "Painted Shut", "Knock and Wait"), (
        "There had always been a door at that spot, but it was painted on. {m} had done it, as a young man, to balance the windows. He touched it up each {day}. He was doing so now, kneeling on a bit of sacking; and as {h} and {ally} came past with the {o}, the handle, which was three strokes of brown and one of white, went down.",
        "It went up again. {m} did not drop the brush. “I've always been afraid of that,” he said. Somebody on the inside tried it once more, without much hope, as you try a door late at night; and under it, along a crack which he had put in with a ruler, there came a line of light.",
    ), "before a painted door on a wall, an old painter kneeling with his brush", "A line of light widens under a painted door.", (
        Choice("Ask {m} to paint in a keyhole", "wary",
               "It took him four goes, his hand shook so. {h} bent, and put {his} eye to it, and drew back; for there was an eye there already, brown, and close, and about as surprised. “Well?” said {m}. “Is it nice in there?”",
               "the brown eye at the painted keyhole"),
        Choice("Knock, and say who is there", "kind",
               "“Oh, good,” said a voice. “Would you pull? It sticks.” They all three pulled. There came off in their hands a large flat sheet of dry paint with a handle on it; and behind that was brick, and on the brick, low down, a dinner plate, still warm.",
               "the voice behind the painted door", gain="a warm plate"),
        Choice("Push the {o} under, and see what comes back", "bold",
               "It was too thick to have gone, and it went. They waited. Presently it was pushed out again, cleaned, with all its dents taken out except for one; and tied on it was a luggage label, and that said: Not yet.",
               "the label that said Not yet"),
    ), view="close"),
    Storylet("any.mender", ("The Mender", "While You Wait", "Nothing Is Ever Just Broken"), (
        "{f} mended things, in a shop no wider than her arms. China; prams; the hinge of a wooden leg. She took the {o} from {h} without a word, and put it to her ear, and then, for quite a while, to her nose. “Who dropped it?” she said. No one had dropped it. “It's been dropped,” said {f}, “by someone who then stood there.”",
        "She could make it as it used to be. It would take till {day}, and it would not remember. “They don't, once I've had them in bits,” she said. Or else she could leave it. On the shelf behind her sat {count} mended things, spotless, with a look about them of guests who have come to the wrong party.",
    ), "at the counter of a very narrow repair shop, a woman holding the {o} to her ear", "A row of mended clocks starts ticking one by one.", (
        Choice("Leave it cracked, and pay her for the listening", "wary",
               "“That'll be nothing,” said {f}. “I don't get many who'd rather.” She rubbed at it once with her thumb, just where it hurt, and all that afternoon it hummed in the bag like a pan about to boil.",
               "what {f} had heard in the {o}"),
        Choice("Have it mended, quickly, in the lunch hour", "bold",
               "It came back bright. It was light, too, lighter than it had any right to be. On the bench was a spoonful of grey dust; {f} swept it into an envelope, stuck it down, and wrote on the outside {hs} name. “You'd better have it,” she said. “It's yours, now.”",
               "the envelope of grey dust", gain="an envelope of dust"),
        Choice("Ask whether {rival} has been in here lately", "sly",
               "She pointed with her chin. It hung in the window by a hook: {rival}'s other coat, the good one. “Torn in the arm,” said {f}. “I found a child's mitten sewn up in the lining. I sewed it in again. It's not for me to say.”",
               "the mitten in {rival}'s lining"),
    ), view="interior", spot="workshop", barter=True),
    Storylet("any.game", ("A Game of Old Bones", "Loser Sweeps", "The House Rules"), (
        "They play a game in {town} with {count} stones and a shoe. No one knows the rules, that is the game; you find out by breaking them. {m} was champion. He shuffled the shoe. “Stakes,” he said. What he put down was a folded map with tape on it, and he left his hand lying on top. “Yours is that {o}, I should think.”",
        "{h} moved a stone. There was a hiss all around. {he} took back the move, and they cheered. After a bit {he} thought {he} could see how it went: whatever {m} was about to do, he first looked at the door. It opened. In came {rival}, who took in the stones, the shoe and the map; and said, quite faintly, “Oh, don't.”",
    ), "crouched over a ring of stones and a shoe, townspeople leaning in to watch", "A stone rolls round the rim of a shoe and tips in.", (
        Choice("Play on, and put the shoe on the map", "bold",
               "There was uproar; it was either a foul or the best move in {years} years. They looked it up. It was both. {m} shook {his} {hand}, lifted his own off the map, and under it, where one would look for the name of a place, stood the words: You Are Very Nearly.",
               "the shoe put on the map", gain="a taped-up map"),
        Choice("Stop, and ask {rival} why not", "kind",
               "“Because I did,” said {rival}. “I won.” {rival_he} showed them the inside of {rival_his} hat: there, folded small, was the other half. “It only goes one way, that map. They don't tell you.” {rival_he} sat down among the {folk}, who shifted up.",
               "the other half of {m}'s map"),
        Choice("Move two stones while all are looking at {rival}", "sly",
               "It worked. That was the trouble: it worked so well that {m} gave up the map with tears in his eyes, saying that he had never seen such play; and {h} had to sign {his} name on the wall, under the others, in ink.",
               "the name {h} had signed on the champions' wall", gain="a taped-up map"),
    ), view="above"),
    Storylet("any.scales", ("The Weighing", "More or Less", "An Honest Ounce"), (
        "All who wish to pass {shelter} have to be weighed. {f} had the scales, and a ledger going back to her great-grandmother. It isn't the weight [they are after, she said|that counts, said {f}|anybody wants], it's the difference. She had {h} down as a baby, in pencil. [Beside that she wrote today; took the one away from the other; and sucked her teeth.|She wrote down today, did the sum, and whistled.|She set the two one above the other, and {f} did not like the answer.]",
        "“You're carrying something over,” said {f}. {h} put the {o} aside. The needle did not so much as stir. “No,” she said, “it isn't that. That weighs nothing at all, it never has.” {ally} bent to look. It was [perfectly true|so|as she said]: where the {o} stood on the other pan, a [feather|crumb|dandelion seed] was holding it up.",
    ), "standing on a great brass scale, the {o} on the other pan with a feather", "A brass needle swings, slows and settles.", (
        Choice("Own up to whatever it is, aloud", "kind",
               "It was three things, {f} said, from the size. {h} got through two. With the first the needle dropped; with the second it came down by a hair. “That will do,” said {f}, and she shut the ledger. “Keep one. One's ballast.”",
               "the one thing kept for ballast"),
        Choice("Ask to see {rival}'s page in the ledger", "wary",
               "She should not have shown it. It was nearly all one figure, the same from year to year, to the ounce; and then, a week ago, it had dropped to half. “Got rid of something,” said {f}. “Or gave it someone.” They all looked at the feather.",
               "{rival}'s page in the ledger"),
        Choice("Put a thumb on the pan", "sly",
               "“Pass,” said {f}. She'd seen it; {he} knew that by how carefully she blotted. They were all the way down {lane} when a boy ran up to them. “She says,” he panted, “that she's got you down as a thumb.”",
               "the thumb in {f}'s ledger", owes="a thumb's weight to {f}"),
    ), view="interior", barter=True),
    Storylet("any.wrongway", ("The Man Who Gave Directions", "Left at the Goose", "You Can't Miss It"), (
        "“Left at the goose,” said {m}. He'd a stool by the road, and a board: DIRECTIONS, ANY. “It won't be there now, but it was a very definite goose. Then on until you start to doubt it. That's where you turn.” He drew it for them in the dust, with a good deal of shading. It did look just like a goose.",
        "They'd been by him {count} times since noon. Whichever way they took, there was the stool. “You keep asking me for {height},” said {m} gently, “and I keep telling you. But you don't want {height}, do you?” He looked at the {o}, and rubbed out the goose with his foot. “Go on. Ask me the other thing.”",
    ), "before a man on a stool beside a board, a goose drawn in the dust between them", "A foot rubs out a drawing, and the dust drifts off.", (
        Choice("Ask him the other thing", "bold",
               "{h} asked. It was very short, and {ally} turned away so as not to hear. {m} did not draw anything. He got up off the stool, which it seemed was a thing he never did, and pointed; and his arm stayed out for as long as they could see him.",
               "the other thing {h} had asked"),
        Choice("Draw him a map, for a change", "kind",
               "{h} put in the pump, the goose, the crack in the step that looks like a face. {m} followed with his finger. “So I'm here,” he said, “by that dot. I'd often wondered.” He asked if he could keep it, and they had to explain about dust.",
               "the map that was drawn for {m}", promise="draw {m} a map that will keep"),
        Choice("Turn round and walk backwards, out of spite", "sly",
               "It worked. One saw things as they were leaving off: a cat stop washing, a woman drop her smile. They saw {rival}, too, who had been behind them the whole day, and had no time at all to get behind a tree.",
               "the walk that was done backwards"),
    )),
    Storylet("any.night", ("A Room for the Night", "Bed {count}", "The Other Guest"), (
        "There was one bed left at {shelter}, and there was someone in it. “He's no trouble,” said {f}, with the candle. “He'll be up at the crack, to be a statue.” It was a stone man, from some park. He lay with his boots off. There was moss along his eyebrows; he moved over, and the slats said what they thought.",
        "{h} lay on the outer edge. “I've seen that before,” remarked the statue by and by, of the {o}, in a voice like a lid. “I have one just like it, in my hand. They carved it wrong.” In the dark he held it up, to compare. “There's a piece that they left off,” he said. “I always thought that it was the important part.”",
    ), "sitting up in a narrow bed beside a mossy stone statue, comparing the {o} by candlelight", "A candle shows first one face, then the other.", (
        Choice("Feel with a finger for the missing piece", "wary",
               "It wasn't missing from {hs}. It was no bigger than a seed, right underneath, where one's thumb would go. {he} pressed. It gave. “Ah,” said the statue, in the tone of someone who can now go to sleep after {years} years; and did.",
               "the small part that the carver left off"),
        Choice("Offer to stand in the park in his place tomorrow", "kind",
               "He slept till noon. {h} stood, with one arm out. A pigeon came; a couple had a talk, there on the step, that they might not have had before a person. At dusk he was back, combed, and got up stiffly. “Did anybody ask for me?” he said.",
               "the day {h} had stood as a statue", gain="a chip of marble"),
        Choice("Chip off his {o}, and leave a coin for it", "sly",
               "It came away with a tick like a cup being set down. He did not stir. It was only from the road, looking back, that {h} could see him at the window, turning over his empty hand to find what it was that felt so light.",
               "the statue's empty hand", gain="a stone {o}", owes="a stone {o} to a statue"),
    ), view="interior"),
)
