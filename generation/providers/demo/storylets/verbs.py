"""Verbs that premises and typed choices use: base form, third person and past, enough to retell a premise in the past."""

from __future__ import annotations

_TABLE = """
find finds found|discover discovers discovered|want wants wanted|go goes went|seek seeks sought|meet meets met
learn learns learned|lose loses lost|steal steals stole|inherit inherits inherited|build builds built|make makes made
have has had|is is was|live lives lived|work works worked|dream dreams dreamed|wake wakes woke|open opens opened
follow follows followed|take takes took|keep keeps kept|get gets got|receive receives received|see sees saw
hear hears heard|come comes came|travel travels travelled|sail sails sailed|fly flies flew|run runs ran
search searches searched|look looks looked|try tries tried|decide decides decided|need needs needed|hope hopes hoped
love loves loved|hate hates hated|fear fears feared|befriend befriends befriended|help helps helped|save saves saved
rescue rescues rescued|hide hides hid|buy buys bought|sell sells sold|trade trades traded|win wins won|catch catches caught
hatch hatches hatched|break breaks broke|repair repairs repaired|fix fixes fixed|mend mends mended|paint paints painted
write writes wrote|read reads read|sing sings sang|dance dances danced|play plays played|grow grows grew
carry carries carried|bring brings brought|send sends sent|return returns returned|arrive arrives arrived
leave leaves left|enter enters entered|cross crosses crossed|climb climbs climbed|fall falls fell|swallow swallows swallowed
eat eats ate|cook cooks cooked|bake bakes baked|move moves moved|stay stays stayed|wait waits waited|walk walks walked
begin begins began|start starts started|stop stops stopped|become becomes became|turn turns turned|think thinks thought
know knows knew|believe believes believed|forget forgets forgot|remember remembers remembered|tell tells told
teach teaches taught|ask asks asked|say says said|call calls called|join joins joined|fight fights fought
refuse refuses refused|promise promises promised|must must had-to|cannot cannot could-not|can't can't could-not
can can could|could could could|couldn't couldn't could-not|would would would|does does did|do do did
collect collects collected|count counts counted|borrow borrows borrowed|give gives gave|dig digs dug|hold holds held
escape escapes escaped|solve solves solved|invent invents invented|guard guards guarded|watch watches watched
explore explores explored|chase chases chased|visit visits visited|ride rides rode|drive drives drove|swim swims swam
sleep sleeps slept|sit sits sat|stand stands stood|speak speaks spoke|talk talks talked|run-away runs-away ran-away
pull pulls pulled|push pushes pushed|throw throws threw|drop drops dropped|pick picks picked|plant plants planted
lead leads led|show shows showed|deliver delivers delivered|spend spends spent|share shares shared|wish wishes wished
receive receives received|uncover uncovers uncovered|stumble stumbles stumbled|wander wanders wandered|set sets set
"""

_WEAK = [
    "whistle", "wave", "shout", "whisper", "knock", "listen", "bow", "smile", "laugh", "cry", "yell", "scream",
    "wander", "jump", "skip", "hop", "crawl", "sneak", "creep", "tiptoe", "investigate", "examine", "inspect",
    "touch", "grab", "snatch", "pocket", "offer", "present", "hand", "return-it", "kick", "punch", "attack",
    "threaten", "warn", "challenge", "defend", "distract", "trick", "persuade", "convince", "beg", "plead",
    "apologise", "apologize", "thank", "greet", "invite", "order", "demand", "admit", "confess", "pretend", "bluff",
    "explain", "answer", "reply", "shrug", "nod", "ignore", "avoid", "retreat", "flee", "dodge", "duck", "escape",
    "continue", "proceed", "accept", "decline", "agree", "argue", "bargain", "haggle", "pay", "use", "light",
    "ring", "unlock", "lock", "close", "shut", "cut", "tie", "untie", "burn", "pour", "drink", "taste", "smell",
    "sniff", "lick", "juggle", "hum", "clap", "stomp", "spin", "twirl", "rest", "nap", "meditate", "pray", "check",
    "study", "measure", "weigh", "draw", "sketch", "sew", "knit", "wash", "clean", "sweep", "hug", "kiss",
    "comfort", "pat", "stroke", "feed", "tickle", "tease", "surprise", "summon", "conjure", "cast", "transform",
    "change", "combine", "attach", "remove", "replace", "return", "head", "approach", "board", "disembark", "hail",
    "row", "paddle", "dive", "float", "sink", "wade", "leap", "swing", "balance", "slide", "roll", "dash", "rush",
    "hurry", "march", "stroll", "camp", "settle", "gather", "search", "rummage", "peek", "peer", "stare", "gaze",
    "glance", "squint", "imagine", "plan", "plot", "order", "knock", "volunteer", "suggest", "propose", "marry",
    "adopt", "name", "press", "hire", "lift", "raise", "lower", "bury", "shake", "toss", "blow", "bite", "scratch",
    "growl", "roar", "bark", "meow", "purr", "howl", "fart", "burp", "sneeze", "kill", "hit", "fight", "shoot",
    "stab", "murder", "rob", "put", "let"
]  # fmt: skip


