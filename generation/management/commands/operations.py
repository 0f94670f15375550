"""`manage.py operations`: what the operators' page shows, for people on a shell: as text, or with `--json` for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.staff import money
from generation import overview, reachable, stuck
from generation.models import BeatKind
from generation.watched import Overview


class Command(BaseCommand):
    help = "What does not go on and why, workers, queue, providers, and what is switched off; of all tenants."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="The same for programs.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = overview.look()
        if options["json"]:
            self.stdout.write(json.dumps(as_data(found), indent=2, default=str, ensure_ascii=False))
            return
        for line in as_lines(found):
            self.stdout.write(line)


def as_data(found: Overview) -> dict[str, Any]:
    """The overview in plain values."""
    off = [
        {"what": one.title, "reason": one.switch.reason, "since": one.switch.since, "waiting": one.waiting}
        for one in found.off
    ]
    return {
        "at": found.at,
        "stuck": [{**dataclasses.asdict(job), "words": job.words} for job in found.stuck],
        "stuck_counts": found.stuck_counts,
        "queue": [dataclasses.asdict(line) for line in found.queue],
        "workers": [dataclasses.asdict(worker) for worker in found.workers],
        "providers": [dataclasses.asdict(one) for one in found.providers],
        "off": off,
        "inspections": [{"name": one.name, "at": one.at, "wrong": one.wrong} for one in found.inspections],
        "reachable": [dataclasses.asdict(one) for one in reachable.everything()],
    }


def as_lines(found: Overview) -> list[str]:
    """The overview as lines, what is wrong first."""
    lines = [f"{found.stuck_total} jobs do not go on"]
    lines += [f"  {count} {stuck.WORDS[why]}" for why, count in found.stuck_counts.items()]
    lines += [
        f"  {job.id} {job.tenant} {job.kind} {job.provider} {job.status} since {job.since:%Y-%m-%d %H:%M:%S}: {job.words}"
        for job in found.stuck
    ]
    lines += [f"off: {one.title}: {one.switch.reason} ({one.waiting} wait)" for one in found.off]
    for worker in found.workers:
        name = f"group {worker.group}" if worker.kind == BeatKind.GROUP else f"drain {worker.name}"
        lines.append(f"{name}: {worker.jobs} jobs, {'beats' if worker.is_fresh else 'silent'}")
    for line in found.queue:
        counts = ", ".join(f"{count} {state}" for state, count in line.counts.items())
        since = f", oldest due {line.oldest_at:%H:%M:%S}" if line.oldest_at else ""
        lines.append(f"queue {line.provider} {line.kind}: {counts}{since}")
    for one in found.providers:
        errors = ", ".join(f"{name} {count}" for name, count in one.errors.items()) or "none"
        took = f", half within {one.p50:.1f} s, 95 % within {one.p95:.1f} s" if one.p50 and one.p95 else ""
        spent = "".join(f", spent today {money(micros, currency)}" for currency, micros in sorted(one.money.items()))
        lines.append(f"provider {one.provider}, last hour: {one.calls} calls, errors: {errors}{took}{spent}")
        for account in one.accounts:
            state = [] if account.is_enabled else ["off"]
            state += [f"paused until {account.paused_until:%H:%M}"] if account.paused_until else []
            state += [f"breaker {words}" for words in account.breakers]
            lines.append(f"  {account.name}: {account.busy} of {account.limit}{''.join(f'; {said}' for said in state)}")
    lines += [f"{one.name}: {one.wrong} wrong, at {one.at:%Y-%m-%d %H:%M:%S}" for one in found.inspections]
    lines += [f"{one.name}: {one.words}" for one in reachable.everything()]
    return lines
