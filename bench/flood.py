"""A library that floods the queue while another asks for one scene: `python bench/flood.py`.

An author asks for 100 texts of the demo provider. A worker process that holds four at a time (HELD_MAX) makes them, and
while it does, a reader of the other library begins a story. What counts is how many of the flood's purchases were
started after the reader asked and before the reader's first text was: the aim is at most two. Beside it stands how long
that took, as a ratio to the same in an empty queue, in the same run.

`FLOOD` changes how many there are. On SQLite, or on the database of DATABASE_URL, which must be empty.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import child, say

FLOOD = int(os.environ.get("FLOOD", "100"))
PLACES, TEXT_SECONDS = 4, 0.4
AIM = 2
PATIENCE = 120.0


def setup() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()


def prepare() -> None:
    setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    say("ready")


def flood() -> None:
    """The author's texts, all asked for in one moment."""
    from django.db import transaction

    from accounts.models import Tenant, User
    from accounts.tenancy import scope
    from generation.providers.contract import Kind
    from generation.studio import making, policy, wishes
    from generation.studio.models import Source

    with scope(Tenant.objects.get(is_default=True)), transaction.atomic():
        author, rules = User.objects.get(email="author@example.com"), policy.current()
        for count in range(FLOOD):
            wish = wishes.read(Kind.TEXT, {"prompt": f"Of brass keys, number {count}"}, rules=rules, user=author)
            making.make(user=author, rules=rules, wish=wish, source=Source.API, nonce=uuid.uuid4())


def scene() -> dict[str, Any]:
    """The other library's reader begins a story; how long until its first text was started, and what was started
    before."""
    from accounts.models import Tenant, Tier, User
    from accounts.tenancy import across_tenants, scope
    from generation.clock import now
    from generation.models import Job
    from tests import factories

    harbour = Tenant.objects.get(slug="harbour")
    with scope(harbour):
        first = factories.story(User.objects.get(email="harbour-owner@example.com"), Tier.objects.get(slug="tales"))
    with across_tenants("a bench looks at all"):
        job = Job.objects.annotate(asked_at=now()).get(id=first.job_id)
        asked_at, ends = job.asked_at, time.monotonic() + PATIENCE  # type: ignore[attr-defined]
        while job.sent_at is None and time.monotonic() < ends:
            time.sleep(0.02)
            job = Job.objects.get(id=first.job_id)
        if job.sent_at is None:
            raise SystemExit("the reader's scene was not started")
        before = Job.objects.exclude(tenant=harbour).filter(sent_at__gt=asked_at, sent_at__lt=job.sent_at).count()
        left = Job.objects.exclude(tenant=harbour).filter(sent_at=None).count()
    return {"seconds": (job.sent_at - asked_at).total_seconds(), "before": before, "left": left}


def ask() -> None:
    """Be who asks: alone, then behind a flood."""
    setup()
    say("ready")
    for line in sys.stdin:
        if "flood" in line:
            flood()
            time.sleep(3 * TEXT_SECONDS)  # the worker is in the middle of it
        say(scene())


def work() -> None:
    """Be the worker process, until the other end of the input is gone."""
    setup()
    from generation.drain import Drain

    done = threading.Event()

    def watch() -> None:
        sys.stdin.read()
        done.set()

    threading.Thread(target=watch, daemon=True).start()
    say("ready")
    while not done.is_set():
        Drain("bench", linger_seconds=0.5).run()
        if done.is_set():
            os._exit(0)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder, contextlib.ExitStack() as running:
        stop = Path(folder) / "stop"
        more = {
            "HELD_MAX": str(PLACES), "DEMO_TEXT_SECONDS": str(TEXT_SECONDS), "FABLEWRIGHT_STOP_FILE": str(stop),
            "STOP_GRACE_SECONDS": "0.5",
        }  # fmt: skip
        home = Path(folder) / "home"
        with child(__file__, "--prepare", home=home, **more):
            pass
        asker = running.enter_context(child(__file__, "--ask", home=home, **more))
        running.enter_context(child(__file__, "--work", home=home, **more))
        running.callback(stop.touch)
        alone = asker.tell(what="alone")
        behind = asker.tell(what="flood")
    if not behind["left"]:
        raise SystemExit("the flood was over before the scene was asked for; ask for more with FLOOD")
    print(
        f"one scene behind {FLOOD} texts of another library: {behind['before']} starts before its own"
        f" (aim at most {AIM}: {'met' if behind['before'] <= AIM else 'MISSED'}), after {behind['seconds']:.2f} s,"
        f" {behind['seconds'] / max(alone['seconds'], 0.001):.1f} x the {alone['seconds']:.2f} s in an empty queue"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--prepare"]:
            prepare()
        case ["--ask"]:
            ask()
        case ["--work"]:
            work()
        case _:
            main()
