# ruff: noqa: E501 - a line of prose is one string, however long
"""River and marsh."""

from __future__ import annotations

from ..shapes import Choice, Place, Storylet

RIVER = Place(
    "river", "river through a marsh", ("Frogmere", "Lockhithe", "Withy End", "Sallow Bridge", "Oxbow", "Plash", "Reedham Lock", "Eelpie Staithe", "Slow Bend", "Osier", "Two Bridges", "Mereside"),
    ("river", "marsh", "swamp", "otter", "frog", "heron", "bridge", "ferry", "ferryman", "lake", "pond", "canal", "mill", "duck", "beaver",
     "boatman", "stream", "waterfall", "crocodile", "swan", "turtle"),
    {
        "lane": ("the towpath", "Duckboard Street", "the lock side", "Withy Lane", "the long causeway"),
        "shelter": ("the eel house", "the mill", "the lock cottage", "a moored barge", "the Floating Pear"),
        "height": ("the mill hoist", "the hump of the bridge", "the heronry", "the church stump"),
        "smell": ("mint and mud", "eels and butter", "wet dog", "willow smoke", "frogs"),
        "sound": ("a lock gate thinking", "frogs voting", "a punt pole sucking free", "reeds telling it on"),
        "folk": ("eel catchers", "barge families", "reed cutters", "lock keepers"),
        "beast": ("a lame heron", "a lock keeper's duck", "a spaniel", "an elderly frog"),
        "far": ("the church stump", "a sail going by behind a hedge", "the smoke of the brick kiln", "the weir, a white stitch"),
        "fare": ("fried eel", "watercress sandwiches", "duck eggs", "treacle tart"),
    },
    ("tin lantern", "silver spoon", "wooden flute", "green bottle", "iron bell", "music box", "blue feather"),
    ("a lock keeper's daughter", "a barge boy", "an old eel catcher", "an otter", "a frog"),
    (
        "The river at {town} has been told to stay in its bed and takes it as a suggestion. Each house along {lane} has a boat tied up to the banister.",
        "At {town} nobody owns any land for long. It goes off down the stream in the night, quite gently, with the beans still on it, and is argued over at breakfast by the people it has come to.",
        "It is so flat around {town} that if your dog runs away you may watch it do so for {count} days. The {folk} are long-sighted, and slow to wave.",
    ),
    (
        "The river took the light away downstream, piece by piece. On {lane} somebody had left a lamp for it, in case it should come back.",
        "A fish rose. The ring went out as far as both banks, and touched them, and that was the last thing that occurred that day in {town}.",
        "In the morning there was a bit of new land below {shelter}, with one bean on it. They called it after {h}.",
    ),
    (
        Storylet("riv.ferry", ("The Ferry", "What the Ferryman Takes", "Over and Back"), (
            "The ferry at {town} was a raft on a rope, and {m} pulled it. He had forearms like loaves. He never took money. “What's it worth to you?” he'd ask, in midstream, where people tend to be truthful. A bride had paid with her second thoughts. The dog, asleep on the coil, was somebody's brother-in-law's; he'd been in a hurry.",
            "In the middle he let go of the rope. The raft hung there, with the water creasing past it. “You've something with you that isn't on my list,” said {m}, not looking at the {o}. “So I will say what I want. I want to be told a thing you have never said to anyone. It needn't be a big one.”",
        ), "on a flat rope ferry in midstream with a broad ferryman, a dog asleep on a coil of rope", "The rope slides through its ring as the water folds past the raft.", (
            Choice("Tell him a thing never said to anyone", "kind",
                   "It was not long, and it was about a window. {m} nodded a few times. “I've had that one,” he said, “from others. You would be surprised.” Then he took up the rope again, and for the rest of the way over the river seemed a good deal shallower.",
                   "what was said to {m} in midstream"),
            Choice("Tell him a good lie instead", "sly",
                   "It was an excellent lie, with an aunt in it. “Thank you,” said {m}. He put {him} off on the same side that {he} had started from; it took {h} some while to notice. From the raft the dog looked back, with fellow feeling.",
                   "the lie that was told to the ferryman", owes="one true thing to {m} the ferryman"),
            Choice("Jump in and swim the other half", "bold",
                   "It was brown and cold, and it had opinions. {he} came out by {shelter}, a long way down, with weed in {his} ears. {m} had got there first and was holding out a towel. “That'll do,” he said. “I'd not have expected that from you, and nor had you.”",
                   "the half of the river {he} swam", gain="a ferryman's towel"),
        ), spot="boat", barter=True),
        Storylet("riv.heron", ("The Heron's Office", "Complaints in Writing", "One Leg at a Time"), (
            "The heron stood in the shallows with one foot up, filing. Fish went in on the left and came out on the right, with a slip of reed round them. “Next,” said the heron. {f}, ahead in the line with a jug, explained that one has to apply. It used to be the bishop's river. Now it was the heron's; it had simply been there longest.",
            "“[Object|Purpose|Item]?” said the heron. It [bent its neck|leaned down|brought its head round] and looked at the {o} with the left eye, then, [for fairness|to be thorough|as the rule is], with the right. “That was [reported sunk|written off in the spring|put down as drowned]. Form [nine|thirty|eleven]. I [signed|stamped] it.” Its yellow foot came [slowly|carefully] down. “If that's not on the bottom, something else is down there keeping its place.”",
        ), "in a line on duckboards before a solemn heron standing in the shallows", "The heron sets down one foot and rings spread outward.", (
            Choice("Offer to wade in and look", "bold",
                   "It came to the knees, and then all at once to the chin. There was a handle. {he} pulled; and with a noise like a kiss the river gave up a drawer. It was full of spoons, and lined in this year's newspaper.",
                   "the drawer at the bottom of the river", gain="a silver spoon"),
            Choice("Fill in the form, with perfect honesty", "wary",
                   "It asked for name, for nature of grief and for mother's pool. The heron read it with its beak shut tight. “No one has ever done question four,” it said. It stamped the thing, with its own foot, and let {f} off the jug.",
                   "question four on the heron's form"),
            Choice("Ask {f} what the heron likes", "kind",
                   "“To be asked to dance,” said {f}. “But nobody dares to.” So {h} bowed. The heron went on looking at nothing; then it gave {him} the tip of one wing. It danced extremely well, as if it were remembering somebody.",
                   "the dance with the heron"),
        )),
        Storylet("riv.island", ("A Piece of Land", "The Drifting Acre", "Somebody's Beans"), (
            "Half an acre came round the bend with a woman on it, digging. {f} had gone to bed at Osier, she called across, and was on her way, it looked like, to sea. She did not seem put out; she had her hens. “You might just give me a push,” said {f}. “Or else get on. There's soup.”",
            "It bumped along the bank, turning. One could see the whole of it: the beans, a bed of pinks, a privy. On the privy door was nailed up a notice in {rival}'s writing, claiming the ground and all that stood upon it. “It came by night,” said {f}. “I was in there at the time.”",
        ), "at the river bank as a small floating garden drifts by with a woman and hens", "A bean row drifts past the willows, hens pacing along it.", (
            Choice("Get on, and have the soup", "bold",
                   "It was leek. The country went by on both sides like something being read aloud. By the second bowl they had passed {far}, and {f} had explained about {rival}, with a spoon, from the beginning.",
                   "the soup on the drifting acre"),
            Choice("Tie it up to {shelter} with whatever rope there is", "kind",
                   "It came to the end of the rope and sighed, and its hens all sat down. {f} stepped ashore, to see what that was like. She's there yet. Anyone in {town} will sell you her beans.",
                   "the acre tied up at {shelter}", promise="water {f}'s pinks"),
            Choice("Take down the notice, and put up one of {his} own", "sly",
                   "{h} wrote THIS LAND BELONGS TO THE HENS, and signed it with a foot. It was in due course upheld. There is nothing so hard to serve with papers as a hen.",
                   "the land that belonged to hens"),
        ), view="above"),
    ),
)
