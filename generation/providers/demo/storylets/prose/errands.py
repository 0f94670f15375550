# ruff: noqa: E501 - a line of prose is one string, however long
"""Central questions against the clock: what must be done by an hour, and who has to be found."""

from __future__ import annotations

from ..shapes import Arc, Choice, Storylet

HOUR = Arc(
    "hour", "whether it could be done by the last stroke on {day}", (
        "“By {day},” said {ally}, {ally_trade}. “At the last stroke. If the {o} isn't in its place by then, it all stops.” {ally_he} pointed with {ally_his} chin, and for the first time {h} noticed that every clock on {lane} was telling a different time, and that all of them were slow. {rival}, {rival_trade}, was going from one to the next with a little can of oil.",
        "It had to do with the clocks. They were losing a minute a day, then two, all over {town}, and bread was coming out raw. “Something's missing out of the works,” said {ally}, {ally_trade}, and laid one ear against the {o}. “Tick,” {ally_he} reported. It was very faint. {rival}, {rival_trade}, had heard it too, from right across {lane}.",
    ), (
        Choice("Follow the slowest clock to where it was made", "wary",
               "On the back it gave an address that no longer existed. {h} found the place all the same, by the sound: a courtyard full of pendulums hung out like washing, and no two of them agreeing.",
               "the courtyard of pendulums"),
        Choice("Ask {rival} outright what the oil is for", "bold",
               "“To slow them,” said {rival}, so honestly that it took a moment to go in. “I have a bill to pay on {day}. I thought that if {day} were to come a little late—” {rival_he} looked at the oilcan as if somebody else had put it there.",
               "the bill {rival} could not pay"),
        Choice("Set every clock you pass an hour ahead, to gain time", "sly",
               "By noon it was [one o'clock|ten to two|a quarter past] in some streets and [half past eleven|barely ten|breakfast] in others. [Shops shut that had only just opened|The school came out and was sent in again|A baker sold yesterday's bread as tomorrow's]. Two people missed [a wedding|a train|an operation], and, as it turned out, were glad; but they did not know that yet, and they remembered who had been seen on the ladder.",
               "the hour that {h} had stolen", owes="an hour to the whole of {town}"),
    ),
    Storylet("hour.turn", ("Under the Floor", "A Minute a Day", "The Works"), (
        "The works of all the clocks ran together in the end. {ally} had guessed it: under {shelter} there was a trap, and under that a wheel as big as a threshing floor, turning so slowly that moss had grown along one side. In the middle was a gap, and the gap had the shape of the {o}.",
        "Somebody had made a bed beside it: blankets, a book, a row of {count} empty jars. A very small man named {m} sat up and rubbed his eyes. “You'll be the new one,” he said. “I've been pushing it round by hand.” He held out his palms. “Since the {o} was taken. I was told it would only be for the afternoon.”",
    ), "in a cellar beside an enormous slow wheel, a small man sitting up in bed", "The great wheel moves on by one tooth with moss trembling on its rim.", (
        Choice("Take a turn at the wheel and let {m} sleep", "kind",
               "It was like pushing a hill. {h} did a quarter of an hour of {town}'s time and it went by upstairs in people frying eggs and falling out and making it up. When {m} woke he could not think what was wrong. It was, he said, that nothing hurt.",
               "the quarter of an hour that {h} had pushed", promise="bring {m} up to see the sun"),
        Choice("Ask who it was that took the {o} in the first place", "wary",
               "{m} thought back. “Yellow boots,” he said. “No: a yellow hat. A child, anyhow. It wanted something to hold on to while it cried.” He seemed to think that this had been reason enough, and still did.",
               "the child who had needed something to hold"),
        Choice("Stop the wheel dead, to see what happens", "bold",
               "It stopped. Overhead so did everything: a dropped cup hung; a dog was all mouth and no bark. For as long as {h} could hold {his} breath {he} had {town} to {himself}. {he} used it to cross the street.",
               "the dog that was all mouth and no bark"),
    ), view="interior", spot="workshop"),
    Storylet("hour.climax", ("The Last Stroke", "Nearly {day}", "A Gap the Shape of the {o}"), (
        "It wanted {count} minutes. {h} could feel them go by underfoot, each with a small bump. {m} was at the wheel, purple in the face, and {ally} was at {m}. The gap came round towards them. It would pass once, and slowly, and when it had passed it would be a year till the next time.",
        "“Don't,” said {rival} from the ladder, quite quietly. {rival_he} had no oil with {rival_him} now, only a sheet of paper gone soft with folding. “If it runs true, it's tonight they come for the house. I only need one day more. You could give me a day. Nobody else in {town} would even notice.”",
    ), "reaching towards a huge turning wheel with the {o}, someone pleading on a ladder", "The gap in the wheel comes slowly round into the light.", (
        Choice("Set the {o} into the gap as it comes round", "bold",
               "{h} did not hurry it. The gap came; {his} {hands} went in up to the wrist; there was a tooth, and another, and a noise like a very large person sitting down in a chair that they like.",
               "the noise of the wheel taking hold", fate="used"),
        Choice("Hold it back for one day and give {rival} the day", "kind",
               "The gap went by. {rival} watched it go, with {rival_his} mouth open. “You'll want it in writing,” {rival_he} said. {h} didn't. {he} wanted to know how much the bill was for. It was less than the price of the oil.",
               "the day that was given to {rival}", fate="traded"),
        Choice("Pretend to set it, and keep the {o} in {his} sleeve", "sly",
               "It was neatly done. {ally} cheered; {m} slid down the wheel and slept. Only {h} could hear that the tick which filled the cellar came from up {his} own sleeve, and was the least bit fast.",
               "the tick up {hs} sleeve", fate="kept"),
    ), view="interior", spot="workshop"),
    (
        "The last stroke of {day} came when it should have, to the second. People set down their cups to listen. It had been so long since the clocks agreed that a few of them cried, and all the bread that night was perfect.",
        "It was done by the last stroke, or the stroke was as late as it needed to be; there are two schools of thought. What is certain is that {m} came up the ladder into {lane} at noon, and that he asked, of the sun, whether it was always on.",
        "By {day} the hours in {town} were as long as one another again. It took getting used to. {rival} was seen giving the big clock on the corner a look of real dislike, and then, when {rival_he} thought no one saw, winding it.",
    ),
)

