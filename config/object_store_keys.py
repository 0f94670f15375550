"""The keys to the object store: in boto's own variables, which boto reads by itself, or in files that variables of the same
names with `_FILE` behind them name. Knows no Django, so settings can use it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLES = {
    "access_key": "AWS_ACCESS_KEY_ID",
    "secret_key": "AWS_SECRET_ACCESS_KEY",
    "security_token": "AWS_SESSION_TOKEN",
}


def read(environ: Mapping[str, str]) -> dict[str, str]:
    """What files say, by the storage's own names. Nothing where no files are named, or where one cannot be read: that
    fails `manage.py check` (E018), and no page."""
    found: dict[str, str] = {}
    for name, variable in VARIABLES.items():
        file = environ.get(f"{variable}_FILE", "")
        if file and not environ.get(variable):
            try:
                found[name] = Path(file).read_text(encoding="utf-8").strip()
            except OSError:
                return {}
    return found


def problems(environ: Mapping[str, str]) -> list[str]:
    """Sentences about keys that contradict each other or cannot be read."""
    wrong: list[str] = []
    for variable in VARIABLES.values():
        file = environ.get(f"{variable}_FILE", "")
        if file and environ.get(variable):
            wrong.append(f"{variable} and {variable}_FILE are both set.")
        elif file:
            try:
                Path(file).read_text(encoding="utf-8")
            except OSError as error:
                wrong.append(f"{variable}_FILE names a file that cannot be read: {error.strerror}.")
    named = {name for name in list(VARIABLES.values())[:2] if environ.get(name) or environ.get(f"{name}_FILE")}
    if len(named) == 1:
        wrong.append(f"{named.pop()} is set without the other half of the key.")
    return wrong
