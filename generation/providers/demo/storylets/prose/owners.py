# ruff: noqa: E501 - a line of prose is one string, however long
"""Central questions about belonging: whose a thing is, who may read it, who is who, what may be closed."""

from __future__ import annotations

from ..shapes import Arc, Choice, Storylet

WHOSE = Arc(
    "whose", "whose the {o} had been", (
        "“That isn't yours,” said {ally}, {ally_trade}, turning the {o} over. There was a mark underneath, two letters and a small [bird|wheel|hand|fish], nearly worn away. “And it isn't lost, either. Somebody put it down on purpose.” Across {lane} stood {rival}, {rival_trade}, writing something in a book and pretending to look at the sky.",
        "By midday three people had claimed the {o}. The first described it wrongly. The second described it so well that {ally}, {ally_trade}, shook {ally_his} head at {him} behind the man's back. The third was {rival}, {rival_trade}, who did not describe it at all, but named a price and put out a gloved hand.",
        "On the underside someone had scratched: Return to me, and nothing else, no name, no street. {ally}, {ally_trade}, read it aloud twice. “Well, that's a fat lot of use,” {ally_he} said, “or else it's for someone who'd know.” Then {rival}, {rival_trade}, coughed just behind them. It was a cough with an offer in it.",
    ), (
        Choice("Ask {ally} to name everyone who ever owned one", "wary",
               "{ally} shut {ally_his} eyes and began. It took until the kettle had boiled twice, and there were {count} names. Five of those had moved away, one had become a bishop, and one, {ally} remembered with {ally_his} finger in the air, had simply stopped being mentioned.",
               "the name {ally} had left till last"),
        Choice("Let {rival} look at the {o}, but hold on to it", "bold",
               "{rival} looked for as long as it takes to read a short letter. {rival_his} face did nothing; it was {rival_his} ears that went red. “A copy,” said {rival_he}, too quickly, and doubled the price for it.",
               "the price {rival} had offered for a copy"),
        Choice("Tell {rival} that the {o} was sold this morning", "sly",
               "“Sold,” repeated {rival}. “To whom?” {h} gave the first name that came, off a passing cart, and {rival} wrote it down with care. Somewhere in {town} a perfectly innocent maker of brooms was about to have a strange afternoon.",
               "the broom maker {rival} had been sent to", owes="an apology to a broom maker"),
    ),
    Storylet("whose.turn", ("The Second Mark", "Two Letters", "Under the Felt"), (
        "It was {ally} who found it, picking at the felt underneath with a hairpin. Below the two letters were two more, in another hand, and a date. {years} years ago the {obj} had been given, not by anyone to anyone, but by the whole of {lane} to one child who was going away.",
        "“Every house put in a coin,” said {ally} slowly. “My mother used to tell it. The child was to come back and show us.” {ally_he} looked up at the one house on {lane} with its shutters closed. A light had gone on behind them, and {rival} was already coming down the steps.",
    ), "kneeling beside the {o} turned upside down on a table, a shuttered house behind", "A shutter opens a finger's width and lamplight slides across the table.", (
        Choice("Knock at the shuttered house before {rival} can", "bold",
               "{h} ran. {he} got to the knocker half a second ahead of {rival} and had to use it with {rival_his} hand on top. The person who opened was old and had on one slipper. “At last,” they said, to both of them or to neither.",
               "the knock {rival} had been too late for"),
        Choice("Stop {rival} on the steps and ask what {rival_he} is afraid of", "kind",
               "{rival} sat down on the step, quite suddenly, as though a string had been cut. “Of being the one who didn't put in a coin,” {rival_he} said at last. “I was six. I spent mine on liquorice.” It came to {h} that {rival_he} had been trying to pay it back ever since.",
               "the coin {rival} had spent on liquorice", promise="say nothing about the liquorice"),
        Choice("Copy both marks on a card, in case the {o} gets taken", "wary",
               "It took a minute and used up the last of the pencil. {h} put the card in {his} shoe, where it crackled at each step, and it was on account of that small noise that {he} walked all the rest of the day like someone with a plan.",
               "the card folded in {hs} shoe", gain="a folded card"),
    ), view="object"),
    Storylet("whose.climax", ("The One Who Went Away", "Whose, Then", "Behind the Shutters"), (
        "Behind the shutters everything had been kept as it was: a small bed, a map with pins, {count} unopened tins of peaches. “I came back,” said the old one in the slipper. “But I had nothing to show, so I thought I'd wait until I did. One gets into the way of waiting.”",
        "Outside half of {lane} had gathered, {rival} in front with a paper that needed only a name to make the {o} {rival_his} by law. {ally} held the door shut with {ally_his} back. “Whatever you do,” {ally_he} said, “do it before my knees go.” Everyone looked at the {o}, and after that at {h}.",
    ), "in a dim room with pinned maps, facing an old person in one slipper, the {o} between them", "The map's pins tremble as the door is pushed from outside.", (
        Choice("Put the {o} into the old one's {hands}", "kind",
               "{h} crossed the room and put it there. The old fingers knew the {o} before the eyes did. They went straight to the scratch, to the dent, to the place where {count} pennies' worth of love had been rubbed smooth, and stopped.",
               "the peaches eaten from the tin", fate="returned"),
        Choice("Open the door and tell the street what it gave away", "bold",
               "{h} told {ally} to stand aside. The light came in, and with it all of {lane}, and {he} said it straight out: the coins, the child, the years behind the shutters. Somebody at the back began counting on her fingers and burst into tears.",
               "the morning the door was opened", fate="told"),
        Choice("Sign {rival}'s paper first, with the wrong name", "sly",
               "{h} signed with a flourish, in the name of the maker of brooms, and blotted it. By law the {o} was now nobody's that {rival} could find. It stayed, for the time being, where it was: under {hs} arm.",
               "the name {h} had signed", fate="kept"),
    ), view="interior", spot="house interior"),
    (
        "So that was whose it had been: everybody's, once, and then one child's, and after that nobody's for {years} years because of being ashamed. The shutters were taken off their hinges on the {day}. They made a good table.",
        "It had belonged to the one who went away, and to {lane} that had waved. The two letters stood for no name at all, {ally} found out; they stood for Come Back. {rival} paid, late, one coin, and asked for a receipt.",
        "Whose was it? The whole of {lane} could have said, if anybody had asked them all at once. Each had thought that the others had forgotten. There is now a list by the pump with every name on it, and a space left over.",
    ),
)

