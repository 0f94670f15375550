"""A process that is asked for something COUNT times by one person and says how often it let them: `python -m
tests.config.counting COUNT`. It begins when its input does, so that several can count at once."""

from __future__ import annotations

import os
import sys
import uuid

if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from accounts.rates import Asker, Meter, TooOften

    asker = Asker(uuid.UUID(int=1), user_id=uuid.UUID(int=2))
    print("ready", flush=True)
    sys.stdin.readline()
    let_in = 0
    for _ in range(int(sys.argv[1])):
        try:
            Meter(asker).take("change")
        except TooOften:
            continue
        let_in += 1
    print(let_in, flush=True)
