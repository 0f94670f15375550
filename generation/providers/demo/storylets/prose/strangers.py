# ruff: noqa: E501 - a line of prose is one string, however long
"""Scenes that can stand anywhere: people, and one or two animals, whom the hero runs into."""

from __future__ import annotations

from ..shapes import Choice, Storylet

STRANGERS = (
    Storylet("any.soup", ("Supper at {f}'s", "A Place at the Table", "One Spoon Short"), (
        "In {f}'s kitchen there was always one spoon too few. It was how she chose. Whoever got none had to tell a story while the others ate; and there sat {h}, with a full bowl of {fare}, steam on {his} face, and nothing to eat it with. {count} spoons were already going.",
        "“And make it true,” said {f}. “I've a nose for it.” Opposite {him} was {rival}, napkin tucked in, spoon halfway, with that look of mild interest. Under the table {the_beast} leaned its whole weight on {hs} foot. The {o} was by the bread. Everybody had seen it and nobody had yet been so rude as to say so.",
    ), "at a crowded kitchen table with a full bowl and no spoon, the {o} by the bread", "Steam rises from bowls and spoons go up and down.", (
        Choice("Tell them about the {o}, all of it", "kind",
               "It got quiet after the first minute. By the end {count} spoons lay still. {f} reached over then, and slid across her own, wiped on her apron. “I knew I'd smelled something,” she said. “Eat. And you,” to {rival}, “pass the salt.”",
               "the story told at {f}'s table"),
        Choice("Tell a story about {rival} instead", "sly",
               "It had a goose in it, and some back stairs. {rival} went on eating, a little slower each time. They laughed until {f} had to open a window. Only {the_beast} took away its weight from {hs} foot, and lay down elsewhere.",
               "the goose and the back stairs"),
        Choice("Drink it straight from the bowl", "bold",
               "There was a sort of gasp. Then {f}'s youngest put down her spoon and did the same; and then the uncle. {rival} was last. It dripped off {rival_his} chin onto the napkin, and for some reason {rival_he} looked about nine years old.",
               "the supper without spoons", gain="{f}'s spare ladle"),
    ), view="interior", spot="kitchen", barter=True),
    Storylet("any.child", ("{child} Wants to Come", "A Person of Six", "Carrying the String"), (
        "{child} was six, and had decided to come too. {child} had packed: a crust, a spare crust, a ball of string. “I'm not to go past {shelter},” {child} said, trotting beside them past {shelter}. “So you'd better say I'm someone else.” {ally} made a face over the small round head. It meant, you tell them.",
        "It has to be said that the string was good string. And it was {child}, at knee height, who saw what the two of them had missed: a thread caught on a nail, the red of {rival}'s lining, and beyond it a gap in the wall. It was just as wide as a person of six.",
    ), "on a path beside a very small child with a ball of string, pointing at a gap in a wall", "A ball of string rolls away and unwinds.", (
        Choice("Take {child} home first, by the hand", "kind",
               "It cost them an hour. At the door {child} shook hands with each, gravely, and gave {h} the string. “You'll need it at the end,” said {child}. “You'll see. It's always the end that comes loose.”",
               "what {child} had said about the end", gain="a ball of string"),
        Choice("Let {child} go through the gap on the end of the string", "bold",
               "The string ran out, and stopped, and was tugged three times. “There's a room!” piped the wall. “There's a chair, and a hat. And there's you in a picture, only old.” When {child} came out again it was with the hat on.",
               "the picture of {h} behind the wall"),
        Choice("Tell {child} that it is only a rabbit hole", "sly",
               "{child} gave {him} the look that one keeps for grown-ups, and for a long time did not say a word; and then it was: “I wouldn't have told.” It was remarkable how cold a spare crust could make a {hand} feel.",
               "the spare crust from {child}"),
    )),
    Storylet("any.twins", ("The Two Widows Who Agreed", "Mrs and Mrs {m}", "Both at Once"), (
        "Mrs and Mrs {m} had been married to two brothers and had outlasted both, and they now shared a bench, a shawl, and, by turns, an opinion. “It went that way,” they said together, and each pointed: one along {lane}, the other clean across it. They looked at one another's fingers with concern.",
        "In {years} years it had never happened before. The smaller began to tremble. “It was a person with a box under one arm,” she said. “It was a box with a person,” said the other. They both appealed to {h}, who {was} holding, as it happened, the {o}. “You saw,” they said; and that, at least, they said together.",
    ), "before a bench where two old ladies share one shawl and point in different directions", "A shawl fringe lifts at both ends in the wind.", (
        Choice("Say that both of them are right", "kind",
               "“There,” said the one. “There,” said the other. They moved their fingers by degrees, as one does the hands of a clock, until they were pointing at the same thing. It was a cellar flap, not a yard from {hs} foot, and it was ajar.",
               "the finger of Mrs {m}"),
        Choice("Side with the smaller, and go along {lane}", "wary",
               "It was the right way. There was a box; it stood open in the middle of {lane}, with straw in it, and a dent where something had been. But the bench, when they came back by it, had two shawls, one at each end.",
               "the bench with two shawls", gain="a wisp of packing straw"),
        Choice("Make up a third direction, to stop the quarrel", "sly",
               "“Up,” said {h}. They were so struck by that they forgot to be unhappy. For the rest of the day people going along {lane} kept stopping to look at the sky; and in the sky, around four, there actually was something.",
               "the thing in the sky at four"),
    ), view="close"),
    Storylet("any.sleeper", ("The Man Who Slept in the Road", "Do Not Wake", "{m} at Rest"), (
        "Across {lane} lay a bed, with {m} in it. It was a proper bed, with knobs. He had gone to sleep in it {count} days ago in his own house; the house had been cleared from about him, on {rival}'s orders, and nobody had liked to wake him. Carts went round. Someone had put out a lamp.",
        "He talked in his sleep. People came and sat, in case it should be about them. {h} was told to hush; and just then {m} turned over. “Not the {o},” he said, quite loudly, with his eyes shut. “Tell whoever's got it. It isn't the {o} they want at all, it's the—” and he pulled up the blanket to his chin.",
    ), "beside a brass bed standing in the middle of the road with a man asleep in it, a lamp at its foot", "A blanket rises and falls, and a lamp flame with it.", (
        Choice("Sit by him and wait for the rest", "wary",
               "It took until the dew fell. He went through cousins, a horse, a recipe. “—the wrapping,” he said all at once, distinctly. {ally} looked at {h}. The paper that it came in had gone to light the stove; all but one corner, which had been under the cup.",
               "what {m} had said in his sleep", gain="a corner of wrapping"),
        Choice("Wake him, gently, with his name", "kind",
               "“Is it {day}?” he asked. They told him. He looked up to where his ceiling had been, and for a while he did not say anything. “It's a lot bigger than I had it,” he said at last. He would not have it rebuilt; only the bed moved in out of the road.",
               "the morning {m} woke without a roof", promise="find {m} a door to go with the bed"),
        Choice("Push the bed downhill, to {rival}'s own front gate", "bold",
               "It had good castors. They ran alongside. {m} smiled in his sleep, and put out an arm around the bends. They left him across {rival}'s gate with the lamp at his feet, and nobody could get in or out there until he had had his eight hours.",
               "the bed at {rival}'s gate"),
    )),
    Storylet("any.rivaltea", ("Tea with {rival}", "An Invitation on a Card", "Two Lumps"), (
        "The card was thick enough to stand up. {rival} at home, it said, and the hour. {ally} was against it. But {h} went, and was given the good chair. {rival} poured out, and {rival_his} hands, without the gloves, were covered in small white scars such as cooks have, and people who work with string.",
        "“I would like us to be frank,” said {rival}. The clock had been stopped, out of politeness. On every wall hung pictures of the {o}: done in pencil, in chalk, in wool; from in front and behind; the early ones quite bad. The smallest was a child's. “I started when I was five,” {rival_he} said, “and I had never seen it until this week. One lump or two?”",
    ), "in a parlour full of framed drawings of the {o}, a teacup in hand", "A sugar lump falls and a ring spreads in the tea.", (
        Choice("Put the {o} on the table for {rival_him} to draw", "kind",
               "{rival_he} drew for an hour and drank no tea. It was a good likeness. But {rival_he} looked from the one to the other. “I've always had it facing left,” {rival_he} said slowly. “Somebody told me about it, d'you see, who had only seen it in a mirror.”",
               "the drawing that faced the other way", gain="a pencil drawing"),
        Choice("Ask who told {rival_him} about it, at the age of five", "wary",
               "{rival_he} gave it some thought, stirring. “There was a woman with a tray,” said {rival_he}. “She whistled. I used to think she was the one person that knew I was in the room.” Somewhere down {lane}, and they both heard it, somebody was whistling.",
               "the woman with the tray"),
        Choice("Swap the cups while {rival_he} winds up the clock", "sly",
               "{h} drank; {rival} drank. Nothing happened to either. “I do that also,” said {rival}, “at every house I go to,” and {rival_he} smiled, for the first time; it was crooked, and rather nice, and made things very much harder.",
               "the cups that had been swapped"),
    ), view="interior", spot="house interior"),
    Storylet("any.allyangry", ("{ally} Stops Walking", "A Difference of Opinion", "The Last Biscuit"), (
        "It was about a biscuit, but it was not about the biscuit. {ally} had set {ally_his} bag down in the middle of {lane}. “You never ask,” {ally_he} said. “You say, come along, and I come along. I had a pan on the stove! It'll be charcoal.” People going by took a sudden interest in the other side.",
        "{h} {was} holding the half with the jam. Now that {he} looked, {ally} had odd shoes on, as you would if you had been fetched out in the dark, and had not said a word about it; and one of them let in water. The {o} lay on top of the bag. {ally} had been carrying it since noon.",
    ), "facing a friend with odd shoes in the middle of the road, a bag with the {o} between them", "A crumb falls, and a small bird comes for it.", (
        Choice("Say sorry, and give {ally_him} the half with the jam", "kind",
               "{ally} ate it facing the other way. “It was only an old pan,” {ally_he} said presently. Then {ally_he} took up the bag by one handle and held out the other; so it went between them from there on, and bumped both their knees.",
               "the half with the jam"),
        Choice("Ask {ally} to choose the way, for once", "wary",
               "{ally} was quite taken aback. {ally_he} looked left and right, wet a finger, shut one eye. It was the longest possible way round; it went by {ally_his} house, where they took off the pan; and had they gone by any other they would have met with what was waiting there.",
               "the long way round by {ally}'s house"),
        Choice("Walk on, and see whether {ally_he} follows", "bold",
               "{h} walked as far as {shelter}. There was no step behind {him}. It's an odd thing, to hear nobody. When at length {he} looked back there was just the bag, on its own in the road, with the {o} placed dead in the middle.",
               "the bag alone in the road", owes="a new pan to {ally}"),
    ), view="close"),
    Storylet("any.band", ("The Band of {town}", "A Player Short", "In Four Flats"), (
        "The band practised in {shelter}, and was one short. They had {count} people, and a chair. “It's the cymbals,” said {f}, who conducted with a ladle. “There's just one crash in the whole piece, so nobody will stay for it.” She looked {h} up and down. “You look,” said {f}, “like a person who could wait.”",
        "You had to count to two hundred and eleven. Everyone else was blowing and sawing. At a hundred and forty {h} saw, through the open door, how {rival} came by along {lane}, quietly, with a ladder, and leaned it on the wall of the place where the {o} had been left. A hundred and sixty. A hundred and seventy.",
    ), "holding cymbals in the back row of a village band, looking out through a door at a ladder", "A ladle beats time while a ladder slides up outside.", (
        Choice("Crash now, forty bars too soon", "bold",
               "Nobody had ever heard it do that. The tubas stood up. Outside there was a shriek, a slither, and a long thoughtful splash. “Again,” said {f}. She was pink. “It was better there. Take it all from where it went wrong.”",
               "the crash that came too soon"),
        Choice("Count right up to two hundred and eleven", "wary",
               "It was the most perfect crash that was ever made in {town}. They spoke of it for years. And when {he} ran out, with {his} ears singing, there stood the ladder; on the topmost rung sat {rival}, with {rival_his} eyes closed, listening, and nothing whatever in {rival_his} hands.",
               "two hundred and eleven bars"),
        Choice("Pass the cymbals to {child} in the front row, and run", "kind",
               "{child} had waited for it all so short a life, about seven years. {h} {was} at the ladder when it came. It was in the wrong place, and again in another, and by then it did not sound as though it was ever going to stop.",
               "{child} on the cymbals", gain="a brass screw"),
    ), view="interior"),
)