LETTER = Arc(
    "letter", "whether {f} would take what was sent to her", (
        "Tied to the {o} was a label, so faded that {ally}, {ally_trade}, had to hold it over the kettle. For {f}, it said, by hand, and not before she asks. “There's only one {f} left,” said {ally}. “She lives up by {height}, and she's asked nobody for anything in {years} years.” Behind them {rival}, {rival_trade}, was reading the label too.",
        "“That goes to {f},” said {ally}, {ally_trade}, as soon as {ally_he} saw the {o}. “My uncle was meant to bring it her. He got as far as the corner and lost his nerve, and then he lost his hat, and after that it was in the family.” {rival}, {rival_trade}, had stopped to do up a shoe that had no laces.",
    ), (
        Choice("Set off for {height} with the {o} at once", "bold",
               "The way up took longer than the way had any right to. {h} was passed by two goats and a priest. When {he} got to {f}'s gate there was a board nailed to it. It said NO, and underneath, in smaller letters, THANK YOU.",
               "the gate that said no thank you"),
        Choice("Find out first what {f} was meant to ask", "wary",
               "{ally} knew a man who knew the aunt. It cost an afternoon and three cups of something brown. There had been a quarrel, it appeared, over a tune; and of two sisters only one had ever been able to remember the end of it.",
               "the tune with two endings"),
        Choice("Offer {rival} a look at the label for what {rival_he} knows", "sly",
               "{rival} read it, moved {rival_his} lips, and gave fair measure in return. “She'll say she doesn't want it,” {rival_he} said. “She's said it to four before you. I was the second.” {rival_he} did {rival_his} shoe up again, the other one this time.",
               "the bargain over the label", owes="a good turn to {rival}"),
    ),
    Storylet("letter.turn", ("Not Before She Asks", "What the Label Left Out", "The Other Side of the Paper"), (
        "The label had two layers. They came apart in the damp of {hs} {pocket}, and between them, dry as the day it was written, ran a single line: Forgive me, I knew the ending all along. It was not signed. [It was hardly legible, for the pen had been leaned on so hard.|In places the nib had gone through.|The hand was heavy, and had blotted every other word.]",
        "{ally} read it over {hs} shoulder and went out to look at the sky. “That's my uncle's hand,” {ally_he} said when {ally_he} came back in. “So it wasn't her sister took it. It was him, so there'd be something to bring back.” From below came the squeak of {rival} on the stairs.",
    ), "holding a thin strip of paper to a lamp, the {o} on the table", "The strip of paper curls in the warmth of the lamp.", (
        Choice("Put the line back and glue the label shut", "sly",
               "They used flour and water. It was a good job; you would have had to know. But {ally} did know, and from then on could not pass {him} the salt without going pink.",
               "the line glued up again in the label"),
        Choice("Take {ally} along to {f} and let {ally_him} say it", "kind",
               "{ally} put on a collar. {ally_he} took it off, and put it on once more. “If I stop on the way,” {ally_he} said, “push me.” {h} had to push {ally_him} twice, and the second time it was uphill.",
               "the collar {ally} put on", promise="stand beside {ally} at the gate"),
        Choice("Read the line to {rival} on the stairs, loudly", "bold",
               "{rival} stopped with one foot up. Out of {rival_his} coat, by and by, {rival_he} took a page of music, brown at the folds, the end of it missing. “I was the second to carry it,” said {rival_he}. “I kept this. I don't know why I'd want to be laughed at for it.”",
               "the page of music from {rival}'s coat", gain="a page of music"),
    ), view="close"),
    Storylet("letter.climax", ("At the Gate", "Asking", "The End of the Tune"), (
        "{f} was pegging out one sheet, and went on with it. She was [tall, with flour up to the elbows|tall and floury and had a peg behind each ear|taller than her own gate and white with flour to the elbows]. “I don't want it,” she said through a peg. “I didn't want it the last four times.” She had not so much as looked at the {o}. She was looking very hard at everything else.",
        "Then, from down on {lane}, someone began to whistle: a plain little tune, eight bars, breaking off where it ought to have turned for home. It was {rival}. {f}'s hands stopped. She took the peg out of her mouth. “How does it—” she began, and bit the rest of it off as one does a thread.",
    ), "at a garden gate with the {o}, a tall woman hanging out a sheet", "The sheet swells, and behind it a shadow stands still.", (
        Choice("Hand {f} the {o}: that was near enough to asking", "kind",
               "{h} held it out over the gate. “You asked,” {he} said. “I heard the first half.” {f} looked at {him} for about as long as it takes a kettle to make up its mind, and dried her arms, first one and then the other, and reached.",
               "the half of a question at the gate", fate="returned"),
        Choice("Say the line out loud, the one about the ending", "bold",
               "“‘Forgive me,’” said {h}, “‘I knew the ending all along.’” Nothing moved in the whole yard but the sheet. Then {f} laughed, once, like a plank breaking, and sat down in the basket among the wet pillowcases.",
               "the laugh in the washing basket", fate="told"),
        Choice("Leave the {o} on the gatepost and walk off whistling", "wary",
               "{h} set it on the post and turned {his} back, which was the hardest part. {he} whistled what there was of the tune. {he} had got as far as the gap, and {was} drawing breath to begin again, when somebody behind {him} went on with it.",
               "the tune {he} did not finish", fate="released"),
    ), spot="garden"),
    (
        "{f} took it. She took it crossly, and asked them in crossly, and put out {count} cups as though each had insulted her; and when the tune was played to the end it was found to be quite an ordinary tune. She had them play it again.",
        "She did take it, then, what had been sent to her; not for its own sake, she said, but because it was blocking the path. On {day}s one can hear both endings, first one and then the other, from up by {height}. Opinion in {town} is divided.",
        "Would she take it? She would; she had only wanted, all [those years|that time|that while], for somebody to come who would not go away when told. The board on her gate has been [turned about|turned round|hung the other way]. On the back it [says PUSH|says COME IN|has been left blank].",
    ),
)

