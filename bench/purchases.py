"""200 purchases of 2 s by one worker process: `python bench/purchases.py`.

An author asks for 200 texts of the demo provider, which takes 2 s for each (`DEMO_TEXT_SECONDS`), by an account that lets
all of them go at once. One worker process,
the loop that a worker group has (`generation/drain.py`), makes them. Measured are the wall time from its first look to
the last result that is written and finished, as a ratio to the provider's own 2 s (aim: at most 2), and the most memory
that the process held (aim: under 200 MB). What it took of a core is said beside it: that part grows where others want
the core too.

`PURCHASES` and `SECONDS` change what is asked. On SQLite, or on the database of DATABASE_URL, which must be empty.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import child, say

PURCHASES = int(os.environ.get("PURCHASES", "200"))
SECONDS = float(os.environ.get("SECONDS", "2"))
WALL_AIM, MEMORY_AIM = 2.0, 200.0


def prepare(number: int) -> None:
    """The seeded library, and so many texts asked for."""
    setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    from accounts.models import Tenant, User
    from accounts.tenancy import scope
    from generation.models import Credential
    from generation.providers.contract import Kind
    from generation.studio import making, policy, wishes
    from generation.studio.models import Source

    # The account that is seeded takes 100 at once. Two waves of 2 s are the 4 s that all may take.
    Credential.objects.filter(provider="demo").update(max_concurrent=number)
    with scope(Tenant.objects.get(is_default=True)), transaction.atomic():
        author, rules = User.objects.get(email="author@example.com"), policy.current()
        for count in range(number):
            wish = wishes.read(Kind.TEXT, {"prompt": f"Of brass keys, number {count}"}, rules=rules, user=author)
            making.make(user=author, rules=rules, wish=wish, source=Source.API, nonce=uuid.uuid4())
    say("asked for")


def work() -> None:
    """Be the worker process."""
    setup()
    from accounts.tenancy import across_tenants
    from generation.drain import Drain
    from generation.models import Job

    began, cpu = time.monotonic(), time.process_time()
    Drain("bench", linger_seconds=0.0).run()
    wall, busy = time.monotonic() - began, time.process_time() - cpu
    with across_tenants("a bench counts all"):
        states: dict[str, Any] = {}
        for status in Job.objects.values_list("status", flat=True):
            states[status] = states.get(status, 0) + 1
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say({"wall": wall, "busy": busy, "states": states, "megabytes": most})


def setup() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder:
        home, slow = Path(folder), {"DEMO_TEXT_SECONDS": str(SECONDS)}
        with child(__file__, "--prepare", str(PURCHASES), home=home, **slow):
            pass
        with child(__file__, "--work", home=home, **slow) as worker:
            found = worker.said
    if found["states"] != {"done": PURCHASES}:
        raise SystemExit(f"not all were made: {json.dumps(found['states'])}")
    ratio, megabytes = found["wall"] / SECONDS, found["megabytes"]
    print(
        f"{PURCHASES} purchases of {SECONDS:g} s by one process: {found['wall']:.2f} s, {ratio:.2f} x the provider's"
        f" (aim {WALL_AIM:g}: {'met' if ratio <= WALL_AIM else 'MISSED'}), {found['busy']:.2f} s of a core,"
        f" {megabytes:.0f} MB at most (aim {MEMORY_AIM:g}: {'met' if megabytes < MEMORY_AIM else 'MISSED'})"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--prepare", number]:
            prepare(int(number))
        case ["--work"]:
            work()
        case _:
            main()
