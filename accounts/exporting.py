"""Everything that is kept of somebody at one tenant, as a ZIP that is written while it is sent.

Rooms register what they have of a person; `stream` writes it piece by piece, so that two gigabytes of films take no more
memory than one page of rows. Each piece runs under the tenant's scope and leaves nothing open behind it: between two of them
whoever downloads may sleep, and the next one may run in another thread.
"""

from __future__ import annotations

import datetime
import json
import logging
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Tenant, User
from accounts.tenancy import scope

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
AT_ONCE = 200
MOST_IN_AN_HOUR = 3
ASKED = "export.asked"
README = """This is what {tenant} keeps of you, as of {moment} UTC.

Everything is of this library alone; other libraries that you are a member of have pages of their own. The documents are
JSON (UTF-8); moments are UTC, ids are ours, amounts are millionths of the library's currency.

account.json       who you are here, and when you came
sign-ins.json      when you signed in and out, and what else is on record about you: keys, exports, views by staff
{told}
Passwords and keys are not in here: of a password we keep a hash alone, and of a key its name and its first or last letters.
"""


class TooOften(Exception):
    """Asked for too often; the text is fit for whoever asked."""


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON document."""

    name: str
    content: Any


@dataclass(frozen=True, slots=True)
class Listing:
    """A JSON list of any length; its rows are asked for one after the other."""

    name: str
    rows: Iterable[Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the storage."""

    name: str
    stored_as: str
    size_bytes: int


Part = Document | Listing | Kept
Parts = Callable[[User], Iterator[Part]]


@dataclass(frozen=True, slots=True)
class _Room:
    parts: Parts
    told: str


_rooms: dict[str, _Room] = {}


def register(name: str, parts: Parts, *, told: str = "") -> None:
    """Have a room's parts put in. They are asked for under the tenant's scope, one at a time; `told` is the room's lines in
    the README, a name and what it is."""
    _rooms[name] = _Room(parts, told)


def pages(rows: QuerySet[Any]) -> Iterator[Any]:
    """The rows by age, a page to a query: no cursor is open between two of them. They need `created_at` and `id`."""
    ordered, after = rows.order_by("created_at", "id"), Q()
    while True:
        page = list(ordered.filter(after)[:AT_ONCE])
        yield from page
        if len(page) < AT_ONCE:
            return
        last = page[-1]
        after = Q(created_at__gt=last.created_at) | Q(created_at=last.created_at, id__gt=last.id)


def ask(*, user: User, tenant: Tenant) -> Iterator[bytes]:
    """Put the export on record and begin it. Raises `TooOften`."""
    since = timezone.now() - datetime.timedelta(hours=1)
    if AuditEvent.objects.filter(verb=ASKED, actor_id=user.pk, at__gt=since).count() >= MOST_IN_AN_HOUR:
        raise TooOften(f"You had this {MOST_IN_AN_HOUR} times in the last hour. Ask again in an hour.")
    audit.write(ASKED, actor=user.pk, about=user.pk, is_here=True)
    return stream(user=user, tenant=tenant)


def stream(*, user: User, tenant: Tenant) -> Iterator[bytes]:
    """The bytes of the archive, in pieces of some hundred kilobytes."""
    work = _written(user, tenant)
    while True:
        with scope(tenant):
            piece = next(work, None)
        if piece is None:
            return
        yield piece


class _Out:
    """What the archive is written to: it can neither seek nor tell, and is emptied as it fills."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        found, self._pieces, self.size = b"".join(self._pieces), [], 0
        return found


def _written(user: User, tenant: Tenant) -> Iterator[bytes]:
    out, lost = _Out(), []
    with zipfile.ZipFile(cast(IO[bytes], out), "w") as archive:
        _put(archive, "README.txt", _readme(tenant).encode())
        for room in _rooms.values():
            for part in room.parts(user):
                if isinstance(part, Kept):
                    found = yield from _filed(archive, part, out)
                    if not found:
                        lost.append(part.name)
                elif isinstance(part, Document):
                    _put(archive, part.name, _json(part.content))
                else:
                    yield from _listed(archive, part, out)
                if out.size >= CHUNK:
                    yield out.taken()
        if lost:
            _put(archive, "missing.json", _json(lost))
    yield out.taken()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), content)


def _listed(archive: zipfile.ZipFile, part: Listing, out: _Out) -> Iterator[bytes]:
    with archive.open(_entry(part.name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as entry:
        before = b"[\n"
        for row in part.rows:
            entry.write(before + _json(row))
            before = b",\n"
            if out.size >= CHUNK:
                yield out.taken()
        entry.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def _filed(archive: zipfile.ZipFile, part: Kept, out: _Out) -> Any:
    """Whether the file was there. It is open while it is written, in chunks, and pictures and films are not packed again."""
    try:
        kept = default_storage.open(part.stored_as, "rb")
    except OSError:
        log.exception("the file %s is asked for and not there", part.stored_as)
        return False
    is_large = part.size_bytes >= zipfile.ZIP64_LIMIT
    with kept, archive.open(_entry(part.name, zipfile.ZIP_STORED), "w", force_zip64=is_large) as entry:
        while chunk := kept.read(CHUNK):
            entry.write(chunk)
            yield out.taken()
    return True


def _entry(name: str, packing: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, timezone.now().timetuple()[:6])
    entry.compress_type = packing
    entry.external_attr = 0o600 << 16
    return entry


def _json(content: Any) -> bytes:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


def _readme(tenant: Tenant) -> str:
    told = "".join(f"{room.told}\n" for room in _rooms.values() if room.told)
    return README.format(tenant=tenant.name, moment=f"{timezone.now():%Y-%m-%d %H:%M}", told=told)


def file_name(tenant: Tenant, moment: datetime.date) -> str:
    return f"{tenant.slug}-my-data-{moment:%Y-%m-%d}.zip"


def id_of(row: Any) -> str:
    """What a row's files are called by: short, and enough to tell them apart."""
    found: uuid.UUID = row.pk
    return found.hex[:12]
