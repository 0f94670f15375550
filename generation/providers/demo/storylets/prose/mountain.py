# ruff: noqa: E501 - a line of prose is one string, however long
"""Mountain and snow."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

MOUNTAIN = Place(
    "mountain", "snowy mountain", ("Upper Sledge", "Frostholm", "Ramsnook", "Hornli", "Steepside", "Goatfell", "Obergipfel", "Last Chair", "Whitestair", "Saint Avalanche", "High Pasture", "Coldwell"),
    ("mountain", "snow", "ice", "glacier", "winter", "goat", "yeti", "peak", "alps", "ski", "sled", "snowman", "penguin", "polar",
     "arctic", "reindeer", "avalanche", "hill"),
    {
        "lane": ("the Goat Stair", "the shovelled path", "Sledge Street", "the pass road", "Icicle Row"),
        "shelter": ("the hospice", "the hay barn", "the cable hut", "the cheese cellar", "the Three Stoves"),
        "height": ("the weather station", "the upper hut", "the bell on the col", "the top pylon"),
        "smell": ("hay and hot iron", "wet wool", "cheese", "pine pitch", "snow and soup"),
        "sound": ("a goat bell wandering from its tune", "ice settling in the gutters", "a shovel, and advice", "a far slide of snow clearing its throat"),
        "folk": ("guides", "cheese makers", "goat people", "sledge builders"),
        "beast": ("a goat with one horn", "a fat marmot", "a rescue dog", "an alpine crow"),
        "far": ("the Old Tooth", "the hut on the col", "the glacier, blue at the lip", "the next valley's lights"),
        "fare": ("dumplings", "toasted cheese", "plum broth", "rye bread and honey"),
    },
    ("brass compass", "goat bell", "climbing lantern", "wooden box", "telescope", "folded map", "glass snow globe"),
    ("a guide's daughter", "a goatherd", "an old mountaineer", "a small bear", "a mountain hare"),
    (
        "{town} has {count} houses and one of them is always being dug out. The {folk} live on the upper floor in winter and in the cellar all summer, because of the cheese.",
        "To get to {town} one goes up until the [road|mule|argument] gives in, and then it is the [next|second] valley. It is the only place on the map where the name is printed [standing on end|upside down|in pencil].",
        "Every roof in {town} is tied down with stones, and every stone is somebody's. People leave them to their children. On {lane} there had been a lawsuit about one for {years} years.",
        "They do not say up and down in {town}. They say to the [bell|sky|chapel|crows] and to the [bread|valley|doctor|trains].",
    ),
    (
        "Snow filled the last of the footprints. From {height} it looked as if no one had ever been anywhere; but the stoves in {town} knew otherwise.",
        "“To the bell or to the bread?” asked {ally}. It was evening. They went to the bread.",
        "High up on {far} one lamp was moving where there had never been a lamp. {h} raised {his} own, twice; and it was answered.",
        "They laid a new stone on the roof that autumn. It was {hs}. It was not large, but it was never afterwards known to shift.",
    ),
    (
        Storylet("mou.cable", ("The Halfway Car", "Stuck", "Between Two Pylons"), (
            "The cable car stopped at the exact middle. It generally did, said {f}, the conductor; she had knitting with her. Under the floor there was a good deal of air. In the car hung {ally}, {h}, a crate of hens and {rival}, collar up, studying the safety notice.",
            "“The engine man has his soup now,” said {f}. “One person can get out along the wire and give the wheel a kick. I'd go, only it's a difficult row.” The car swayed. Inside {rival}'s bag, quite distinctly, something answered the hens.",
        ), "inside a small cable car hanging over a snowy valley, a crate of hens and a knitting conductor", "The cable car rocks gently over a deep white valley.", (
            Choice("Climb out along the wire and kick the wheel", "bold",
                   "From the roof of the car the world was simple: one line, and either side of it, none. {h} did not look at it. {he} kicked. The wheel gave a squawk, and took them up so fast that {f} lost {count} stitches and spoke to {him} about it.",
                   "the kick given to the wheel"),
            Choice("Ask {rival} politely what is in the bag", "wary",
                   "It was a rooster, very old. “It's blind,” said {rival}, holding it close inside {rival_his} coat. “It thinks it's morning whenever there's singing. I can't sell it. I have tried.” After that they all kept rather quiet.",
                   "the rooster in {rival}'s bag"),
            Choice("Hold {f}'s wool, and wait", "kind",
                   "It was a long soup. By the time the car shook itself and went on, {h} had learned to turn a heel, and {f} held up what she had made. It was a mitten with a pocket, of the precise size of the {o}.",
                   "the soup they had all waited for", gain="a mitten with a pocket"),
        ), view="interior"),
        Storylet("mou.monk", ("The Hospice", "A Rule of Silence", "Soup on {day}s"), (
            "The brothers at the hospice had taken a vow not to speak, and had got round it with doorbells. One ring meant soup, two meant sorry, three meant there is a person in the drift. When {h} came in with snow to the waist the whole corridor was ringing like a toy shop.",
            "Brother {m} had the seat by the stove. He looked at the {o}, and laid his spoon down. Then he took a bell from a nail, one with a rag round its tongue that can't have been rung in {years} years, and held it out on the flat of his hand. His eyebrows asked a question. They were magnificent eyebrows.",
        ), "beside a stove in a long hall hung with little bells, an old monk holding out a muffled bell", "All the little bells along the wall tremble at once.", (
            Choice("Take the rag off the bell and ring it", "bold",
                   "It had a tone like cold water. One after another the other bells stopped. Brother {m} drew a breath that seemed to go down to his sandals. “Thank goodness,” he said, hoarse as a gate. “It's behind the third cheese.”",
                   "the bell with the rag round its tongue"),
            Choice("Shake {his} head, and ring twice for sorry", "kind",
                   "The eyebrows came down; and he nodded, as though that was what he had been hoping for. He hung the bell on its nail again. Under the bowl, when {h} had finished the soup, lay a very old drawing on a napkin.",
                   "the two rings for sorry", gain="a drawn-on napkin"),
            Choice("Ring three times, and slip out as they run for shovels", "sly",
                   "They went by in a rush of wool. {h} had the place to {himself}: the books, the cheeses, the ledger with a name in it that {he} knew. From the window {he} watched {count} old men dig, with great love, in a drift where there was nobody.",
                   "the drift where there was nobody", owes="a day's digging to the brothers"),
        ), view="interior", barter=True),
        Storylet("mou.echo", ("The Echo Keeper", "Who Answers", "A Late Echo"), (
            "The echo at {height} was famous, and it was late. You called, and ate a sandwich, and it came. {f}, who sold the sandwiches, put it down to age. But when {h} held up the {o} and shouted “Hello?” what came back across the snow, after a while, was, “Who's that you've got there?”",
            "“It has never done that,” said {f}. She sat down on the bread. {h} looked over to the far wall, where there was nothing but rock and one black slot like a letter box. “Well?” said the echo, in very nearly {hs} own voice, though it sounded as if it had not been out for some time.",
        ), "at a railing above a snowy gorge, calling across to a dark slot in the far wall", "Snow slips from a ledge and falls without a sound.", (
            Choice("Shout across the truth about the {o}", "kind",
                   "It took some time, a word at once and then wait. The echo gave none of it back. It kept it all. “I see,” it said at the end; and then, rather shyly, “Would you say the part about {ally} again?”",
                   "the echo that kept every word"),
            Choice("Ask it what other people have shouted", "wary",
                   "It had the lot in there. It did them one after the other, in all the voices: yodels and names, a proposal, somebody's dog. Then, last, low and quick, like a person who believes he is alone, came {rival}.",
                   "what {rival} had shouted once"),
            Choice("Climb over to the slot and put {his} head in", "bold",
                   "It was a small dry room with a view. There was a chair. On the chair was a speaking trumpet, still swinging, and behind it a little door was just then being closed with care. “Not at home,” said the echo.",
                   "the chair inside the echo", gain="a speaking trumpet"),
        ), view="above"),
    ),
)