MISSING = Arc(
    "missing", "where {f} had gone", (
        "{f} had been gone for {count} days before anyone said so out loud. Her cup was on its hook. Her bed was made, and on the pillow lay a sheet of paper with a drawing of the {o}, and under it: I shan't be long. “She never could draw,” said {ally}, {ally_trade}. “That's how I know she meant it.” {rival}, {rival_trade}, had already been to ask about the rent.",
        "“When did you last see {f}?” asked {ally}, {ally_trade}, much too lightly. It had been on {day}, by {shelter}; she had held the {o} for a bit, and laughed, and said that she might as well go and ask. Ask what, {h} had not thought to wonder. Now {rival}, {rival_trade}, was nailing a board across her door, with the nails held in {rival_his} teeth.",
    ), (
        Choice("Search {f}'s room before {rival} has boarded it up", "bold",
               "There were {years} pairs of socks, all odd. There was a railway timetable for a line that was never built; and under the mattress, flat as a pressed flower, somebody else's left glove, warm. {h} took the glove.",
               "the warm glove under the mattress", gain="a left-hand glove"),
        Choice("Ask the neighbours what it was that {f} wanted to know", "kind",
               "They all had something. {f} had asked the baker how deep the well was. She had asked at the school how far one can see on a clear day. She'd asked a child whether it is worse to be lost or looked for, and the child had said, looked for.",
               "what {f} had asked the child"),
        Choice("Tell {rival} she has gone to her aunt, and will be back", "sly",
               "“What aunt?” asked {rival}, through the nails. “The rich one,” said {h}. The hammering stopped. It is not easy to invent an aunt at short notice, but by the bottom of the stairs this one had a carriage and a limp.",
               "the aunt that {h} had made up"),
    ),
    Storylet("missing.turn", ("The Other Glove", "A Message from {f}", "Seen on {day}"), (
        "It was {ally} who spotted her hat. It was on a scarecrow, at a proper angle, a good way out past {far}; and in its band was a note in {f}'s small square writing. Don't be cross. I found who lost it. I can't come away until somebody brings the {o}, for they won't believe me without.",
        "Who they might be, it did not say. But in the mud there went a line of footprints, {f}'s, heel down, quite unhurried; and next to them, keeping step, {count} pairs of others, and not one of those had any toes. “Ah,” said {ally}, and sat down on the stile to tighten {ally_his} laces.",
    ), "reading a note beside a scarecrow in a good hat, a line of strange footprints leading off", "The scarecrow's sleeve lifts and points, then drops.", (
        Choice("Follow the footprints while they are still fresh", "bold",
               "They went straight, over a wall, through a barn and out at the back, across a pond. At the pond they did not go round. On the other side, where {f}'s came out again, one of hers was wet and the rest were dry.",
               "the footprints that crossed the pond"),
        Choice("Leave {f}'s hat where it is, with an answer in it", "kind",
               "Coming, {h} wrote, and then, since there was room, Your cup is on its hook. When {he} looked back from the next rise the scarecrow had taken the note out and was holding it up to the light.",
               "the answer left in the hat", promise="bring {f} her cup"),
        Choice("Make a false {o} out of what there is, just in case", "sly",
               "A turnip, string, the lid off a tin. By lamplight it would pass. {ally} said that {ally_he} had known kings with worse, and from there on {h} had two things to look after, and had to remember which.",
               "the {o} made from a turnip", gain="a turnip copy"),
    )),
    Storylet("missing.climax", ("Found", "Where {f} Was", "They"), (
        "{f} was sitting at the head of a long table, pouring out. “There you are,” she said. “I said I shouldn't be long.” All down [both sides|the table|the two long sides] sat the ones without toes: [grey, patient, in their best collars|big and grey, collars buttoned|{count} of them, grey and starched], like a row of stones that had been asked to supper. Each had a cup in front of it. None of it had been touched.",
        "“They lost it,” said {f}. “So long ago that they forgot what it was, but they've kept a place laid.” At the far end [there was an empty chair|a chair stood empty|one chair had nobody in it]. {ally} took hold of {his} arm. “They've been very kind,” {f} said, not quite steadily. “But I can't get up until somebody sits down.” {count} grey faces turned to see the {o}.",
    ), "at the end of a long table of grey stone guests, an empty chair, the {o} held close", "One after another the grey heads turn.", (
        Choice("Set the {o} in the empty chair", "kind",
               "{h} put the {o} on the chair, where a person would sit, and moved it in a little towards the table. It was so plainly right that one of the grey ones made a sound, gravel in a bucket, and it came to {him} that this was how they laughed.",
               "the place that had been laid", fate="returned"),
        Choice("Sit down {himself}, and tell {f} to run", "bold",
               "“Go on,” said {h}, and sat. The chair was cold, and then wasn't. {f} got as far as the door. Then she came back, and sat down on {hs} knee, and {ally} on hers, and the chair, which had been made for one, gave way.",
               "the chair that was made for one", fate="used"),
        Choice("Offer them a trade: the {o} for {f}, and no more suppers", "wary",
               "They [discussed|considered|went into] it. It took [a long while|most of an hour|two candles], being all in nods. At last the [oldest|tallest|dustiest] raised its cup, and the others raised theirs, and for the first time, with a noise like [rain on a roof|gravel in a pail|a far-off cart], they drank.",
               "the bargain made in nods", fate="traded"),
    ), view="interior", spot="castle"),
    (
        "So that was where {f} had gone: to supper. She was home by {day}, with no explanation that anyone would print. Her cup had been washed. {rival} had taken the board down again, and was holding the nails.",
        "She had gone to ask, and had stayed to be polite. “You could have sent word,” {ally} told {f}. “I drew it,” she said. They walked back three abreast. On the road behind, at a tactful distance, came a sound of stone heels, seeing them home.",
        "{f} had been a morning's walk away. It is a good distance to be lost at, she said: one can smell the bread. She sleeps in her own bed again, though on {day}s she lays the table for one more than there are.",
    ),
)

ERRANDS = (HOUR, MISSING)
