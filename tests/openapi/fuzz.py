"""`make fuzz`: schemathesis with a hundred other examples of each operation each time, and sequences in which a call goes on
with what the one before answered. It stands in no suite, because what it finds is news and no regression. The seed is
printed; `SEED=7 make fuzz` asks the same again."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from pathlib import Path

import httpx

from tests.e2e.conftest import start
from tests.openapi.asking import PHASES, ask
from tests.openapi.sides import two_sides

EXAMPLES = 100


def main() -> int:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**32))
    print(f"seed {seed}")
    found = 0
    with tempfile.TemporaryDirectory(prefix="fablewright-fuzz-") as folder:
        settings = {"DJANGO_SETTINGS_MODULE": "tests.openapi.settings", "API_WAIT_SECONDS": "0"}
        at_once = {f"DEMO_{kind}_SECONDS": "0" for kind in ("TEXT", "IMAGE", "VIDEO")}
        with start(Path(folder) / "home", **settings, **at_once) as playing:
            document = httpx.get(f"{playing.address}/api/schema", timeout=30).json()
            sides = two_sides(playing)
            for side, others in ((sides[0], sides[1]), (sides[1], sides[0]), (None, sides[0])):
                phases = PHASES if side is None else (*PHASES, "stateful")
                report = ask(
                    document, playing.address, side=side, others=others, phases=phases, examples=EXAMPLES, seed=seed,
                    is_fixed=False,
                )  # fmt: skip
                print(f"{side.host if side else 'nobody'}: {sum(report.asked.values())} examples. {report}")
                found += len(report.findings) + len(report.errors)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
