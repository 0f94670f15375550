"""A modest check, offline. Of a text: words and phrases from a list, weighed by category. Of a picture: its colours.

It reads no meaning. It finds what is said plainly, in English mostly, misses what is said with care, and errs now and then
on an innocent sentence. It is there so that a bare machine shows how checks work; where it matters, buy a real one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generation.providers.contract import Done, Request, Verdict

FLAGS_FROM = 0.5
"""The score at which a category is flagged."""
_LIST = Path(__file__).with_name("phrases.toml")
_LEET = str.maketrans("013457@$", "oieastas")


@dataclass(frozen=True, slots=True)
class _Sign:
    weight: float
    pattern: re.Pattern[str]


def judge(request: Request) -> Done:
    """The verdict on the prompt, and on the picture that comes along."""
    found = verdict(request.prompt)
    for given in request.inputs:
        from generation.providers.demo.judging import pictures  # Pillow is loaded where a picture is looked at only

        share = round(pictures.blood(given), 3)
        scores = {**found.scores, pictures.CATEGORY: max(share, found.scores.get(pictures.CATEGORY, 0.0))}
        named = {*found.categories, *([pictures.CATEGORY] if share >= pictures.FLAGS_FROM else [])}
        found = Verdict(bool(named), tuple(sorted(named)), scores)
    return Done(verdict=found, model="warden", usage={"input_tokens": len(request.prompt.split())})


def verdict(text: str) -> Verdict:
    """What is found in `text`: every category has a score from 0 to 1; those from a half on are flagged."""
    read = _read(text)
    # Digits stand for letters only inside of words: elsewhere they are numbers.
    plain = re.sub(r"(?<=[a-z])[013457@$](?=[a-z])", lambda found: found.group().translate(_LEET), read)
    scores: dict[str, float] = {}
    for category, signs in _signs().items():
        clean = 1.0
        for sign in signs:
            if any(sign.pattern.search(form) for form in {read, plain}) and _holds(category, sign, read):
                clean *= 1 - sign.weight
        scores[category] = round(1 - clean, 3)
    flagged = tuple(sorted(name for name, score in scores.items() if score >= FLAGS_FROM))
    return Verdict(bool(flagged), flagged, scores)


def _read(text: str) -> str:
    """Small letters, plain quotes, no invisible signs, single blanks."""
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("‘", "'")
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return re.sub(r"\s+", " ", text)


def _holds(category: str, sign: _Sign, read: str) -> bool:
    """Long rows of digits count only if one of them passes the check that card numbers pass."""
    if category != "personal-data" or "{13,19}" not in sign.pattern.pattern:
        return True
    return any(_is_card(found.group()) for found in sign.pattern.finditer(read))


def _is_card(row: str) -> bool:
    digits = [int(sign) for sign in row if sign.isdigit()][::-1]
    doubled = [digit if k % 2 == 0 else sum(divmod(2 * digit, 10)) for k, digit in enumerate(digits)]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


@cache
def _signs() -> dict[str, tuple[_Sign, ...]]:
    listed = tomllib.loads(_LIST.read_text(encoding="utf-8"))
    return {
        category: tuple(_Sign(float(one["weight"]), re.compile(one["says"])) for one in signs)
        for category, signs in listed.items()
    }