def _read() -> tuple[dict[str, str], frozenset[str]]:
    past: dict[str, str] = {}
    bases = set(_WEAK)
    for row in _TABLE.replace("\n", "|").split("|"):
        forms = row.split()
        if len(forms) == 3:
            base, third, gone = (form.replace("-", " ") for form in forms)
            past[third] = past[base] = past[gone] = gone
            bases.add(base)
    return past, frozenset(bases)


PAST, BASES = _read()
"""PAST: any form to its past. BASES: what may start a typed "climb the tower"."""

TENSED = frozenset(PAST) - {"do", "can", "play", "dream", "fear", "hope", "love", "work", "look", "watch", "fight", "drive",
    "walk", "dance", "sleep", "show", "share", "wish", "promise", "trade", "guard", "visit", "ride", "call", "turn",
    "start", "stop", "plant", "paint", "cook", "lead", "left", "set", "wake", "break", "hide", "catch", "fall", "stand"}  # fmt: skip  # noqa: E501 - one group of verbs
"""Forms that end a noun phrase: "a girl | finds". Bases that are nouns as often are left out."""

MOVING = frozenset({
    "go", "run", "walk", "climb", "follow", "enter", "leave", "jump", "fly", "swim", "cross", "sail", "crawl",
    "sneak", "creep", "dash", "rush", "hurry", "head", "escape", "flee", "dive", "row", "march", "board", "retreat",
    "approach", "return", "ride", "travel", "wander", "leap"
})  # fmt: skip
SPEAKING = frozenset({
    "ask", "tell", "say", "shout", "whisper", "sing", "call", "speak", "talk", "yell", "explain", "answer", "reply",
    "apologise", "apologize", "thank", "greet", "invite", "beg", "plead", "warn", "persuade", "convince", "confess",
    "admit", "argue", "bargain", "haggle", "whistle", "hum", "laugh", "promise", "demand"
})  # fmt: skip
TAKING = frozenset({
    "take", "steal", "grab", "snatch", "pocket", "pick", "borrow", "keep", "catch", "rob", "buy", "collect", "hold"
})  # fmt: skip
GIVING = frozenset({
    "give", "offer", "share", "pay", "hand", "feed", "help", "hug", "kiss", "comfort", "save", "rescue", "lend",
    "show", "bring", "send", "deliver", "thank"
})  # fmt: skip
LOOKING = frozenset({
    "look", "search", "examine", "inspect", "investigate", "read", "study", "open", "check", "peek", "peer",
    "listen", "find", "touch", "watch", "taste", "smell", "sniff", "measure", "explore", "unlock", "think", "count"
})  # fmt: skip
MAKING = frozenset({
    "build", "make", "draw", "dance", "play", "write", "paint", "cook", "bake", "fix", "mend", "repair", "sew",
    "knit", "invent", "juggle", "use", "light", "ring", "plant", "dig", "cast", "summon", "conjure"
})  # fmt: skip
FIGHTING = frozenset({
    "fight", "attack", "hit", "kick", "punch", "kill", "shoot", "stab", "murder", "threaten", "challenge", "bite",
    "burn", "break", "push", "throw", "chase"
})  # fmt: skip
RESTING = frozenset({
    "wait", "hide", "rest", "sleep", "sit", "stay", "stop", "nap", "do", "ignore", "meditate", "settle", "pretend",
    "camp"
})  # fmt: skip
