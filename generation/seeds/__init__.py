"""The models that an install begins with: `models.toml`, and how it becomes rows."""

from __future__ import annotations

import datetime
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from generation.models import AiModel, Price

FILE = Path(__file__).with_name("models.toml")
FIELDS = ("key", "name", "provider", "kind", "retires_on", "is_enabled", "capabilities", "options")


@cache
def listed() -> dict[str, Any]:
    """What the file says, by key: {"key": ..., "prices": [...], ...}."""
    with FILE.open("rb") as file:
        said = tomllib.load(file)
    for row in said["models"]:
        for price in row.get("prices", ()):
            price.setdefault("from", said["effective_from"])
            price.setdefault("note", said["note"])
    return {row["key"]: row for row in said["models"]}


def plant_models() -> int:
    """Add the models that are missing, with their prices; how many that were. Rows that exist are left as they are. Runs
    inside the caller's transaction."""
    known = dict(AiModel.objects.filter(key__in=listed()).values_list("key", "id"))
    missing = {key: row for key, row in listed().items() if key not in known}
    waiting, prices = dict(missing), []
    while waiting:
        # A row comes after the one that replaces it, whose id it needs: first the living, then what they replaced.
        ready = {key: row for key, row in waiting.items() if row.get("replacement", "") not in waiting}
        if not ready:
            raise ValueError(f"{FILE.name}: these replace one another in a circle: {', '.join(sorted(waiting))}")
        for made in AiModel.objects.bulk_create([_model(row, known) for row in ready.values()]):
            known[made.key] = made.id
        prices += [_price(known[key], price) for key, row in ready.items() for price in row.get("prices", ())]
        waiting = {key: row for key, row in waiting.items() if key not in ready}
    Price.objects.bulk_create(prices)
    return len(missing)


def _model(row: dict[str, Any], known: dict[str, int]) -> AiModel:
    fields = {name: row[name] for name in FIELDS if name in row}
    return AiModel(
        **fields,
        remote_name=row.get("remote_name", row["key"]),
        replacement_id=known[row["replacement"]] if "replacement" in row else None,
    )


def _price(model_id: int, said: dict[str, Any]) -> Price:
    begins: datetime.date = said["from"]
    return Price(
        model_id=model_id,
        unit=said["unit"],
        amount_micros=int(Decimal(said["usd"]) * 1_000_000),
        per=said.get("per", 1),
        effective_from=begins,
        note=said["note"],
    )
