"""Reads a reader's own prompt: who the story is about, what they carry, where it happens, what they want.

Free text in any language, markup and nonsense included. Promises plain words only, and a usable answer for anything:
what cannot be found is left empty for the engine to invent.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace

from .lexicon import (
    BOUNDARY,
    DETERMINERS,
    FOREIGN,
    FOREIGN_GOALS,
    FOREIGN_MARKS,
    FOREIGN_OBJECTS,
    NOT_CARRIED,
    NUMBERS,
    OBJECTS,
)
from .manners import is_foul, is_hostile
from .people import HE_WORDS, SHE_WORDS
from .phrases import is_being, phrase, singular
from .verbs import PAST, TENSED

_LEAD = re.compile(
    r"^(?:please\s+)?(?:(?:can|could) you\s+)?(?:write|tell|make|give|create|generate)\s+(?:me\s+|us\s+)?"
    r"(?:(?:a|an|the)\s+)?(?:\w+\s+){0,3}?(?:story|tale|adventure|fable)\s+(?:about|of|where|in which)\s+|"
    r"^(?:a|an|the)\s+(?:\w+\s+)?(?:story|tale|fable)\s+(?:about|of)\s+|"
    r"^once upon a time,?\s+(?:there\s+(?:was|lived|were)\s+)?|"
    r"^there (?:was|were|is) (?:once )?|^imagine\s+|^it(?:'s| is) about\s+",
    re.I,
)
_GOAL = re.compile(
    r"\b(?:wants?|wanted|tries|tried|hopes?|hoped|longs?|wish(?:es)?|needs?|needed|decides?|decided|"
    r"has|have|had|dreams? of one day|"
    r"determined|trying|wanting|hoping|dares?) to ([a-z][^.,;:!?]{2,70})",
    re.I,
)
_MUST = re.compile(
    r"\b(?:must|can't|cannot|can not|could not|couldn't|can never|could never) ([a-z][^.,;:!?]{2,60})", re.I
)
_SEEK = re.compile(
    r"\b(?:search(?:es|ing)? for|look(?:s|ing)? for|seeks?|seeking|hunts? for) ([a-z][^.,;:!?]{2,60})", re.I
)
_REACH = re.compile(r"\b(?:goes|go|travels?|flies|sails?|journeys?|walks?) to (the [a-z]+(?: [a-z]+)?)\b", re.I)
_STOP_GOAL = re.compile(
    r"\s+(?:and|but|or|when|because|while|so|before|after|until|although|who|which|where)\b.*$", re.I
)


@dataclass(frozen=True, slots=True)
class Premise:
    """What a prompt says. Empty strings where it says nothing."""

    quote: str = ""
    """The prompt's first sentence in plain Latin words, short enough to be quoted; "" if it cannot be."""
    full: str = ""
    """The hero with everything said about them: "a shy dragon"."""
    kind: str = ""
    """The head noun: "dragon", "daughter"."""
    name: str = ""
    pronoun: str = ""
    clause: str = ""
    """What the prompt says of the hero, in the past: "found a brass key in a fish"."""
    object: str = ""
    """What is carried, without article: "brass key"."""
    companion: str = ""
    goal: str = ""
    """A bare infinitive: "learn the violin"."""
    words: frozenset[str] = frozenset()


def clean(raw: object) -> str:
    """`raw` as plain words: no markup, no addresses, no controls, no pictographs."""
    text = html.unescape(html.unescape(raw if isinstance(raw, str) else ""))
    text = re.sub(r"(?is)<(script|style)\b.*?(</\1\s*>|$)", " ", text)
    text = re.sub(r"<[^<>]*>?|[<>{}\[\]\\|`~^*_#=@$%]", " ", text)
    text = re.sub(r"(?i)\b(?:https?|ftp|javascript|data):\S*|\bwww\.\S+", " ", text)
    text = unicodedata.normalize("NFC", text).replace("’", "'").replace("‘", "'").replace("—", ", ").replace("–", "-")
    kept = (
        sign if unicodedata.category(sign)[0] in "LN" or sign in " ,.;:'!?-" or unicodedata.combining(sign) else " "
        for sign in text
    )
    return re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"\s+", " ", "".join(kept))).strip(" ,;:-")


def is_latin(text: str) -> bool:
    """Whether the letters are ones that an English page can carry without changing its direction or script."""
    letters = [sign for sign in text if sign.isalpha()]
    return bool(letters) and all("LATIN" in unicodedata.name(sign, "") for sign in letters)


