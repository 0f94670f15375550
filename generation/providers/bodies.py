"""What goes over the wire and how what comes back is read: large bodies in files, everything cut at a cap."""

from __future__ import annotations

import json as json_module
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from generation.providers.answers import LARGE
from generation.providers.budget import BUDGET
from generation.providers.errors import Damaged, Transient

if TYPE_CHECKING:
    import httpx

CHUNK = 64 * 1024

Files = Sequence[tuple[str, tuple[str, bytes, str]]]
"""(field, (file name, bytes, media type)), in order; a field may come several times."""


class Body:
    """What is sent. Large bodies lie in a file while the provider works, not in memory: a hundred purchases wait at once.
    Half of a surrogate pair, which no encoding has, goes as a question mark. `raw` is sent as it is."""

    def __init__(
        self,
        json: Any = None,
        fields: Mapping[str, str] | None = None,
        files: Files = (),
        multipart: bool = False,
        *,
        raw: bytes | None = None,
    ) -> None:
        self._open: list[IO[bytes]] = []
        self._content: dict[str, Any] = {}
        if raw is not None:
            self._content = {"content": raw}
        elif json is not None:
            raw = json_module.dumps(json, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
            self._content = {"headers": {"content-type": "application/json", "content-length": str(len(raw))}}
            self._content["content"] = _blocks(self._file(raw)) if len(raw) > LARGE else raw
        elif files or multipart:
            parts: list[Any] = [
                (name, (None, value.encode("utf-8", "replace"))) for name, value in (fields or {}).items()
            ]
            parts += [
                (name, (file_name, self._file(data) if len(data) > LARGE else data, media_type))
                for name, (file_name, data, media_type) in files
            ]
            self._content = {"files": parts}
        elif fields is not None:
            self._content = {"data": dict(fields)}
        if self._open:
            BUDGET.put_away()

    def _file(self, raw: bytes) -> IO[bytes]:
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when the exchange is over
        file.write(raw)
        file.seek(0)
        self._open.append(file)
        return file

    @contextmanager
    def opened(self) -> Iterator[dict[str, Any]]:
        try:
            yield dict(self._content)
        finally:
            for file in self._open:
                file.close()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(CHUNK):
        yield block


def spool(response: httpx.Response, cap: int, *, safe: bool) -> tuple[Any, int]:
    file = tempfile.SpooledTemporaryFile(max_size=LARGE)  # noqa: SIM115 -- lives as long as the answer
    size = 0
    for chunk in capped(response, cap, safe=safe):
        size += len(chunk)
        file.write(chunk)
    return file, size


def capped(response: httpx.Response, cap: int, *, safe: bool) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_raw(CHUNK):
        size += len(chunk)
        if size > cap:
            told = f"the answer is longer than {cap} bytes"
            raise Transient(told) if safe else Damaged(told)
        yield chunk


def lines(response: httpx.Response, cap: int) -> Iterator[str]:
    rest = b""
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > cap:
            raise Damaged(f"the answer is longer than {cap} bytes")
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
