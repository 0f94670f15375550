"""What a read replica could take over: `python bench/reads.py`.

A reader plays a story to its end, looks at the gallery and reads a story there, while the demo writes and paints; each page is
asked for as a browser does, with some polls. Counted are the statements of the web and of the workers, and which of them may
be answered by a copy that is a moment behind: reads outside of transactions, in requests that only look, on pages where nobody
waits for what they just did (the gallery and what is read there).
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
GALLERY = ("gallery page", "page read in the gallery")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder:
        os.environ |= {
            "FABLEWRIGHT_HOME": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "DEMO_TEXT_SECONDS": "0",
            "DEMO_IMAGE_SECONDS": "0", "RATE_PLAY_PERSON": "off",
        }  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("seed", verbosity=0)
        told(play())


def play() -> dict[str, Counter[str]]:
    """Statements by who asked and by their first word."""
    from django.test import Client
    from django.test.utils import setup_test_environment

    from accounts.models import Tenant, User
    from accounts.tenancy import scope
    from generation.drain import drain_here
    from stories.models import Story

    setup_test_environment()
    reader = Client(HTTP_HOST="localhost")
    reader.force_login(User.objects.get(email="reader@example.com"))
    staff = Client(HTTP_HOST="localhost")
    staff.force_login(User.objects.get(email="staff@example.com"))
    counted: dict[str, Counter[str]] = {}

    @contextmanager
    def counting(who: str) -> Any:
        from django.db import connection

        words = counted.setdefault(who, Counter())

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            words[sql.lstrip("( ").split()[0].upper()] += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            yield

    def get(who: str, path: str) -> str:
        with counting(who):
            answer = reader.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    page = get("page", "/kids/")
    given = {
        "prompt": "A key in a fish",
        "length": "short",
        "nonce": re.findall(r'name="nonce" value="([^"]+)"', page)[0],
    }
    with counting("choosing"):
        address = reader.post("/kids/story/start", given).headers["Location"]
    while True:
        get("page", address)
        with counting("workers"):
            drain_here()
        scene = address.rsplit("/", 1)[1]
        for _ in range(3):
            get("poll", f"/kids/story/status/{scene}")
        page = get("page", address)
        choices = re.findall(rf'action="(/kids/story/choose/{scene}/[^"]+)"', page)
        if not choices:
            break
        with counting("choosing"):
            address = reader.post(choices[0]).headers["Location"]
    with scope(Tenant.objects.get(is_default=True)):
        story = Story.objects.get()
    staff.post(f"/kids/gallery/{story.id}/publication", {"action": "publish"})
    page = get(GALLERY[0], "/kids/gallery/")
    for link in dict.fromkeys(re.findall(r'href="(/kids/gallery/[^"#]+)"', page)):
        get(GALLERY[1], link)
    return counted


def told(counted: dict[str, Counter[str]]) -> None:
    every = sum(words.total() for words in counted.values())
    for who, words in counted.items():
        reads = words["SELECT"]
        print(f"{who:26} {words.total():5} statements, {reads / words.total():4.0%} of them SELECT")
    late = sum(counted[who]["SELECT"] for who in GALLERY if who in counted)
    reads = sum(words["SELECT"] for words in counted.values())
    print(
        f"all: {every} statements, {reads / every:.0%} of them SELECT; {late / every:.0%} could come from a copy that is behind"
    )


if __name__ == "__main__":
    main()