def read(raw: object) -> Premise:
    """What `raw` says. Never fails."""
    text = clean(raw)
    while (shorter := _LEAD.sub("", text, count=1)) != text:
        text = shorter
    if text.isupper():  # a shouted prompt is read as if it were spoken
        text = re.sub(r"^\w+", lambda match: match.group().title(), text.lower())
    sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+", text) if part.strip()]
    first = sentences[0].rstrip(".!?,;: ") if sentences else ""
    words = frozenset(re.findall(r"[^\W\d_]+", text.lower()))
    quote = first if is_latin(first) and 8 <= len(first) <= 130 and " " in first else ""
    if is_hostile(text) or is_foul(text):  # its hero and its things may still be told, but not its words
        quote = ""
    if len(words & FOREIGN_MARKS) >= 1 and not words & {"the", "an", "who", "and", "his", "her", "my"}:
        return _foreign(quote, words)
    told = Premise(quote=quote, words=words)
    told = _hero(told, first, text)
    if told.pronoun == "you":
        quote = ""
    if not told.kind and words & set(FOREIGN):
        return _foreign(quote, words)
    goal, thing = _goal(text, told), _object(text, told)
    if (
        thing
        and re.match(r"(?:find|make|bake|build|steal|win|buy|get|draw|write|see|reach|become)\b", goal)
        and thing in goal
    ):
        thing = ""  # it is what they want, so they cannot be carrying it yet
    clause = "" if is_foul(told.clause) or is_hostile(text) else told.clause
    return replace(told, object=thing, goal="" if is_foul(goal) else goal, clause=clause, quote=quote)


def _foreign(quote: str, words: frozenset[str]) -> Premise:
    kind = next((FOREIGN[word] for word in sorted(words) if word in FOREIGN), "")
    thing = next((FOREIGN_OBJECTS[word] for word in sorted(words) if word in FOREIGN_OBJECTS), "")
    goal = next((FOREIGN_GOALS[word] for word in sorted(words) if word in FOREIGN_GOALS), "")
    small = bool(words & {"klein", "kleiner", "kleine", "kleines", "petit", "petite", "pequeño", "pequeña", "piccolo"})
    full = f"a {'small ' if small else ''}{kind}" if kind else ""
    return Premise(quote=quote, full=full, kind=kind, object=thing, goal=goal, words=words)


def _hero(told: Premise, first: str, text: str) -> Premise:
    tokens = first.split()
    if not tokens:
        return told
    head = tokens[0].strip(",")
    if re.fullmatch(r"(?:I|We|I'm|I've|We're|i)", head) and len(tokens) > 1:
        return _you(told, first)
    if head[0].isupper() and head.isalpha() and head.lower() not in DETERMINERS and len(tokens) > 1:
        follower = tokens[1].strip(",").lower()
        named = follower in PAST or follower in ("the", "and", "who") or tokens[0].endswith(",")
        if (
            named
            and not is_being(head)
            and head.lower() not in BOUNDARY | {"how", "what", "why", "there", "it", "he", "she"}
        ):
            return _named(told, tokens, head, first)
    starts = [at for at, token in enumerate(tokens) if token.lower() in DETERMINERS]
    if tokens and tokens[0].lower() not in DETERMINERS and any(is_being(t.strip(",.'s")) for t in tokens[:3]):
        tokens = ["the" if singular(tokens[-1].lower()) else "a", *tokens]
        starts = [0, *(at + 1 for at in starts)]
    for start in starts:
        end, words = phrase(tokens, start)
        body = [word for word in words[1:] if word]
        being = next((at for at in range(len(body) - 1, -1, -1) if is_being(body[at])), -1)
        if being < 0:
            continue
        if "of" not in body:
            name = " ".join(word for word in body[being + 1 :] if word[:1].isupper())
            body = body[: being + 1]
        else:
            name = ""
            being = next(at for at in range(len(body)) if is_being(body[at]))
        kind = body[being].lower()
        article = words[0].lower()
        plural = article in NUMBERS or (singular(kind) != kind and kind not in ("chess",))
        if article in ("my", "our", "his", "her", "their", "its", "every", "another", "one"):
            article = "the" if name else "a"
        body = [
            word if word[:1].isupper() and at and not word.isupper() else word.lower() for at, word in enumerate(body)
        ]
        full = " ".join((article, *body))
        if not name and (found := re.search(r"\b(?:named|called) ([A-Z][\w-]{1,14}(?: [A-Z][\w-]{1,14})?)", text)):
            name = found.group(1)
        rest = tokens[end:]
        companion = ""
        if rest[:1] and rest[0].lower() in ("and", "with") and len(rest) > 2 and rest[1].lower() in DETERMINERS:
            after, other = phrase(rest, 1)
            if is_being(other[-1]):
                companion = other[-1].lower()
                rest = rest[after:]
        pronoun = "they" if plural else _pronoun(kind, text)
        return replace(
            told,
            full=full,
            kind=singular(kind),
            name=name[:24],
            pronoun=pronoun,
            companion=singular(companion),
            clause=_clause(rest),
        )
    return told


def _named(told: Premise, tokens: list[str], head: str, first: str) -> Premise:
    names = [head.title() if head.isupper() else head]
    rest = tokens[1:]
    plural = False
    if len(rest) > 1 and rest[0].lower() == "and" and rest[1][:1].isupper():
        names.append(rest[1].strip(","))
        rest, plural = rest[2:], True
    kind = ""
    if rest and rest[0].lower() in ("the", "a", "an"):
        end, words = phrase(rest, 0)
        if is_being(words[-1]):
            kind, rest = words[-1].lower(), rest[end:]
    name = " and ".join(names)
    pronoun = "they" if plural else _pronoun(kind, first)
    full = f"{name} the {kind}" if kind else name
    return replace(told, full=full, kind=singular(kind) or "child", name=name, pronoun=pronoun, clause=_clause(rest))


