"""A process that holds purchases, and says how much memory it needs. Run as a program by `test_waiting_memory`.

    python -m tests.generation.waiting PROVIDER MODEL URL COUNT REFERENCES careful|careless

It begins COUNT purchases of a picture, each with REFERENCES pictures of three megabytes; says "begun"; at a line on its
input says {"now": MB, "peak": MB}; waits for all answers, and says the same again with {"errors": [...]}. A careless
process has no budget to speak of and leaves it to the C library what becomes of its memory.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import uuid
from pathlib import Path
from typing import Any

import django


def memory() -> dict[str, float]:
    """Resident megabytes now, and the most since `forget_peak`."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return {"now": int(lines["VmRSS"].split()[0]) / 1024, "peak": int(lines["VmHWM"].split()[0]) / 1024}


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def noise() -> bytes:
    """A picture that no format makes smaller: three megabytes."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", (1024, 1000), os.urandom(1024 * 1000 * 3)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def main(provider: str, model: str, url: str, count: int, references: int, *, is_careful: bool) -> None:
    from generation import providers, purchases, storage
    from generation.models import AiModel, Job
    from generation.providers.budget import BUDGET
    from generation.providers.contract import Kind

    tenant_id = uuid.UUID(int=1)
    files = {}
    for number in range(references):
        kept = storage.keep(tenant_id=tenant_id, kind=Kind.IMAGE, data=noise(), media_type="image/png")
        files[str(number)] = f"t/{tenant_id}/{kept.sha256}"
    if not is_careful:
        BUDGET.total = 10**12
        purchases.give_large_blocks_back = lambda: None  # type: ignore[assignment]
    able: Any = providers.make(provider, key="canary", base_url=url, trusted=True)
    outbox: Any = queue.SimpleQueue()
    bought = AiModel(key="m", name="m", provider=provider, remote_name=model, kind=Kind.IMAGE)
    inputs = [{"role": "reference", "asset": asset, "media_type": "image/png"} for asset in files]
    forget_peak()
    for _ in range(count):
        job = Job(
            id=uuid.uuid4(), tenant_id=tenant_id, provider=provider, kind=Kind.IMAGE, model=bought,
            request={"prompt": "A brass key", "inputs": inputs},
        )  # fmt: skip
        purchases.begin(purchases.hold(job, "start", able, files=files, seconds=120), lanes=None, outbox=outbox)  # type: ignore[arg-type]
    say(begun=count)
    sys.stdin.readline()
    say(**memory())
    forget_peak()
    sys.stdin.readline()
    outcomes: list[purchases.Outcome] = []
    while len(outcomes) < count:
        item = outbox.get(timeout=120)
        outcomes += [item] if isinstance(item, purchases.Outcome) else []
    errors = [repr(outcome.error) for outcome in outcomes if outcome.error is not None]
    say(**memory(), errors=errors)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    named, numbers, manner = sys.argv[1:4], [int(number) for number in sys.argv[4:6]], sys.argv[6]
    main(*named, *numbers, is_careful=manner == "careful")
