# ruff: noqa: E501 - a line of prose is one string, however long
"""Central questions of want and silence: a bargain that falls due, a sound that stopped, a wish that is the hero's own."""

from __future__ import annotations

from ..shapes import Arc, Choice, Storylet

BARGAIN = Arc(
    "bargain", "what would have to be paid for the {o}", (
        "A bill came with it. It was folded small and had been signed, long ago, in red: One {o}, on loan. To be paid for when called upon. “Called on for what?” said {ally}, {ally_trade}, and turned it over; but the back was blank, apart from a ring where a glass had stood. At that moment {rival}, {rival_trade}, called up from {lane} to ask if anybody was at home.",
        "“You didn't pay for that,” said {ally}, {ally_trade}. It was true of the {o}, and somehow everybody seemed to know. The {folk} had started stepping off the path to let {h} go by, as people do for a wedding cake or a ladder. “It's on account,” {ally_he} explained unhappily. Then {rival}, {rival_trade}, opened a ledger on {rival_his} knee and wetted a thumb.",
    ), (
        Choice("Ask {rival} straight out what the price is", "bold",
               "“It varies,” said {rival}. {rival_he} turned back a few leaves. A laugh, someone had paid. A left shoe; a whole winter; the name of a dog. “You'll be told. It's always something you were not using. That is what makes it so annoying.”",
               "the prices in {rival}'s ledger"),
        Choice("Make a list of everything {he} could spare", "wary",
               "It came to {count} items, among them a cold, an uncle, and the second half of {day}s. {ally} read it and crossed out the uncle. “Not him,” {ally_he} said. “You think you're not using him.”",
               "the list with the uncle crossed out", gain="a list of spare things"),
        Choice("Sign the bill over to the mayor of {town}", "sly",
               "It took one stroke of the pen. The mayor, who signed forty things each morning, signed that as well, and at noon found that he could not remember the word for Tuesday. People were quite kind about it. {h} had not expected to feel so hot about the ears.",
               "the word that the mayor had lost", owes="the word for Tuesday to the mayor"),
    ),
    Storylet("bargain.turn", ("Called Upon", "Red Ink", "The First Demand"), (
        "The first demand was very small. It was waiting on the table by the lamp: One hour, it said, to be collected. {h} blinked, and the candle was an inch shorter. What had gone was the whole of a conversation. {ally} was wiping {ally_his} eyes and saying that nobody had ever put it so well.",
        "“What did I say?” asked {h}. {ally} would not tell {him}; it could not, {ally_he} thought, be said twice. In the ledger outside a nib scratched. Only now did {he} look properly at the red of the signature, and see that it was not ink. It was jam. Somebody about {count} years old had signed for it, with a finger.",
    ), "at a table by a low candle, a folded bill beside the {o}, a friend wiping their eyes", "The candle flame leans over and the shadow of a pen crosses the wall.", (
        Choice("Find the child who signed in jam", "kind",
               "There was no child now; that is the trouble with children. There was {f}, who kept a shop, and who looked at the mark and licked her finger without knowing that she did. “Raspberry,” said {f}. “I only wanted to hold it. He said there'd be no hurry.”",
               "{f} and the raspberry jam", promise="get {f}'s name off the paper"),
        Choice("Steal a look at the page in {rival}'s ledger", "sly",
               "The page was headed with {hs} own name, spelt right, and under it ran a column of small sums: the hour, a sneeze, the taste of plums. At the foot, not yet inked in, stood the last. It said simply: {ally}.",
               "the name at the foot of the page"),
        Choice("Shout into the street that {he} {was} not going to pay", "bold",
               "Windows went up. “Quite right!” called somebody. “I paid,” said another voice, lower; and a third, “So did I.” It came from all along {lane}. It seemed there was not one house that did not owe for something, and each had supposed it was the only one.",
               "the voices all along {lane}"),
    ), view="interior", spot="house interior"),
    Storylet("bargain.climax", ("Paid", "The Last Line of the Ledger", "On Account"), (
        "{rival} came in person, in black, with a clean nib. {rival_he} seemed tired. “I don't make the prices,” {rival_he} said, sitting down without being asked. “I only carry the book. I had the loan of something too, once.” {rival_he} smoothed the page. On it stood one line, and the pen was held over it.",
        "“It says {ally},” said {rival}. {ally} had put on a clean shirt, and was looking at the floor. “It isn't so bad; you'd both forget in a week or so. You'd pass in the street and think, what a pleasant face.” The {o} lay on the table among them, shining a little, like something that has never in its life been anybody's fault.",
    ), "at a table across from a figure in black with a ledger, the {o} shining between them", "A drop gathers on the nib and does not fall.", (
        Choice("Give back the {o} unpaid-for, and have done", "kind",
               "{h} pushed it across. “It was a loan,” {he} said. “So. It's been lent.” {rival} opened {rival_his} mouth, and looked the thing up, and it was there, on the first page of all, where nobody had ever troubled to begin.",
               "the first page of the ledger", fate="returned"),
        Choice("Write {his} own price on the line, and sign in jam", "bold",
               "There was some on the bread. {h} wrote with {his} finger, big, right across {ally}'s name: A FAVOUR. It might have been anything. The ledger took it, thought, and gave a small belch; and {rival} shut it before it could change its mind.",
               "the favour that was written in jam", fate="kept", owes="one favour, size unknown"),
        Choice("Offer to carry the book, if {rival} will put it down", "wary",
               "“Put it down?” said {rival}, as if in a foreign language. {rival_his} arm had grown around it. It took the two of them, and a little butter. When it lay on the table it was an ordinary book, rather thin, with most of the pages cut.",
               "the book that {rival} put down", fate="released"),
    ), view="interior", spot="house interior"),
    (
        "What had to be paid, then, was only what {h} had been willing to lay down. The rest was habit. All along {lane} people tore up small papers signed in jam, in chalk, in lipstick, and the wind took them off like the end of a wedding.",
        "The price, when it came to it, was one {rival}: {rival_he} had been the last line in the book all the time, with {rival_his} thumb over it. {rival_he} lives over the baker's now. It turns out that {rival_he} sings.",
        "It was paid in full. {ally} still has the receipt, and each year on the {day} they take it out and neither of them can quite recall what it was for, and both of them are careful to know the other's face.",
    ),
)