CLOSING = Arc(
    "closing", "whether {lane} would be there in the spring", (
        "A notice had been pasted up on {shelter} in the night. All of {lane} was to be cleared by the end of the month, it said, unless a prior right could be shown; and it was signed by {rival}, {rival_trade}. {ally}, {ally_trade}, read it with {ally_his} finger. Then {ally_he} looked at the {o}. “Prior to what?” {ally_he} said slowly. “Because that's older than all of us.”",
        "“They're going to pull it down,” said {ally}, {ally_trade}. “All of it, from the pump to the end.” {rival}, {rival_trade}, had been round with a tape, measuring people's doorsteps with the people still on them. Only at the sight of the {obj} had {rival_he} let go of the tape, so that it ran back into its case and bit {rival_him}.",
    ), (
        Choice("Take the {o} to whoever keeps the old records", "wary",
               "The records were kept by a man named {m}, in a room where the paper had won. He knew the {o} from a drawing; he had the drawing somewhere. By closing time they had found his lunch, a live mouse, and the corner of the right page.",
               "the corner of the right page", gain="a torn page corner"),
        Choice("Call a meeting of everyone on {lane}", "bold",
               "They all came, with their own chairs, and for an hour there was a very good quarrel about a cat. After that they voted. It was {count} to one, the one being deaf, and {h} came out of it with a whistle on a string and the title of secretary.",
               "the quarrel about the cat", gain="a secretary's whistle"),
        Choice("Peel off the notice and paste it upside down", "sly",
               "Upside down, with a word or two snipped out, it announced that {rival} was to be cleared by the end of the month. People came from some way off to read it. {rival} came last of all and stood with {rival_his} head on one side.",
               "the notice pasted upside down"),
    ),
    Storylet("closing.turn", ("A Prior Right", "The Small Print", "What the Tape Had Measured"), (
        "It was in the small print, where [nobody goes|{ally} never went|only lawyers go, and mice]. Whoever held “the customary token of this parish” had the say over {lane}, from the pump to the end, for ever. There followed a drawing. {h} looked from the drawing to the {o} and back, and felt {his} knees go thin.",
        "“So you own it,” said {ally}. “All of us. The roofs.” {ally_he} had stepped back a little, as if from somebody taller. That was when {rival} came in without knocking, set down a bag that clinked, and said very pleasantly that {rival_he} had only ever wanted to deal with the proper person.",
    ), "bent over an old page with a drawing of the {o}, a bag of coins on the table", "A coin rolls from the bag in a long curve and lies down.", (
        Choice("Push the bag back across the table", "bold",
               "It [was heavier than it looked and left|went with a groan, and left|took both {hands}, and left] a scratch. “There's more,” said {rival}. “I know,” said {h}. “I can hear it in your coat.” {ally} moved round to {his} side of the table, and that was the end of the stepping back.",
               "the scratch the bag left"),
        Choice("Ask for a night to think, and count what's in the bag", "sly",
               "There was enough for a house with a tower. {h} made piles of ten by candlelight, and then towers, and a bridge between two of the towers, and put it all back. In the morning one coin was missing. It turned up in {hs} own {pocket}.",
               "the coin that turned up in {hs} own {pocket}", gain="a gold coin", owes="one gold coin to {rival}"),
        Choice("Tell the neighbours that it belongs to them all", "kind",
               "{h} went from door to door with the page, and at every door said the same thing, and at every door they made {him} come in. It took until after dark. By then {he} had promised so much that {ally} had begun to write it down.",
               "the doors of {lane}, all in one evening", promise="divide it fairly, down to the drainpipes"),
    ), view="interior", spot="house interior"),
    Storylet("closing.climax", ("The Day of the Tape", "From the Pump to the End", "The Say"), (
        "They came on the {day}, with ladders and a cart. {rival} had on a new hat for it. All down {lane} people were sitting on their own doorsteps in their good coats, holding whatever they could not bear to lose: a clock, a ham, a very old dog.",
        "“The token, then,” said {rival}. “Show it and say what you'll have done. That's the law; I looked it up.” {rival_he} had gone rather pale. A hush went [along the steps|from step to step|down {lane}] from the [pump|first house] to the end. {ally} gave {him} a push between the shoulders, and there {h} {was}, out in the middle, with the {o}.",
    ), "standing in the middle of the street holding up the {o}, neighbours on their doorsteps", "A new hat lifts off in the wind and rolls away between ladders.", (
        Choice("Say that {lane} stays, and make the law do its work", "bold",
               "{h} held up the {o} and said it: “It stays.” It came out [rather high|with a squeak in it|louder than was meant]. The men with the ladders looked at each other, and at the [ham|hats|dogs], and laid the ladders down; it turned out that [most of them|half of them|all but one] had [an aunt|a cousin|a grandmother] here.",
               "the men who laid down their ladders", fate="used"),
        Choice("Break the claim: give everyone on the steps a share", "kind",
               "“I've the say,” said {h}, “and I say it's theirs,” and {he} carried the {o} down the line and had each of them lay a hand on it, the dog too. After that there were {count} and a half owners, and no pen in the world could have cleared them all.",
               "the dog's paw on the {o}", fate="released"),
        Choice("Sell to {rival} for twice the bag, and new roofs for all", "sly",
               "“Twice,” said {h}, “and roofs. And you live here, in the middle, with the drains.” There was a terrible silence. Then {rival} took off {rival_his} new hat and looked into it, and, of all things, held out a hand.",
               "the price of the drains", fate="traded"),
    )),
    (
        "In the spring {lane} was there. It was there in the rain, with its gutters singing, and on the first warm day they carried out the tables. {rival}'s tape is used for hopscotch now; it is very exact.",
        "It stood; it stands yet. Some of it leans. When the notice finally came down there was an older one underneath, and under that one older still, all saying the same thing. {lane} had been about to be cleared for {years} years before anybody was born.",
        "They did not clear it. There was [a bit of unpleasantness with a drainpipe|one broken pane, and an apology|a letter, and a stiff answer] and that was all. In [the spring|March|the first dry week] each door was painted, no two the same, so that from {height} one could see at a glance what would have been lost.",
    ),
)

