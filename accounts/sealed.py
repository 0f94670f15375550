"""Columns that are encrypted at rest: keys of providers and the like.

What is stored is a Fernet token under the first of `settings.SEALING_KEYS`; the others still open what was sealed before,
so a key is rotated by putting a new one first and running `manage.py rotate_keys`. A row hands out a `Sealed`, which shows
nothing of itself in a log, a page or a dump of the database until somebody calls `reveal`.
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute


class CannotOpen(Exception):
    """None of the install's sealing keys opens this value."""


class Sealed:
    """An encrypted value. Empty values are not encrypted, so that a column can be asked for those that have one."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    @classmethod
    def of(cls, text: str) -> Sealed:
        return cls(_fernet().encrypt(text.encode()).decode() if text else "")

    def reveal(self) -> str:
        """The value itself. Raises `CannotOpen`."""
        return _opened(self.token, _fernet()) if self.token else ""

    @property
    def is_current(self) -> bool:
        """Whether the first key opens it, so that the others are not needed for it. Empty values need none."""
        if not self.token:
            return True
        try:
            _opened(self.token, _made(tuple(settings.SEALING_KEYS[:1])))
        except CannotOpen:
            return False
        return True

    def resealed(self) -> Sealed:
        """The same value under the first key. Raises `CannotOpen`."""
        return Sealed.of(self.reveal())

    def __bool__(self) -> bool:
        return bool(self.token)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.token == self.token

    def __hash__(self) -> int:
        return hash(self.token)

    def __str__(self) -> str:
        return "••••" if self.token else ""

    def __repr__(self) -> str:
        return f"Sealed({str(self)!r})"


class _SealsWhatIsSet(DeferredAttribute):
    """So that a row never holds the plain value, also not between setting it and saving."""

    def __set__(self, row: models.Model, value: Any) -> None:
        row.__dict__[self.field.attname] = value if hasattr(value, "resolve_expression") else _sealed(value)


class SealedField(models.TextField):
    """A text column of `Sealed` values. A plain string given to it is sealed."""

    descriptor_class = _SealsWhatIsSet
    LOOKUPS = frozenset({"exact", "isnull"})
    """An address of the admin may name lookups; those that compare parts would let somebody guess at what is stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)  # no form shows it; pages that take a key have a field of their own
        super().__init__(*args, **kwargs)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in self.LOOKUPS else None

    def from_db_value(self, value: str | None, *_: Any) -> Sealed:
        return Sealed(value or "")

    def get_prep_value(self, value: Any) -> str:
        return _sealed(value).token

    def to_python(self, value: Any) -> Sealed:
        """Reads what `value_to_string` wrote: this is what loads a dump. It takes tokens only, since a plain value has no
        business in a file."""
        return value if isinstance(value, Sealed) else Sealed(json.loads(value)["sealed"])

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps({"sealed": _sealed(self.value_from_object(obj)).token})


def _sealed(value: Any) -> Sealed:
    return value if isinstance(value, Sealed) else Sealed.of(str(value or ""))


def _opened(token: str, fernet: MultiFernet) -> str:
    try:
        return fernet.decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise CannotOpen(
            "A stored key cannot be opened: it was sealed under a key that is no longer among SEALING_KEYS. Put that "
            "key back behind the present one, or enter the provider's key anew."
        ) from error


def _fernet() -> MultiFernet:
    return _made(tuple(settings.SEALING_KEYS))


@lru_cache(maxsize=8)
def _made(keys: tuple[str, ...]) -> MultiFernet:
    if not keys or not all(keys):
        raise ImproperlyConfigured("SEALING_KEYS is empty: name at least one key to encrypt stored provider keys with.")
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fablewright sealed columns")
    return base64.urlsafe_b64encode(hkdf.derive(key.encode()))
