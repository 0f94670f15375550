"""`python -m tests.production`: start production on loopback, run the browser's stories and the programs' clients across it,
look at what they left, stop everything. `make prod-check` says it so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.production.servers import ROOT, nginx
from tests.production.town import PLAN, Town, a_town

SUITES = [
    "tests/production/across.py",
    "tests/e2e/test_reading.py",
    "tests/e2e/test_studio.py",
    "tests/e2e/test_accounts.py",
    "tests/e2e/test_api_docs.py",
    "tests/generation/studio/dialects/test_openai_client.py",
    "tests/generation/studio/dialects/test_mcp_client.py",
    "tests/generation/studio/api/test_installed.py",
]
STUDIO, OPENAI = "tests/e2e/test_studio.py", "tests/generation/studio/dialects/test_openai_client.py"
LEFT_OUT = [
    # They look into SQLite's list of tables, or into a folder of files.
    "tests/generation/studio/api/test_installed.py::test_what_is_not_kept_leaves_nothing",
    f"{OPENAI}::TestPictures::test_as_a_link_that_needs_no_key",  # the link leads on to the object store
    # They count what was bought, or list what is offered, in an install of their own.
    "tests/generation/studio/api/test_installed.py::test_who_hangs_up_cancels_nothing",
    f"{STUDIO}::test_a_text_with_the_keyboard_alone",
    f"{OPENAI}::TestModels::test_what_the_studio_offers",
    "tests/generation/studio/dialects/test_mcp_client.py::test_an_assistant_makes_a_picture_changes_it_and_films_it",
    # It starts a server of its own.
    f"{OPENAI}::test_under_threads_it_streams_too",
]
"""What the suites ask of one machine alone."""
KILLED = {"web-1", "workers-1"}
"""Whom the tests kill."""


def main() -> int:
    if nginx() is None:
        print(
            "not run here: production on loopback, because nginx is not installed (Debian, Ubuntu: apt install nginx-light)"
        )
        return 1 if os.environ.get("REQUIRE") == "all" else 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the town ends with us
    with tempfile.TemporaryDirectory(prefix="fablewright-town-") as folder, a_town(Path(folder)) as town:
        print(f"Production answers at {town.address}: {', '.join(town.processes)}", flush=True)
        print(town.command("check", "--deploy", "--fail-level", "ERROR", role="web").strip(), flush=True)
        arguments = sys.argv[1:] or SUITES
        left_out = [f"--deselect={test}" for test in LEFT_OUT]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *left_out, *arguments], cwd=ROOT, check=False, stdin=subprocess.DEVNULL,
            env={**os.environ, PLAN: str(town.plan())},
        )  # fmt: skip
        if done.returncode:
            complaints(town)
        return done.returncode or aftermath(town)


def complaints(town: Town) -> None:
    """What the processes logged of errors, where a test failed."""
    for name, process in town.processes.items():
        said = process.log.read_text(errors="replace").splitlines() if process.log.exists() else []
        for line in [line for line in said if "rror" in line][-3:]:
            print(f"{name}: {line[:600]} … {line[-500:]}")


def aftermath(town: Town) -> int:
    """What must be true when all is played: who died came back and nobody else died, and books, rows and counters agree."""
    dead = [name for name, process in town.processes.items() if not process.is_up()]
    unasked = {name: times for name, times in town.restarts.items() if name not in KILLED}
    for name in {*dead, *unasked}:
        print(f"{name} did not live through it:\n{town.processes[name].last_words(30)}")
    print(town.command("audit_invariants", role="owner").strip())
    began = time.monotonic()
    codes = town.end()
    print(
        f"Started anew: {json.dumps(town.restarts)}. Stopped within {time.monotonic() - began:.1f} s: {json.dumps(codes)}"
    )
    return int(bool(dead) or bool(unasked) or any(codes.values()))


if __name__ == "__main__":
    sys.exit(main())
