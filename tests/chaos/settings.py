"""The project's settings with the ferry among the providers."""

import os
from typing import Any

from config.settings import *  # noqa: F403
from generation import providers
from tests.chaos.ferry import Ferry

providers.PROVIDERS["ferry"] = lambda **_: Ferry(books=os.environ["FERRY_BOOKS"])


def _unprotect() -> Any:
    """The control: a worker that takes over simply sends again, whatever was committed before."""
    from generation import policy

    def careless(*, stored: bool, **_: Any) -> policy.Recovery:
        return policy.Recovery.FINISH if stored else policy.Recovery.SEND

    policy.after_crash = careless  # type: ignore[assignment]


if os.environ.get("UNPROTECTED") == "1":
    _unprotect()
