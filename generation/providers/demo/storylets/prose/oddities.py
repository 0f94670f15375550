# ruff: noqa: E501 - a line of prose is one string, however long
"""Scenes that can stand anywhere: weather indoors, lost hours, animals with opinions and other local oddities."""

from __future__ import annotations

from ..shapes import Choice, Storylet

ODDITIES = (
    Storylet("any.shadow", ("A Borrowed Shadow", "Too Long by a Yard", "Somebody Else's Feet"), (
        "It was {ally} who noticed that {hs} shadow was wrong. It had a hat. {h} had none; {he} lifted a {hand}, and the shadow, a moment late, lifted its hat to a passing lady. “You've picked it up off a hook,” said {ally}, “that's what. Where did you last hang yours?” The only hooks were at {shelter}.",
        "There they asked {f}, who had charge of the coats. She turned as white as a plate. “That's {m}'s,” she said, “and he's been in {far} these {years} years.” The shadow leaned on the wall. It had its arms folded; and what it was holding, in outline, as plain as print, was the {o}.",
    ), "in lamplight beside a wall where the hero's own shadow wears a hat", "A shadow lifts its hat though nobody else does.", (
        Choice("Ask the shadow to lead the way", "bold",
               "It went off along {lane} ahead of them, bending at each wall. By the last house it grew thin. It pointed: up, and left, and in; then the lamp went by, and there at {hs} feet was the old one, out of breath.",
               "the shadow with the hat"),
        Choice("Help {f} to write to {m}, who must be missing it", "kind",
               "“He'll have mine,” said {f} all at once, and put her hand up to her mouth. {h} had not liked to look at the floor behind her. They wrote four pages. She signed it with a kiss and, after that, her whole name.",
               "the letter to {m} about the shadow", promise="post {f}'s letter"),
        Choice("Hang it up again and take a smaller one", "sly",
               "There was a nice little one by the umbrella stand. It fitted, more or less. All the same, from then on whenever {h} sat down it went on standing for a second; and dogs, who know, crossed the road.",
               "the small shadow off the hook"),
    ), view="close"),
    Storylet("any.clouds", ("Weather in the House", "A Small Cloud", "Mopping"), (
        "The cloud had come in by the letter box and could not be got to leave. It hung under {f}'s ceiling, no bigger than a pillow, and rained on the rug. She'd moved the rug. It followed. “It's company,” said {f}, from beneath an umbrella, spooning up {fare}, “but it does take things so hard.”",
        "At the sight of the {o} it went dark all over. There was a mutter. A tiny bolt, the length of a pin, came down on the handle of the spoon. “Well, I never,” said {f}. “It knows you.” {ally} began to count under {ally_his} breath, as one does, to see how far off the next would be.",
    ), "in a parlour where a small cloud rains on a rug and a woman eats under an umbrella", "A pillow-sized cloud drifts and rains on the rug.", (
        Choice("Open all the windows and whistle to it", "bold",
               "It went to the sill, and looked out at how much sky there was. It came back in. Then {h} whistled again, and it took a run at it. They saw it over {height}, trying to keep up with the big ones.",
               "the cloud that was whistled out"),
        Choice("Ask {f} when it was that it first came", "wary",
               "It had been the {day} her brother went off, to the hour. He used to carry things about for people. “He'd one of those,” said {f}, with a nod at the {o}; and the cloud let go, all in one, like a bucket.",
               "the hour when the cloud came in"),
        Choice("Sit down under it and let it rain", "kind",
               "It rained on {h} as if it had been saving it up. {he} said, now and then, “I know.” By and by it was white again; you could see the lampshade through it. {f} lent {him} a dressing gown with dragons on.",
               "the rain on {f}'s rug", gain="a dragon dressing gown"),
    ), view="interior", spot="house interior"),
    Storylet("any.goose", ("The Goose in Office", "By a Narrow Vote", "Her Worship"), (
        "In {town} they had elected a goose. It was a protest, {m} explained; then it turned out that she was good. She bit the right people. There she sat, on the steps of {shelter}, in a chain that went twice about her neck, hearing cases. {m} was the clerk. He wrote down each hiss.",
        "“{rival} against {h},” read {m}. {rival} wanted the {o} handed over, pending inquiries, and had brought {count} pages. The goose ate the first. She looked down her beak, with one eye, and then with the other. “She'll hear you now,” whispered {m}. “Keep it brief. And don't on any account run.”",
    ), "on the steps before a goose in a gold chain of office, a clerk writing at her side", "A goose stretches her neck and a gold chain swings.", (
        Choice("Bow, and tell her the plain truth", "kind",
               "{h} told it. The goose listened with her neck straight up like a question. Then she came down, one step at a time, waddled by {him}, and sat herself on {rival}'s foot. “Dismissed,” said {m}. “With warmth.”",
               "the ruling of the goose"),
        Choice("Offer Her Worship a crust, before all these people", "sly",
               "It was quite silent on the steps. She took it. She gave it thought; then she bit {h}, hard, on the part nearest. “That's contempt,” wrote {m}. “On the other hand, she's kept the crust. I should call it a draw.”",
               "the crust that was offered to the goose", owes="a fine of one loaf to the goose"),
        Choice("Run for it, chain or no chain", "bold",
               "A goose can do eleven miles an hour, and she had the chain to swing. They went twice through the market. It is from this case that there comes the custom, which is still kept up in {town}, of the Annual Chase.",
               "the chase through the market", gain="a goose feather"),
    ), barter=True),
    Storylet("any.choir", ("The Choir on the Stairs", "Not Yet the Tenors", "A Rest of One Bar"), (
        "The stairs at {shelter} have {count} steps, and each one, trodden on, sings. They were put in by a builder who had been crossed in a choir. One can't go up without its being a tune, and everybody's is different. {ally} went first; {ally_he} made a jig of it, and blushed. Then it was {hs} turn, with the {o}.",
        "{h} set a foot down. There was no note at all. {he} went on up, three, four, five, in a hush like snow, and {ally} leaned over the rail to stare. On the sixth there was a breath drawn, deep down in the wood. “Oh,” came {f}'s voice from above. “Stop there! Stand still! It hasn't done that since my mother.”",
    ), "halfway up a wooden stair, one foot raised, a friend leaning over the rail above", "Dust jumps from one stair after another.", (
        Choice("Step on up, quickly, and hear it", "bold",
               "It was a chord. All the steps were in it, and the banister; the doors came in on the off beat. {h} was carried up the last of the flight rather than climbing it, and put down on the mat at {f}'s feet.",
               "the chord on the stairs"),
        Choice("Stand still, as she asked, and wait for her", "kind",
               "{f} came down to {him} in her stockings, a step at a time. She had hold of the rail as one does of a hand. When she got to the sixth they stood on it together; and what it sang, very low, was her name, as she'd been called when she was small.",
               "what the sixth stair sang"),
        Choice("Go back down and leave the {o} at the bottom", "wary",
               "Without it {he} was just a scale, rather flat. So it was the {o} that they'd been listening to. On the bottom step, all alone, it had begun to hum, and out in {lane} people stood with their heads on one side.",
               "the hum at the foot of the stairs"),
    ), view="interior"),
    Storylet("any.twelve", ("The Photograph", "Hold Still", "One Too Many in the Back Row"), (
        "{m} took pictures of people for their grandmothers. He sat {h} and {ally} on a bench, before a painted lake, and got in under his cloth. “You on the left, chin up,” he said. “You, don't squint. And you at the back, if you'd take off the hat.” There was no one at the back. They both looked.",
        "The plate came up slowly in its dish. First there was the lake; then the bench, then the two of them with round eyes. Last, between their heads, came someone in a hat, with a hand on each of their shoulders, and on the face the kindest look. {ally} sat down. “But that's {f},” {ally_he} said, “and she isn't even old yet.”",
    ), "on a bench before a painted lake while a photographer bends under his cloth", "A face rises slowly in a dish of developing water.", (
        Choice("Buy two prints, and take one of them to {f}", "kind",
               "{f} was {count}, and up a tree. She looked at it a long time. “I like the hat,” she said. She gave it back, with jam on the corner, and from that day on she always waved.",
               "the print with jam on its corner", gain="a photograph with jam on it"),
        Choice("Sit again, and ask the one at the back a question", "bold",
               "They sat without breathing for as long as it takes. In the second plate she had bent down to {hs} ear; one could see it in the smile. And {h}, it's odd, had heard it, though there had been only the tick of the shutter.",
               "what was said in the second plate"),
        Choice("Ask {m} who else has been in his pictures", "wary",
               "He had a drawer of them that he couldn't sell. Weddings with a guest over; a baby on nobody's knee. In a good third, if you looked along the edge, was {rival}'s elbow. It got younger as they went down.",
               "the elbow in {m}'s photographs"),
    ), view="interior", barter=True),
    Storylet("any.baker", ("Bread with a Word in It", "The Night Batch", "Hot from the Oven"), (
        "{f} the baker couldn't read, so she never knew what her loaves said. The cracks just came so. On {day}s there'd be a queue, with lanterns, to get the news. It had foretold a flood, two weddings, and the price of leeks. Tonight every one in the batch, all {count}, had cracked alike.",
        "“What's it say?” she asked. She was shy about it; she wiped her hands. In the warm light the whole line had turned around and was looking at {h}; for it was {hs} name, plain as a signpost, in crust, with something after it. {rival}, next to the scales, had already bought one, and broken it in half.",
    ), "in a bakery at a rack of loaves with cracked crusts, people with lanterns in a queue", "Steam curls from a broken loaf.", (
        Choice("Read it out to {f}, just as it stands", "kind",
               "“‘{h},’” {he} read, “‘not that way.’” {f} laughed till she had to hold on to the trough. “I said that,” she said, “to the cat! I say it every night.” But she stopped laughing first. “What way were you going?”",
               "what the bread had said"),
        Choice("Buy up all that are left, and eat the evidence", "sly",
               "It took until dawn, and {ally} helped. What there was of it after that was crumbs; one could make anything of those. They lay in {lane} on their backs and groaned like boats.",
               "the loaves eaten before dawn", owes="the price of a whole batch to {f}"),
        Choice("Ask {rival} for the other half", "bold",
               "“I was going to bring it you,” said {rival}, and, strangely, seemed to mean it. They fitted the two together on the scales. The crack ran on, across the break; there was one more word, and it was please.",
               "the word in the other half", gain="a broken loaf"),
    ), view="interior", spot="kitchen"),
    Storylet("any.bell", ("The Bell That Was Left", "Somebody Must Pull", "A Rope Through the Ceiling"), (
        "A rope came down through the ceiling of {shelter}, and no one had ever found what it was tied to. {count} strong men had pulled it at a fair. Nothing; or nothing there. But {m} kept a diary. Each time, he said, that very hour, someone a good way off had come home.",
        "He turned up the page. There was the date, and beside it who: a cousin, a dog, a ship's cook given up for lost. “It doesn't choose,” said {m}. “That's the trouble. You might get the tax man.” The end of the rope had been worn into a shape. {h} had looked at it for a while before seeing that the {o} would fit.",
    ), "in a bare room where a rope hangs down through the ceiling, an old man with a diary", "A rope sways and a thread of plaster dust falls.", (
        Choice("Tie on the {o}, and pull", "bold",
               "It rang. It had only been waiting, it seemed, for the proper weight. It was far up and sweet, and all over {town} people raised their heads; and coming up {lane}, as the last of it faded, were footsteps that {ally} knew.",
               "the footsteps after the bell"),
        Choice("Ask {m} who it is that he has pulled it for", "kind",
               "He didn't have to look that up. “Every night,” said {m}. “I get other people's. It's not been wasted.” He showed {him} the palms of his hands; and they stood there side by side, and took turns.",
               "the turns they took at the rope"),
        Choice("Climb the rope to see what's at the top", "wary",
               "It went up through the ceiling, and a loft, and the roof. Then there was just the rope. {h} could see for miles; {he} could see a road, and on it was somebody small, who had stopped to shift a bag to the other arm.",
               "the small figure seen from the rope"),
    ), view="interior", spot="tower"),
    Storylet("any.moving", ("The House That Was Delivered", "Sign Here", "Right Way Up"), (
        "{count} carriers came up {lane} with a house. They'd got it on poles. “{h}?” asked the foreman, {f}, with a pencil behind each ear. “Sign here. Mind the paint.” It was blue, with one window. A lamp was lit in it; somebody had left the tap running. It was not, so far as {h} knew, {hers}.",
        "They set it down where it blocked the road, and took off their caps to wipe their faces. The key, said {f}, was to follow. Through the window one could see a table set for two, and a shelf; on the shelf, dusted round, there was a gap with the exact foot of the {o}. “Sender's name is smudged,” said {f}. “It's R something.”",
    ), "before a small blue house standing on carrying poles in the road, a lamp in its window", "A lamp brightens in the window of a house on poles.", (
        Choice("Go in and turn off the tap", "kind",
               "It was only neighbourly. The tap squeaked; and the quiet afterwards was so like that of a house where someone's upstairs that {h} called out. Nothing. But there was a pan of milk on, and it hadn't boiled over.",
               "the tap in the blue house"),
        Choice("Refuse it, and have it sent back to {rival}", "sly",
               "“Return to sender,” wrote {f}. They bent their knees. From behind a curtain, as it went off down {lane}, swaying, the lamp was put out. {h} had expected to feel clever, and mostly felt the draught where it had been.",
               "the house that was sent back"),
        Choice("Sign, and put the {o} on the shelf to see", "bold",
               "It went into its place with a tick. Straight away the clock started, a door opened that had looked like panelling, and down the stairs came a smell of {fare}. {f} tore off the slip. “All in order, then,” she said.",
               "the shelf in the blue house", gain="a carrier's pencil"),
    )),
    Storylet("any.race", ("The Slow Race", "Last Past the Post", "{count} Starters"), (
        "In {town} the prize goes to whoever comes in last. No stopping is allowed, and no going backwards. The record was held by {m}, who had set out {years} years ago as a boy and could still be seen, by the second bend, leaning. “I'm pacing myself,” he told {h}. There were sandwiches tied to his hat.",
        "What lay at the finish, under glass, was what {h} had been looking for all that week. It could be won by {day}, or not. {rival} had put {rival_his} name down. {rival_he} toed the line with {rival_his} eyes half shut, hardly swaying; plainly {rival_he} had trained. {f} lifted the flag so slowly that a bird sat on it.",
    ), "at a chalk starting line among people barely moving, a woman slowly raising a flag", "A flag rises so slowly that a bird settles on it.", (
        Choice("Walk straight to the end, lose, and read what is under glass", "bold",
               "It took four minutes. Nobody had ever gone to look. Beneath the glass lay a card with {m}'s name, ready written, and next to it a wreath, for a head no bigger than a boy's. {h} walked all the way back, to tell him.",
               "the wreath under the glass"),
        Choice("Keep {m} company as far as the third bend", "kind",
               "They got there about sundown. He told {him} about the first year, when there had been crowds. “It's not the winning,” said {m}. “It's that I've never been sure what I'd do after.” He gave {him} one of the sandwiches.",
               "the walk to the third bend", gain="a very old sandwich"),
        Choice("Tell {rival} that somebody is waiting at the finish", "sly",
               "It was a low trick. {rival_his} eyes came open. {rival_he} said a name, one that {h} did not know; and {rival_he} ran, coat flying, the whole way, past the post and beyond it, looking from face to face.",
               "the name {rival} had said, running"),
    ), view="above"),
    Storylet("any.egg", ("Something Hatches", "Keep Warm", "Not a Hen's"), (
        "{ally} had sat on it by mistake. It had been on the good chair, in a tea cosy. Now nobody dared to get {ally_him} off; for it had moved. “It's tapping,” said {ally}, very upright. “It's doing it in threes.” {f}, whose chair it was, read aloud from a book on poultry, but nothing in it was that big, or that blue.",
        "By evening there was a crack. By candlelight there came out through the crack a claw, or a finger, or a sort of beak. It felt about. It touched the {o}, that {h} had been holding close for the light, and took a grip. From inside the shell, muffled, there was said a word. “It can't be,” said {f}, turning pages. “It's only just been born.”",
    ), "kneeling by a chair where a friend sits bolt upright on a large blue egg in a tea cosy", "A crack runs slowly round a blue shell.", (
        Choice("Answer it, in the same word", "kind",
               "It was delighted. It said it over and over, and {h} did, till it fell asleep with its head out and its bill on {his} thumb. In the morning there was a shell; a wet track up the wall; and on {hs} sleeve one feather, blue.",
               "the word from inside the shell", gain="a blue feather"),
        Choice("Let it have the {o}, if it wants it so much", "bold",
               "The {o} went in. There was a rummaging. It came out at the other end, by and by, a good deal shinier, and the egg went over on its side with a sigh, like someone who has found their place in a book.",
               "the egg that had borrowed the {o}"),
        Choice("Carry {ally}, chair and all, to someone who knows", "wary",
               "They went through {town} at a walk, {ally} nodding left and right like a queen. He who knew was {m}. He put his ear down. “That's not an egg,” said {m}. “That's a door. You have got it the wrong way up.”",
               "the ride through {town} on a chair"),
    ), view="interior", spot="house interior"),
)