SILENCE = Arc(
    "silence", "why {town} had gone quiet", (
        "On {day} the bells did not ring. By the next evening the dogs had stopped. Now a cup could be dropped on stone on {lane} and make no more noise than a leaf. People had begun to talk by pointing. Only the {o}, when {h} set it down, went clink; and {ally}, {ally_trade}, who had not heard anything for three days, burst into tears. {rival}, {rival_trade}, shut a window, hard, without a sound.",
        "It was the small noises that went first. Nobody missed them: the tick in the wall, the spoon on the saucer. “Then it was the birds,” wrote {ally}, {ally_trade}, on a slate, because by then one had to write. {h} put down the {o} to read it. It rang on the table like a dropped coin, and out in the road {rival}, {rival_trade}, turned right round.",
    ), (
        Choice("Carry the {o} through {lane}, ringing it on every step", "bold",
               "Clink, it went; clink. Behind [each window|every curtain|one pane after another] a face came up like [a fish|a bubble|bread]. By the time {h} had reached the end there were {count} children walking behind, all trying to say the same word.",
               "the children who had walked behind"),
        Choice("Write on the slate: WHO HEARD THE LAST SOUND?", "wary",
               "The slate went [from hand to hand|up one side and down the other|round by way of the baker's], and came back with a map on it. The last sound had been a laugh, at [a quarter past four|ten to six|a little after two]; somebody had drawn its direction with an arrow, and, [because they were thorough|since there was room|to be quite fair to it], how long it was.",
               "the laugh with its length marked", gain="a slate with an arrow"),
        Choice("Wrap up the {o} so that {rival} can't hear it", "sly",
               "In three scarves it made just a sort of cough. {rival} came by with {rival_his} head on one side and stood there, so close one could smell the peppermint. What was in {rival_his} face was not greed. {h} would have preferred greed.",
               "the look on {rival}'s face"),
    ),
    Storylet("silence.turn", ("Where the Noise Went", "Jars", "A Room Full of Sound"), (
        "They were in jars. The whole back wall of {shelter} was shelves, and all along the shelves stood jam jars with waxed lids and labels in a tidy slope: Church, noon. Dog at number {count}. Woman laughing (two). When {h} put {his} ear to the glass there it was, tiny, going round and round like a wasp.",
        "{rival} stood there in {rival_his} socks. {rival_he} [had a pencil and pulled|found some chalk, and drew|wiped {rival_his} fingers, and slid] the slate [towards {rival_him}|across|onto {rival_his} knee]. My mother, {rival_he} wrote, was losing her hearing. I thought if I saved it all up. Then the chalk went on for a while without making any words. She'd been gone since the winter. {rival_he} had not been able to stop.",
    ), "among shelves of glowing jars, holding one to an ear, the {o} on the floor", "Something small and bright goes round and round inside a jar.", (
        Choice("Sit with {rival} and listen to one jar together", "kind",
               "{rival} chose it. They each put an ear against the glass. It was somebody calling two names in to supper, the second name a little cross; and at the end, if one pressed very close, a door. They stayed for all of it {count} times.",
               "the voice calling two names to supper", promise="keep one jar for {rival}"),
        Choice("Open the nearest jar to see what happens", "bold",
               "It said Brass band, rehearsal. It took the hat off {rival}'s head and broke two windows, and for one glorious minute {town} had every wrong note back. Then the quiet closed over it like water over a spoon.",
               "the brass band in the jar"),
        Choice("Pocket a jar while {rival} is looking away", "sly",
               "It was only little. Its label had come off. All the way down the stairs {h} could feel it buzz against {his} side, and did not dare to guess what it might be.",
               "the jar that had no label", gain="a buzzing jar"),
    ), view="interior", spot="workshop"),
    Storylet("silence.climax", ("The First Sound Back", "All the Lids at Once", "Before Anyone Could Speak"), (
        "You could not open them one by one; {ally} had worked it out on the backs of {count} labels. The silence [would just swallow each as it came|ate each one as it came out|shut over every single one like a lid]. It had to be the lot, all in the same breath, and something that still rang true would have to lead them out. They looked at the {o}.",
        "“It won't ring again after,” {rival} wrote. “It'd be only a {o}.” And then, pressing so hard that the chalk broke: “She'd be in there too. With the others. I would never find her again.” Outside stood all the {folk} of {town}, hats in hand, with their mouths a little open, like people on a platform.",
    ), "holding up the {o} before a wall of jars, silent townspeople watching through the door", "All along the shelves the lids begin to shiver.", (
        Choice("Strike the {o} once, as hard as it will bear", "bold",
               "{h} swung it. The note went along the shelves like a boy with a stick along railings, and one after another the lids jumped: bells, boots, hens, a quarrel, rain; rain for weeks. {rival} had {rival_his} hands to {rival_his} ears, and then, slowly, took them down.",
               "the note that took off the lids", fate="used"),
        Choice("Let {rival} ring it, when {rival_he} is ready", "kind",
               "It took {rival_him} until the evening. No one went home. When {rival_he} did it at last it was hardly a tap, with one knuckle, the way one knocks on the door of somebody sleeping; and that was quite loud enough.",
               "the knuckle on the door", fate="returned"),
        Choice("Leave the jars shut, and teach the town to whistle", "wary",
               "{h} put the {o} by, and pursed {his} lips, and blew. Nothing. {he} blew again. At the thirtieth try there came a thread of a thing, flat, brand new, that had never been in a jar; and by dark half of {lane} had one.",
               "the whistle that was brand new", fate="told"),
    ), view="interior", spot="workshop"),
    (
        "And so {town} was loud again. It was far too loud; people complained of it within the hour, and it did them good to hear themselves. The dogs took all night to catch up. {rival} sleeps with {rival_his} window open.",
        "That was why {town} had gone quiet: {rival} had been trying to keep one voice and had had to take the rest for fear of missing it. No one was very angry. They had heard, that first minute, what they'd sounded like, and most of them had been shouting.",
        "The noise came home. It had got mixed up a little on the way, and to this day there is a hen by the pump that tolls. Now and then at supper time {rival} stops whatever {rival_he} is doing and holds up a finger, and everyone is quiet on purpose.",
    ),
)

