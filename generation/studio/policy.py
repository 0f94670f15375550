"""The tenant's studio policy, asked at every door: is it open, and does a prompt keep its rules?"""

from __future__ import annotations

import re

from generation.errors import AgainstRules
from generation.studio.errors import StudioClosed
from generation.studio.models import StudioPolicy

CLOSED = StudioPolicy(is_open=False)


def current() -> StudioPolicy:
    """The active tenant's policy. Raises `StudioClosed`."""
    found = StudioPolicy.objects.select_related("check_model").first()
    if found is None or not found.is_open:
        raise StudioClosed
    return found


def refuse_words(policy: StudioPolicy, text: str, *, field: str = "prompt") -> None:
    """Raise `AgainstRules` where `text` holds a word or a phrase that staff keep out, whole words only, in any case."""
    for line in policy.refused_words.splitlines():
        phrase = line.strip()
        if not phrase:
            continue
        words = r"\s+".join(re.escape(word) for word in phrase.casefold().split())
        if re.search(rf"(?<!\w){words}(?!\w)", text.casefold()):
            raise AgainstRules(f"{field} holds “{phrase}”, which is kept out here. Say it in other words.", field=field)
