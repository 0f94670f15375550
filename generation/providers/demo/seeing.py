"""What there is to be seen in a prompt: the words for the sights, without the house's rules behind them.

The demo paints every word that it knows, so from “nothing frightening happens to a child” it would paint a child. A real model
reads such a sentence as what it is.
"""

from __future__ import annotations

RULES = "\n\nRules of this library, "
RULES_BEHIND_A_STYLE = "\nRules of this library, "
STYLE = "\n\nStyle: "
MOTION = "\n\nMotion: "


def seen(prompt: str) -> str:
    """The sights, and how they are drawn. Only the last mention of rules is the house's; what looks like one before it is
    somebody's words."""
    at = max(prompt.rfind(RULES), prompt.rfind(RULES_BEHIND_A_STYLE))
    return prompt if at < 0 else prompt[:at].rstrip()


def still(prompt: str) -> str:
    """The same of a film's prompt, without what moves: the words of the picture that it begins with."""
    sights, _, rest = seen(prompt).partition(MOTION)
    at = rest.rfind(STYLE)
    return sights if at < 0 else sights + rest[at:]