GOAL = Arc(
    "goal", "whether {h} would ever {goal}", (
        "There was no reason why {he} should not {goal}; and there was nobody in {town} who had ever done it. “It's been tried,” said {ally}, {ally_trade}. “My cousin tried. He's in cheese now.” All the same {ally_he} kept on looking at the {o}. “Mind you, he hadn't one of those.” {rival}, {rival_trade}, who had never been known to laugh, laughed.",
        "“To {goal},” repeated {ally}, {ally_trade}, as one repeats a word from another language. “Have you told anyone?” {h} had told {the_beast}. By supper, however, it was all down {lane}; and {rival}, {rival_trade}, had put up {count} to one against it, in chalk, on the wall of {shelter}.",
        "It is one thing to want something and another to say so. {h} had said it in front of {count} people and a goat: {he} {was} going to {goal}. The goat alone seemed to think it likely. “Then you had better start,” said {ally}, {ally_trade}, “before {rival} hears of it,” but {rival}, {rival_trade}, was standing behind the goat.",
    ), (
        Choice("Ask {ally}'s cousin, the one in cheese, what went wrong", "wary",
               "He was wiping down a counter. “I'd got very near,” he said. “And somebody said to me, what then? I stood there like a post.” He cut {h} a piece with a hole in it. “So I'd have an answer ready, if I were you.”",
               "the question that had stopped the cousin"),
        Choice("Bet {rival} the {o} that it can be done", "bold",
               "They shook on it. {rival}'s hand was dry and surprisingly small. “I hope you win,” said {rival_he}, and then, as if it had been someone else who spoke, went rapidly off down {lane} without {rival_his} chalk.",
               "the bet with {rival}", gain="a stub of chalk", owes="the {o} to {rival}, if it fails"),
        Choice("Begin straight away, in secret, behind {shelter}", "sly",
               "The first attempt would have made a cat laugh, and there was a cat. {h} tried again. Some while after midnight {he} became aware that in the dark on the far side of the wall somebody else was trying too.",
               "the other one behind the wall"),
    ),
    Storylet("goal.turn", ("What Then?", "The Other Side of the Wall", "Nearly"), (
        "It was very nearly that night. {h} could feel it come, as one feels a sneeze; everything had got thin and bright, and the {o} was humming. Then a foot slipped, on the other side of the wall, and someone said a short word. {he} climbed up and looked over. It was {rival}, in shirtsleeves, with straw in {rival_his} hair.",
        "“Since I was nine,” said {rival}. {rival_he} did not get up. “Every night. I put the odds up myself, so that nobody'd come and look.” Between them, on the wall, sat {the_beast}, facing first one way and then the other. “You're better at it than I am,” said {rival_he}. “You've no idea how I dislike that.”",
    ), "looking over a wall at someone sitting in the straw on the far side, the {o} in view", "A bit of straw drifts down through the lamplight.", (
        Choice("Offer to try it together, one on each side", "kind",
               "They did not speak of it by day. At night they left the wall between them, for decency, and called out what had worked. {h} was good at the beginning. It turned out that {rival}, after {years} years, was extremely good at the end.",
               "the nights on both sides of the wall", promise="let {rival} go first"),
        Choice("Ask to be shown everything that doesn't work", "wary",
               "{rival} had a list. It ran to {count} notebooks, and {rival_he} brought them over in a barrow, and stood about while they were read. Nobody had ever asked to see them. They were, in their way, magnificent.",
               "the notebooks in the barrow", gain="a failure notebook"),
        Choice("Tell everyone in {town} what {rival} does at night", "bold",
               "There was less laughing than {h} had thought there'd be. By next evening there were {count} people behind {shelter}, each with a lantern and a cushion, not looking at one another; and {rival}, scarlet, showing the baker where to put her feet.",
               "the evening of the cushions"),
    )),
    Storylet("goal.climax", ("The Attempt", "In Front of Everyone", "Now or Next Year"), (
        "All {town} had come, and brought stools. {ally} had gone to some trouble about the ground. There had been a short speech, and a longer one. {h} stood there in the middle with the {o} and with nothing in {his} head whatever, except what the cousin had asked and no one had ever answered.",
        "Then something went. One could hear it: a small, dry, expensive crack, from within the {o}. {ally} shut {ally_his} eyes. Over by the chalked wall {rival} had got to {rival_his} feet. {rival_he} was holding something up, high, in both hands, so that everybody could see that {rival_he} had one too.",
    ), "in the middle of a ring of people on stools, lifting the {o}", "Hats tilt back all round the ring as everyone looks up.", (
        Choice("Take what {rival} is holding out, and leave the {o}", "kind",
               "They met halfway. “It's out of true,” muttered {rival}, “you have to lean.” {h} leaned. It came with no noise at all, the thin bright moment, wide open like a gate; and {he} put out a {hand} and pulled {rival} along in.",
               "the moment that stood open like a gate", fate="traded"),
        Choice("Go on with the {o} exactly as it is, crack and all", "bold",
               "It buzzed. It had never buzzed before, and the buzz turned out to be the part that had been missing. {h} kept on. {he} kept on after the first hats had gone up, and after that {he} did not notice hats.",
               "the crack that let it in", fate="used"),
        Choice("Stop, and tell them all what it was for", "wary",
               "“What then?” somebody shouted, there is always one. “Then nothing,” said {h}, “then supper. I just wanted to.” It was so quiet that they could hear the cousin put down his cheese.",
               "the answer to the cousin's question", fate="told"),
    )),
    (
        "So {h} did {goal}; not that day, or not so that a judge would have passed it, but on the {day} after, before breakfast, without meaning to. {the_beast} saw. {rival} paid up in coppers, every one polished.",
        "Would {he} {goal}? The odds came down to [evens|nothing|a handshake], and then somebody [wiped them off|rained on the slate|gave the stakes back]. By the time it happened it had been going to happen for [so long|such a while|so many weeks] that people only looked up and smiled and went back to their soup.",
        "[Yes|It was done|It came off]. That is the [short|long and short|whole] of it. To {goal} takes, it seems, one person to [start|begin|try] and another to be [cross|rude|doubtful] about it. They have put up a [stone|post|bench] where it was done. It gives no names, but there's a [goat|ladder|pie] on it.",
    ),
)

DEBTS = (BARGAIN, SILENCE, GOAL)