def _you(told: Premise, first: str) -> Premise:
    rest = re.sub(r"^(?:I'm|We're)\s+", "I am ", first, flags=re.I)
    rest = re.sub(r"^(?:I've)\s+", "I have ", rest, flags=re.I)
    tokens = rest.split()[1:]
    kind, full = "", "you"
    if len(tokens) > 2 and tokens[0].lower() in ("am", "are") and tokens[1].lower() in DETERMINERS:
        end, words = phrase(tokens, 1)
        if is_being(words[-1]):
            kind, tokens = singular(words[-1].lower()), tokens[end:]
    clause = _clause(tokens)
    for mine, yours in ((r"\b(?:my|our)\b", "your"), (r"\b(?:me|us|I|we)\b", "you"), (r"\bmyself\b", "yourself")):
        clause = re.sub(mine, yours, clause, flags=re.I)
    return replace(told, full=full, kind=kind or "child", name="", pronoun="you", clause=clause, quote="")


def _clause(rest: list[str]) -> str:
    """ "finds a key in a fish" as "found a key in a fish"; "" unless it starts with a verb that is known."""
    words = list(rest)
    while words and words[0].lower() in ("who", "that", "which", "has", "have", "named", "called", ","):
        if words[0].lower() in ("has", "have") and len(words) > 1 and words[1].lower() in DETERMINERS | {"to"}:
            break
        if words[0].lower() in ("named", "called"):
            words = [word for word in words[1:] if not word[:1].isupper()]
            continue
        words = words[1:]
    if not words or words[0].lower() not in PAST:
        return ""
    told = [PAST[words[0].lower()]]
    if words[0].lower() in ("is", "do", "does"):
        told = ["was"] if words[0].lower() == "is" else ["did"]
    for at, word in enumerate(words[1:], 1):
        bare = word.lower().strip(",")
        before = words[at - 1].lower()
        if before in ("who", "that", "which", "and", "it", "he", "she", "but") and bare in TENSED:
            told.append(PAST[bare] + ("," if word.endswith(",") else ""))
        elif before in ("i", "it", "he", "she") and bare in PAST and bare.endswith("s"):
            told.append(PAST[bare])
        else:
            told.append(word)
    clause = " ".join(told)
    if len(clause) > 110:
        clause = re.split(r"[,;:]| (?:and|but|who|which|because|when) ", clause)[0]
    return clause if 5 <= len(clause) <= 110 and is_latin(clause) else ""


def _pronoun(kind: str, text: str) -> str:
    one = singular(kind)
    if one in SHE_WORDS:
        return "she"
    if one in HE_WORDS:
        return "he"
    words = re.findall(r"[a-z]+", text.lower())
    she = sum(words.count(word) for word in ("she", "her", "hers", "herself"))
    he = sum(words.count(word) for word in ("he", "him", "his", "himself"))
    if she != he:
        return "she" if she > he else "he"
    return ""


def _object(text: str, told: Premise) -> str:
    tokens = text.split()
    unlikely = ""
    for start, token in enumerate(tokens):
        if token.lower() not in DETERMINERS:
            continue
        _, words = phrase(tokens, start)
        body = [word.lower() for word in words[1:] if word][:4]
        owners = [at for at, word in enumerate(body) if word.endswith(("'s", "s'"))]
        body = body[owners[-1] + 1 :] if owners else body  # "the queen's umbrella" is an umbrella
        if not body or "of" in body or any("'" in word for word in body):
            continue
        head = body[-1]
        if (
            (is_being(head) and head not in ("egg", "computer", "doll", "puppet", "machine"))
            or head in NOT_CARRIED
            or singular(head) in NOT_CARRIED
        ):
            continue
        if not all(is_latin(word) and word.replace("-", "").isalpha() for word in body):
            continue
        if head in OBJECTS:
            return " ".join(body[-3:])
        before = tokens[start - 1].lower() if start else ""
        if (
            not unlikely
            and PAST.get(before)
            in ("found", "stole", "inherited", "won", "discovered", "bought", "carried", "received")
            and len(head) > 2
            and not head.endswith(("s", "ing"))
        ):
            unlikely = " ".join(body[-3:])
    return unlikely


def _goal(text: str, told: Premise) -> str:
    found = _GOAL.search(text) or _MUST.search(text)
    goal = ""
    if found:
        goal = found.group(1)
    elif found := _SEEK.search(text):
        goal = f"find {found.group(1)}"
    elif found := _REACH.search(text):
        goal = f"reach {found.group(1)}"
    goal = _STOP_GOAL.sub("", goal).strip()
    if not goal or len(goal.split()) > 9 or not is_latin(goal):
        return ""
    if told.pronoun == "you":
        goal = re.sub(r"\b(?:my|our)\b", "your", goal)
        goal = re.sub(r"\b(?:me|us|i)\b", "you", goal, flags=re.I)
    return goal[0].lower() + goal[1:]
