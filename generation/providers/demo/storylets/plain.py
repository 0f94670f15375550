"""Plain prose for a prompt: the first, the last and as many middle pages of a story as the words asked for.

Promises paragraphs of plain words, never a document, for any prompt in any language; the same for the same seed. The
length that is asked for ("300 words", "two paragraphs", "one sentence") is kept roughly.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Any

from .engine import tell
from .premise import clean
from .weave import chance, words_of

USUAL_WORDS = 260
MOST_SCENES = 24
SCENE_WORDS = 150
"""Of one page, about."""
HONEST = (
    "This is the demo, which runs on this machine and knows tales, not facts. So here is a tale for your words.",
    "The demo cannot answer that: it has read a shelf of tales and nothing else. It tells one instead.",
    "No model answers here, only the demo with its stock of tales. This is the one that your words call to mind.",
)
_COUNTS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "a couple of": 2, "a few": 3, "several": 4,
}  # fmt: skip
_LENGTH = re.compile(
    r"(?i)(?:\b(?:in|of|with|about|around|roughly|approximately|exactly|at most|up to|under|no more than|no longer than)\s+"
    r")*\b(\d[\d,.]*|" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + r")[ -](?:short |long |brief |small )?"
    r"(words?|paragraphs?|sentences?|lines?|pages?)\b(?:\s+(?:long|or less|at most))?"
)
_TURN = re.compile(r"(?im)^\s*(?:user|human|person)\s*:\s*(.+)$")
_ASKED = re.compile(
    r"(?i)^(?:please\s+)?(?:(?:can|could|would|will) you\s+(?:please\s+)?)?"
    r"(?:write|tell|compose|create|describe|draft|generate|give|make|continue)\b(?:\s+(?:me|us))?"
    r"(?:\s+(?!about\b|of\b|on\b|where\b)(?:an?|the|some|something|more|short|long|brief|small|bedtime|poem|verses?|story|tale|"
    r"text|scene|description|prose|lines?|fable|opening|beginning|lyrics|song|little|funny|sad|quiet|gentle))*"
    r"(?:\s+(?:about|of|on|in which|where|for|that says))?\s*[:,]?\s*"
)
_FACTS = re.compile(
    r"(?i)^(?:please\s+)?(?:(?:can|could|would|will) you\s+(?:please\s+)?)?(?:who|what|when|where|why|how|which|is|are|does|"
    r"do|did|explain|list|name|define|translate|summari[sz]e|calculate|compute|solve|compare|hello|hi|hey|good (?:morning|"
    r"evening|day)|thanks?|code|implement|fix|debug|classify|extract|rewrite|correct|proofread|answer|reply|say)\b"
)
_VERSE = re.compile(r"(?i)\b(?:poem|haiku|verses?|lyrics|sonnet|rhyme|song)\b")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…]”)\s+")


@dataclass(frozen=True, slots=True)
class _Wish:
    words: int = USUAL_WORDS
    paragraphs: int = 0
    sentences: int = 0


def prose(prompt: str, seed: int) -> str:
    """The text that answers `prompt`."""
    asked = _last_turn(prompt)
    wish = _wish(asked)
    subject = _subject(asked)
    told = _told(subject, seed, wish)
    if wish.sentences:
        told = [" ".join(_sentences(" ".join(told))[: wish.sentences])]
    elif wish.paragraphs:
        told = told[: wish.paragraphs - 1] + told[-1:] if wish.paragraphs > 1 else told[:1]
    else:
        told = _within(told, wish.words)
    if _VERSE.search(asked):
        return _as_verse(" ".join(told))
    if _speaks_of_facts(asked) and not wish.sentences:
        told = [chance("honest", seed, subject).choice(HONEST), *told]
    return "\n\n".join(told)


def sentences(prompt: str, seed: int, count: int = 40) -> list[str]:
    """Single sentences about the prompt, for texts that are asked for one by one."""
    found: list[str] = []
    for page in _pages(_subject(_last_turn(prompt)), seed, 6):
        found += [sentence for sentence in _sentences(page["text"]) if sentence.count("“") == sentence.count("”")]
    return found[:count]


def headings(prompt: str, seed: int) -> tuple[str, list[str]]:
    """A title for the prompt, and titles of parts."""
    pages = _pages(_subject(_last_turn(prompt)), seed, 8)
    return pages[0]["story_title"], [page["title"] for page in pages]


def _last_turn(prompt: str) -> str:
    turns = _TURN.findall(prompt)
    return str(turns[-1] if turns else prompt).strip()


def _subject(asked: str) -> str:
    rest = re.sub(r"\s+", " ", _LENGTH.sub(" ", asked)).strip()
    return _ASKED.sub("", rest, count=1).strip(" .,;:") or rest or asked


def _speaks_of_facts(asked: str) -> bool:
    return bool(_FACTS.search(clean(asked))) or asked.rstrip().endswith("?")


def _wish(asked: str) -> _Wish:
    found = _LENGTH.search(asked)
    if found is None:
        if re.search(r"(?i)\b(?:very short|brief|short|tiny|quick)\b", asked):
            return _Wish(words=120)
        return _Wish(words=700) if re.search(r"(?i)\b(?:long|detailed|extensive)\b", asked) else _Wish()
    said, unit = found.group(1).lower(), found.group(2).lower().rstrip("s")
    digits = re.sub(r"\D", "", said)
    count = min(int(digits[:6]), 4_000) if digits else _COUNTS.get(said, 1)
    if unit == "word":
        return _Wish(words=max(count, 8))
    if unit == "page":
        return _Wish(words=min(count * 300, 4_000))
    if unit == "paragraph":
        return _Wish(paragraphs=max(1, min(count, 60)), words=70 * count)
    return _Wish(sentences=max(1, min(count, 60)), words=18 * count)


def _pages(subject: str, seed: int, count: int) -> list[dict[str, Any]]:
    """A story of `count` pages, each chosen on by the seed."""
    pages: list[dict[str, Any]] = []
    path: list[dict[str, str]] = []
    for depth in range(1, count + 1):
        answer = tell(
            {
                "task": "continue" if path else "open",
                "premise": subject,
                "depth": depth,
                "of": count,
                "must_end": depth == count and count > 1,
                "path": path,
                "chosen": path[-1]["chosen"] if path else "",
                "memory": pages[-1]["memory"] if pages else "",
            },
            seed,
        )
        pages.append(answer)
        if answer["choices"]:
            chosen = chance("plain", seed, depth).choice(answer["choices"])
            path.append({"title": answer["title"], "text": answer["text"], "chosen": chosen})
        else:
            break
    return pages


def _told(subject: str, seed: int, wish: _Wish) -> list[str]:
    """Paragraphs of as many pages as the length needs: at least so many, if any number was asked for."""
    count = max(1, min(round(wish.words / SCENE_WORDS), MOST_SCENES))
    while True:
        found = [part for page in _pages(subject, seed, count) for part in page["text"].split("\n\n")]
        if (len(found) >= wish.paragraphs and sum(map(words_of, found)) >= 0.85 * wish.words) or count >= MOST_SCENES:
            return found
        count += 1


def _sentences(text: str) -> list[str]:
    """Sentences, a quotation kept with what belongs to it."""
    found: list[str] = []
    for part in _SENTENCE.split(text.replace("\n\n", " ")):
        if found and found[-1].count("“") > found[-1].count("”"):
            found[-1] += " " + part
        elif part:
            found.append(part)
    return found


def _within(told: list[str], words: int) -> list[str]:
    """The paragraphs brought near `words`: those before the last give up sentences, so that an end stays an end."""
    parts = [_sentences(part) for part in told]
    size = sum(words_of(sentence) for part in parts for sentence in part)
    while size > words * 1.1:
        inner = [part for part in parts[1:-1] if len(part) > 1]
        if inner:
            dropped = max(inner, key=lambda part: sum(map(words_of, part))).pop()
        elif len(parts) > 2:
            dropped = " ".join(parts.pop(-2))
        elif sum(map(len, parts)) > 1:
            dropped = max(parts, key=len).pop()
            parts = [part for part in parts if part]
        else:
            break
        size -= words_of(dropped)
    return [" ".join(part) for part in parts]


def _as_verse(text: str) -> str:
    """Clauses as lines, four to a stanza. It does not rhyme, and does not say that it does."""
    clauses = [
        line.strip() for line in re.split(r"(?<=[,;:.!?])\s+|(?<=[.!?]”)\s+", text.replace("—", ",")) if line.strip()
    ]
    lines: list[str] = []
    for clause in clauses:
        if lines and len(lines[-1]) + len(clause) < 48 and lines[-1][-1] not in ".!?”":
            lines[-1] += " " + clause
        else:
            lines.append(clause)
    lines = [part for line in lines for part in textwrap.wrap(line, 56)][:16]
    return "\n\n".join("\n".join(lines[k : k + 4]) for k in range(0, len(lines), 4))