DOUBLE = Arc(
    "double", "who had been going about in {hs} name", (
        "“But you were here an hour ago,” said {ally}, {ally_trade}. “You had the {o} and you owed me for a pie.” {h} had not been there an hour ago. {he} had not had pie since {day}. Up and down {lane} people were nodding at {him} a little coldly, and {rival}, {rival_trade}, lifted {rival_his} hat with a wink, as one does to a partner.",
        "The bill was made out quite correctly: to {h}, of {town}, for {count} yards of blue ribbon, a ladder, and the loan of a goose. {h} had ordered none of it. “Your signature, though,” said {ally}, {ally_trade}, and it was. What was stranger, there was a drawing of the {o} beside it; and {rival}, {rival_trade}, had signed as witness.",
    ), (
        Choice("Pay for the pie and ask which way “{he}” went", "kind",
               "{ally} took the money and bit it, out of habit. “Up towards {height}. In a hurry. And limping,” {ally_he} said, “which you aren't. And polite.” It was that last that seemed to settle something in {ally_his} mind.",
               "the pie that somebody else ate"),
        Choice("Wink back at {rival} and play along", "sly",
               "“All in order?” murmured {rival}, falling into step. “Perfectly,” said {h}. “Then it's tonight,” said {rival}, and pressed into {his} {hand} a small cold thing, and was gone. It was half of a playing card.",
               "the wink {h} gave {rival}", gain="a torn playing card"),
        Choice("Hang the bill on the pump with “NOT ME” on it", "bold",
               "By lunch somebody had written underneath, in a hand exactly like {hs}: NOR ME. It was still wet. {ally} touched the ink and smelled {ally_his} finger. “Walnut,” {ally_he} said. “There's just one bottle of that in {town}.”",
               "the answer that was written on the bill"),
    ),
    Storylet("double.turn", ("The Other One", "Walnut Ink", "Somebody of That Name"), (
        "Round a corner on {lane} they walked straight into each other. It was not like a mirror. The other was thinner and had done the buttons up right. “Oh,” said the other {h}. “I'd hoped to be gone by now.” There was a limp, and a parcel, and out of the parcel stuck a goose's neck.",
        "[It came out bit by bit, on a step, with the goose between them.|They sat down on {hs} step, the goose in the middle, and it came out in pieces.|By the time the goose had calmed down {h} had heard most of it.] They had been given the same name on the same day, in the same room, and then there had been a move, and a mistake with the baskets. “I only wanted to see what [it was like|it's like in {town}|one would feel like],” said the other. “Being you. People are so pleased when you come in.”",
    ), "sitting on a step beside a thinner double of the same kind, a goose in a parcel between them", "The goose turns its head from one to the other.", (
        Choice("Share out the name: take a day each", "kind",
               "They tossed a button for it. The other got {day}s and the goose. It was peculiar how quickly it seemed natural; by the end of that week {h} had caught {himself} saving up jokes.",
               "the days that were shared out", promise="share the name, turn and turn about"),
        Choice("Ask what {rival} is paying for all this", "wary",
               "“Paying?” said the other. “I'm paying {rival_him}.” It was so much a week, for knowing {hs} habits. {rival} had it all down in a ledger: the walk, the whistle, the way the {o} was carried, and how {h} liked eggs.",
               "the ledger with the eggs in it"),
        Choice("Swap coats, and see who can tell", "bold",
               "Nobody could, apart from {the_beast}. {h} walked down {lane} in somebody else's sleeves and was told {count} things about {himself}, one of them kind. {he} had not known about the humming.",
               "the afternoon in somebody else's coat", gain="a borrowed coat"),
    ), view="close"),
    Storylet("double.climax", ("Which of You", "The Same Hand Twice", "Two of a Name"), (
        "“One of these,” said {rival}, “is a fraud.” {rival_he} had got them all together in {shelter}, with a lamp set so that it shone in people's eyes. The two of them stood side by side, and the {o} lay on the table. “Let the real one tell us,” said {rival_he}, “one thing that isn't in my ledger.”",
        "It was so quiet [that one could hear the goose think|in {shelter} that the goose looked round|that the lamp could be heard to burn]. {ally} stood among the others, chewing {ally_his} lip, looking first at one and then at the other and, to {hs} dismay, not stopping. The other {h} had gone quite white. It would have been the simplest thing in the world to say two words and point.",
    ), "standing beside a double in lamplight before a table where the {o} lies", "The lamp swings a little and two identical shadows swap places.", (
        Choice("Say “We both are,” and put {his} {hand} beside the other's", "kind",
               "“Both,” said {h}. The ledger was searched from end to end. There was nothing in it about that. {rival} turned over one page more, and another, and they were blank.",
               "the blank pages of the ledger", fate="told"),
        Choice("Give the other the {o}, and with it the name", "bold",
               "{h} picked up the {o} and laid it in the other's arms. “There,” said {he}. “I'll get a new one. I've had my eye on one or two.” No one who was after the name could have done it, so everybody knew; and by then it had been done.",
               "the name that was given away", fate="released"),
        Choice("Tell the one thing: what the {o} is really for", "sly",
               "{h} told them. It was not strictly true, or had not been until then, but it was nowhere in the ledger, and it was told so well that the {o} itself seemed to sit up. {rival} reached for a pen, and had run out of walnut ink.",
               "what {h} said the {o} was for", fate="kept"),
    ), view="interior", spot="house interior"),
    (
        "So there had been two of them all along, through a mistake with the baskets. {town} got used to it, as it had to drains. One limps and one hums; the bills are sent to {rival}, who keeps no ledger now and sleeps better.",
        "It was a namesake that had been going about: no more than that, and no less. They had breakfast together. “You really do hum,” said the other, over the eggs. The goose went back on the {day}, with a ribbon, {count} yards of it.",
        "Who had it been? Somebody of the same name with no place to use it. There is [a second hook by the door|another cup on the shelf|a second name under the bell] these days. People [still get them confused|mix them up yet|call after the wrong one], though not, since that [evening|week|business], on purpose.",
    ),
)

OWNERS = (WHOSE, LETTER, CLOSING, DOUBLE)
