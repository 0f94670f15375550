# ruff: noqa: E501 - a line of prose is one string, however long
"""How the story takes up what a reader typed: it is tried, it has a consequence, and the story goes on."""

from __future__ import annotations

TRIED = (
    "It was not one of the sensible things to do. {h} decided to {deed}, and [went about it at once|did not ask anybody first|began before good sense could object].",
    "“I am going to {deed},” {h} announced, to [{ally}|nobody in particular|the nearest wall], and did not wait for advice.",
    "Afterwards {ally} said it had been obvious from {hs} face: somebody was about to {deed}. [Nobody stood in the way.|There was a short silence, and then it happened.]",
    "There are moments when the only thing to do is to {deed}, and {h} had [always known one when it came|been waiting for one all week].",
    "Nobody in {town} had ever thought to {deed}. {h} thought of it, and, having thought of it, [tried|was halfway through before {ally} looked round].",
    "{h} took a breath, counted to [three|four|seven], and set out to {deed}, [properly and from the beginning|with {his} tongue between {his} teeth|as though it were an ordinary errand].",
    "So {h} resolved to {deed}. {ally} opened {ally_his} mouth, shut it again, and [held the {o}|moved a chair out of the way|stood well back].",
    "“You can't simply {deed},” said {ally}. {h} could, though, and [did|was doing so already|had already started].",
)
SAID = (
    "“{said},” said {h} aloud, [quite clearly|as if it had been waiting behind {his} teeth|to the astonishment of everyone within earshot].",
    "What {h} said next was written down by [a boy on a wall|{ally}|somebody's aunt], word for word: “{said}.”",
    "“{said}.” The words were out before {h} knew {he} {was} going to say them.",
    "{h} turned it over once and then simply said it. “{said}.” [{ally} put {ally_his} head on one side.|It sounded better aloud.]",
    "“{said},” {h} told {ally}, who [repeated it under {ally_his} breath|asked for it again, slower|took it more seriously than expected].",
)
AFTER = {
    "said": (
        "It went round {lane} faster than a dropped plate, and by the time it came back somebody had added a verse. More to the point, a shutter opened that had been closed all day, and a hand beckoned.",
        "An old man who had been pretending to be asleep opened one eye. “That,” he said, “is the first thing anyone has said here this month,” and he moved along the bench to make room.",
        "Nobody answered. But further along {lane} a door that had been locked was now not locked, and it is hard to believe that this was chance.",
        "{ally} considered it for the length of a whole biscuit. “All right,” {ally_he} said at last, brushing off the crumbs. “Then that's what we go by, until something better comes along.”",
    ),
    "fighting": (
        "It did not go as such things go in songs. {he} missed, sat down hard in something wet, and the one who should have been the enemy began, helplessly, to laugh, and put out a hand to pull {him} up.",
        "There was a scuffle, a hat was lost, and a stall of turnips came into it. At the end everyone had a bruise, nobody had won, and the {o} lay exactly where it had been, with all of them looking at it.",
        "The other side had not expected that and backed into a stack of crates, which came down in the order in which they had been put up. By the time the dust had settled the way was clear, if not the air.",
    ),
    "speaking": (
        "The answer took its time. It came sideways, as true ones do: a shrug, a look along {lane}, and then four words that nobody had said to {him} before. “Ask who paid for it.”",
        "It might have been the wrong moment. But people who are never spoken to will remember each word, and {he} came away with a name, a direction and half a sandwich.",
        "There was a pause in which {the_beast} could be heard. Then somebody laughed, not unkindly, and somebody else said what they had all been thinking, and that was how {h} learned there was a back way in.",
    ),
    "taking": (
        "It came away more easily than it should have. Under it was a clean square in the dust, and in the square lay a ticket stub, of which {h} also took charge.",
        "It was done in a moment and felt for an hour. Nobody shouted; that was the worst of it. Only a small boy on a step had seen, and he put a finger to his lips as if the two of them were now in business.",
        "The thing was heavier than it looked and there was a bell tied to it, as there would be. {he} got round the corner with the bell held tight in one {hand} and {his} heart going like a sewing machine.",
    ),
    "giving": (
        "It was received in silence, turned over twice, and put away in an inside pocket. “Nobody does that,” said the other one gruffly, and from then on there were two of them looking out for {rival}.",
        "It cost more than {he} had reckoned, and it was worth it for the face alone. Long afterwards it would come back to {him}, with interest, from a direction nobody was watching.",
        "At first it was refused, as manners required, and the second time too. The third time it was accepted, and with it came a piece of news about the {o} that no money would have bought.",
    ),
    "looking": (
        "At first there was nothing but what there always is: a nail, a smear of candle, somebody's sum in pencil that came out wrong. Then the light shifted, and the sum turned out to be a date, and the date was tomorrow's.",
        "It took patience. {h} looked until looking became a kind of listening, and found what a quicker eye would have passed: a scratch in the shape of an arrow, low down, at the height of a child's hand.",
        "What it showed {him} was small and exact. Someone had been here this morning, someone with wet boots and a parcel, and had stood a long time making up their mind.",
    ),
    "making": (
        "The first attempt fell to bits. The second held together by stubbornness, and it drew a crowd of five and a dog, one of whom (not the dog) knew something about the {o} and could now be got to say it.",
        "It was not good, but it was real, and it was there where nothing had been before. {ally} walked round it twice and said that {ally_he} had known cathedrals with less to them.",
        "Partway through it started to work, which frightened everybody, {h} included. When it was over there was a ringing in the ears and a way forward where there had been a wall.",
    ),
    "resting": (
        "It is harder than it sounds. By and by the place forgot that {h} {was} there, and went on with its own affairs, and among those affairs {was_he} shown, free of charge, where {rival} went when nobody was looking.",
        "Nothing happened; then it went on not happening, with great attention to detail; and then, when anyone else would have gone home, a small door opened in the wall and a woman came out with a bucket and a very surprised expression.",
        "Time passed at its usual rate. {the_beast} came close, lost interest, came closer. When {h} looked up again the whole business seemed a size smaller and there was a plan where the worry had been.",
    ),
    "moving": (
        "It was further than it looked and steeper than it had any right to be. But from the far side the whole of {town} lay the other way round, and {h} saw at once what could not be seen from the front.",
        "Halfway there {he} passed {rival} coming the other way, and they both pretended, with great success, to be other people. It won {him} a quarter of an hour.",
        "The way went past {smell} and under somebody's washing and came out, to everyone's surprise, in exactly the right place, though not by the door.",
    ),
    "anything": (
        "It worked about as well as most things do, which is to say half, and the half that worked was the half that mattered. Somewhere close by a latch clicked.",
        "For a moment it seemed to have made no difference at all. Then {the_beast} took fright, a tray went over, and in the middle of the commotion a folded paper was pressed into {his} {hand} by somebody already gone.",
        "People stopped to watch. One of them, who had seen it tried before in another town, called out what to do with the left side, and with that advice it very nearly came off.",
    ),
}
SHRUGS = (
    "For the space of a breath {h} had an idea so odd that it would not keep still long enough to be tried. It went off along {lane} like a hat in the wind, and {ally} watched it go. “Not that one, then,” {ally_he} said, and they took the ordinary way instead.",
    "Somewhere behind {him} a voice said a string of things that made no sense in any language spoken in {town}. {h} turned round. There was only {the_beast}, looking innocent. After a while {he} shook {his} head and went on.",
    "{h} opened {his} mouth, and what came out was a sort of hiccup. {ally} thumped {him} on the back. “It's the air,” {ally_he} said. “It gets into people. Come along,” and whatever it had been was gone.",
    "There was a scrap of paper underfoot, covered in marks by someone in a hurry or a temper. {h} could make nothing of it and used it to wedge a rattling shutter, where it did more good than it ever had before.",
    "A thought came to {h} that belonged to some other story altogether, one with worse weather. {he} let it pass, as one lets a cart pass in a narrow street, and then crossed over.",
)
FOREIGN = (
    "{h} said it in the old words, the ones that had come to {him} from a grandmother and that nobody in {town} had spoken for years. {ally} did not understand them. Somebody else did: at the end of {lane} an old woman put down her bag and began to run.",
    "What {h} said next was in no language that {ally} knew, but the sense of it was plain enough from the {hands}, and it was done as it was said. Behind a curtain someone answered in the same tongue, two words, laughing.",
    "The words were foreign to everyone there and they worked like a key in butter. {rival} frowned and asked to have it repeated; by then {h} had already done it and was on the far side of the door.",
)
