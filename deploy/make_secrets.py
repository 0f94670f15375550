"""`python3 deploy/make_secrets.py [FOLDER]`: every key and password that compose.yaml hands out, each in a file of its own in
deploy/secrets, made once. What is there stays as it is, so running it again adds what is new. The standard library alone.

Back the folder up apart from the database: without `sealing_keys` nobody opens the providers' keys in it.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

ROLES = ("owner", "web", "worker")
READERS = 0o444
"""Containers read them as another user; the folder keeps everybody else out."""


def made(folder: Path) -> list[str]:
    """Make what is missing in `folder`; the names of what was made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new: list[str] = []

    def keep(name: str, make: Callable[[], str]) -> str:
        path = folder / name
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READERS)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(make())
            new.append(name)
        return path.read_text(encoding="utf-8").strip()

    superuser = keep("postgres_password", _password)
    keep("postgres_url", lambda: f"postgres://postgres:{superuser}@postgres:5432/fablewright")
    for role in ROLES:
        password = keep(f"{role}_password", _password)
        keep(f"{role}_url", lambda: f"postgres://fablewright_{role}:{password}@postgres:5432/fablewright")  # noqa: B023
    redis = keep("redis_password", _password)
    keep("redis_url", lambda: f"redis://:{redis}@redis:6379/0")
    keep(
        "redis_conf",
        lambda: f'requirepass {redis}\nsave ""\nappendonly no\nmaxmemory 384mb\nmaxmemory-policy volatile-lru\n',
    )
    for name in ("secret_key", "token_key"):
        keep(name, lambda: secrets.token_urlsafe(48))
    keep("sealing_keys", lambda: base64.urlsafe_b64encode(secrets.token_bytes(48)).decode())
    access, secret = keep("s3_access_key", lambda: secrets.token_hex(10)), keep("s3_secret_key", _password)
    keep("s3_accounts", lambda: json.dumps(_accounts(access, secret), indent=1))
    return new


def _password() -> str:
    return secrets.token_hex(24)  # nothing in it that an address would have to encode


def _accounts(access: str, secret: str) -> dict[str, object]:
    bucket = "fablewright-media"
    return {
        "identities": [
            {
                "name": "fablewright",
                "credentials": [{"accessKey": access, "secretKey": secret}],
                "actions": [f"{action}:{bucket}" for action in ("Read", "Write", "List", "Tagging")],
            }
        ]
    }


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "secrets"
    found = made(where)
    print(f"Made in {where}: {', '.join(found)}" if found else f"Everything is in {where} already.")  # noqa: T201
