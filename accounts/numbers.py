"""What this floor counts, for whoever watches the install, and how counting keeps out of everybody's way."""

from __future__ import annotations

import logging
from collections.abc import Callable

from prometheus_client import Counter

log = logging.getLogger(__name__)

REFUSED = Counter(
    "fablewright_rate_refusals", "Requests that were refused because a rate was used up.", ["policy", "partition"]
)


def quietly(count: Callable[[], object]) -> None:
    """Count, and let nobody suffer where that fails (a full disk under the folder of numbers)."""
    try:
        count()
    except Exception as error:
        log.warning("a number could not be counted: %s", type(error).__name__)
