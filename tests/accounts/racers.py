"""Real processes that race each other, again and again, on the database of the test that started them.

`python -m tests.accounts.racers NAME COUNT` sets Django up once, on the database called NAME, and forks COUNT racers that
stay. A line of JSON on its standard input is a round: a list with what each racer does. They are let go together, and a line of
JSON on its standard output says what came of it for each. `Racers` is the test's end of it.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

WAIT_SECONDS = 60.0


class Racers:
    """The processes, as the test sees them."""

    def __init__(self, *, database: str, count: int) -> None:
        self.count = count
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.accounts.racers", database, str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self.pids = self._read()

    def race(self, todo: list[dict[str, Any]]) -> list[str]:
        """One round: what each racer does, and what each was answered."""
        assert len(todo) == self.count
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(todo) + "\n")
        self.process.stdin.flush()
        return self._read()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.process.communicate(timeout=WAIT_SECONDS)

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the racers ended"
        return json.loads(line)


@contextlib.contextmanager
def racing(*, database: str, count: int) -> Iterator[Racers]:
    racers = Racers(database=database, count=count)
    try:
        yield racers
    finally:
        racers.close()


def main(database: str, count: int) -> None:
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    context: Any = multiprocessing.get_context("fork")
    gate, pipes, processes = context.Barrier(count), [], []
    for _ in range(count):
        ours, theirs = context.Pipe()
        process = context.Process(target=_racer, args=(theirs, gate), daemon=True)
        process.start()
        pipes.append(ours)
        processes.append(process)
    print(json.dumps([process.pid for process in processes]), flush=True)
    for line in sys.stdin:
        for pipe, todo in zip(pipes, json.loads(line), strict=True):
            pipe.send(todo)
        print(json.dumps([pipe.recv() for pipe in pipes]), flush=True)
    for pipe in pipes:
        pipe.send(None)
    for process in processes:
        process.join(WAIT_SECONDS)


def _racer(pipe: Any, gate: Any) -> None:
    from django.db import connection

    from accounts import ledger

    locked = ledger._locked
    connection.ensure_connection()
    while (todo := pipe.recv()) is not None:
        try:
            ledger._locked = locked if todo.get("lock", True) else _seen_before(todo, locked)
            gate.wait(WAIT_SECONDS)
            pipe.send(_act(todo))
        except Exception as error:
            pipe.send(f"{type(error).__name__}: {error}")
    connection.close()


def _seen_before(todo: dict[str, Any], locked: Any) -> Any:
    """The control: what counts is what this process read before anybody was let go."""
    from accounts.models import Counter
    from accounts.models.ledger import Pool
    from accounts.tenancy import scope

    with scope(uuid.UUID(todo["tenant"])):
        seen = {(Pool(row.pool), row.subject_id, row.period): row for row in Counter.objects.all()}

    def read(pools: Any, day: Any) -> Any:
        now = locked(pools, day)  # so that they write one after the other, and no two wait for each other
        return {key: seen.get(key, row) for key, row in now.items()}

    return read


def _act(todo: dict[str, Any]) -> str:
    from accounts.tenancy import scope

    with scope(uuid.UUID(todo["tenant"])):
        return _begin(todo) if "story" in todo else _reserve(todo)


def _reserve(todo: dict[str, Any]) -> str:
    from django.db import transaction

    from accounts import ledger
    from accounts.models.ledger import Measure

    def known(name: str) -> uuid.UUID | None:
        return uuid.UUID(todo[name]) if todo.get(name) else None

    payer = ledger.Payer(
        uuid.UUID(todo["tenant"]), known("tier"), known("user"), bool(todo.get("guest")), known("person")
    )
    counts = {Measure(name): count for name, count in todo.get("counts", {}).items()}
    granted = 0
    for _ in range(todo.get("times", 1)):
        try:
            with transaction.atomic():
                ledger.reserve(
                    payer=payer, job_id=uuid.uuid4(), attempt=1, amount_micros=todo.get("amount", 0), counts=counts
                )
            granted += 1
        except ledger.OverBudget as over:
            return f"{granted}, then {over}"
    return str(granted)


def _begin(todo: dict[str, Any]) -> str:
    from accounts.models import Tier, User
    from stories.errors import CannotPlay
    from tests import factories

    tier = Tier.objects.get(id=todo["tier"])
    try:
        factories.story(User.objects.get(id=todo["user"]), tier, image_model=None)
    except CannotPlay as refused:
        return f"{refused.status} {refused}"
    return "begun"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
