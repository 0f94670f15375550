"""How often what may be asked for, as the environment has it. Knows no Django, so settings can use it.

Each policy (a row of `USUAL`) has a quota for each partition that it counts: an API key, a person, a network address (of those
who are no members), a library. `RATE_GENERATE_KEY=300/min` sets one, `RATE_GENERATE_KEY=off` takes it away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

UNITS = {"s": 1, "min": 60, "h": 3600, "day": 86400}
OFF = "off"
USUAL: dict[str, dict[str, str]] = {
    # What is looked at, over and over while something is being made.
    "read": {"key": "1200/min", "person": "1200/min", "address": "1200/min", "tenant": "30000/min"},
    # What changes something and buys nothing: cancelling, tickets, deleting.
    "change": {"key": "120/min", "person": "120/min", "address": "120/min", "tenant": "6000/min"},
    # What is bought without a story: the direct routes, the OpenAI-shaped ones, assistants, the studio's forms.
    "generate": {"key": "120/min", "person": "120/min", "tenant": "1200/min"},
    # Stories: begun, led on, tried again. An address may be a whole classroom.
    "play": {"key": "60/min", "person": "60/min", "address": "120/min", "tenant": "3000/min"},
    "upload": {"key": "60/min", "person": "60/min", "tenant": "600/min"},
    # No quota for the library: strangers come in here, and could use it up for everybody.
    "tokens": {"address": "20/min"},
}
PARTITIONS = ("key", "person", "address", "tenant")
"""From the narrowest to the widest, which is the order in which they are counted."""
_WRITTEN = re.compile(r"([1-9][0-9]{0,9})/(s|min|h|day)")

Quota = tuple[int, int]
"""So many in so many seconds."""


def read(environment: Mapping[str, str]) -> tuple[dict[str, dict[str, Quota]], list[str]]:
    """The quotas by policy and partition; and what is wrong, in sentences. What is wrong counts as not set."""
    found: dict[str, dict[str, Quota]] = {policy: {} for policy in USUAL}
    wrong: list[str] = []
    known: set[str] = set()
    for policy, usual in USUAL.items():
        for partition in PARTITIONS:
            variable = f"RATE_{policy.upper().replace('-', '_')}_{partition.upper()}"
            known.add(variable)
            said = environment.get(variable, "").strip()
            quota = parse(said)
            if said and quota is None and said != OFF:
                wrong.append(f"{variable} is “{said}”. Write it like 120/min (s, min, h or day), or {OFF}.")
            if said != OFF:
                quota = quota or parse(usual.get(partition, ""))
                if quota is not None:
                    found[policy][partition] = quota
    wrong += [
        f"{variable} is no rate that is known here. There are: {', '.join(sorted(known))}."
        for variable in environment
        if variable.startswith("RATE_") and variable not in known
    ]
    return found, wrong


def parse(said: str) -> Quota | None:
    """`120/min` as (120, 60); None where it is not written so."""
    written = _WRITTEN.fullmatch(said)
    return (int(written[1]), UNITS[written[2]]) if written else None
