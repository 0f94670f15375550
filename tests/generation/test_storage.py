"""Keeping bytes: what is kept is what was bought, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import struct
import uuid
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generation import storage
from generation.errors import StorageAway
from generation.providers.contract import Kind
from generation.providers.errors import Damaged
from generation.storage import Kept, keep
from tests.providers.toll import film, png

TENANT = uuid.UUID(int=7)
FILM = film()


def picture(form: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 120, 200)).save(out, form)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def files(media: Path) -> list[str]:
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


@pytest.mark.parametrize(("form", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_pictures(media: Path, form: str, media_type: str) -> None:
    data = picture(form)
    digest = hashlib.sha256(data).hexdigest()
    assert keep(tenant_id=TENANT, kind=Kind.IMAGE, data=data) == Kept(digest, media_type, len(data), 40, 30)
    assert files(media) == [f"t/{TENANT}/{digest}"]
    assert storage.read(f"t/{TENANT}/{digest}") == data


def test_a_film(media: Path) -> None:
    kept = keep(tenant_id=TENANT, kind=Kind.VIDEO, data=FILM)
    assert (kept.media_type, kept.size_bytes, kept.width, kept.height, kept.seconds) == (
        "video/mp4", len(FILM), 64, 36, 1.0,
    )  # fmt: skip


def test_the_same_bytes_are_kept_once_per_tenant(media: Path) -> None:
    data, other = png(), uuid.UUID(int=8)
    one, two = (keep(tenant_id=TENANT, kind=Kind.IMAGE, data=data) for _ in range(2))
    assert one == two
    keep(tenant_id=other, kind=Kind.IMAGE, data=data)
    assert files(media) == [f"t/{TENANT}/{one.sha256}", f"t/{other}/{one.sha256}"]


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
WRONG: dict[str, tuple[Kind, bytes]] = {
    "nothing": (Kind.IMAGE, b""),
    "html as a picture": (Kind.IMAGE, b"<html><script>alert(1)</script></html>"),
    "svg": (Kind.IMAGE, b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "gif": (Kind.IMAGE, picture("GIF")),
    "bmp": (Kind.IMAGE, picture("BMP")),
    "a cut png": (Kind.IMAGE, picture("PNG", (400, 300))[:200]),
    "a cut jpeg": (Kind.IMAGE, picture("JPEG", (400, 300))[:600]),
    "a cut webp": (Kind.IMAGE, picture("WEBP", (400, 300))[:60]),
    "a png with a broken middle": (Kind.IMAGE, png()[:50] + b"\0\0\0\0" + png()[54:]),
    "more pixels than we paint": (Kind.IMAGE, huge_png(9000, 9000)),
    "a bomb": (Kind.IMAGE, huge_png(30000, 30000)),
    "a film as a picture": (Kind.IMAGE, FILM),
    "a picture as a film": (Kind.VIDEO, png()),
    "a cut film": (Kind.VIDEO, FILM[:200]),
    "a playlist as a film": (Kind.VIDEO, PLAYLIST),
    "text as a film": (Kind.VIDEO, b"not a film " * 100),
    "a film as a voice": (Kind.SPEECH, FILM),
    "html as a voice": (Kind.SPEECH, b"<html></html>"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_what_was_bought(media: Path, name: str) -> None:
    kind, data = WRONG[name]
    with pytest.raises(Damaged):
        keep(tenant_id=TENANT, kind=kind, data=data)
    assert files(media) == []


def test_too_large(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = png()
    monkeypatch.setitem(storage.MAX_BYTES, Kind.IMAGE, len(data) - 1)
    with pytest.raises(Damaged, match=f"a file of more than {len(data) - 1} bytes"):
        keep(tenant_id=TENANT, kind=Kind.IMAGE, data=data)
    assert files(media) == []
    monkeypatch.setitem(storage.MAX_BYTES, Kind.IMAGE, len(data))
    keep(tenant_id=TENANT, kind=Kind.IMAGE, data=data)


class TestACrashWhileWriting:
    @pytest.mark.parametrize("where", ["fsync", "replace"])
    def test_leaves_nothing_under_the_final_name(
        self, media: Path, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        data = png()

        def crash(*_: Any) -> None:
            raise OSError("the disk is full")

        with monkeypatch.context() as broken:
            broken.setattr(storage.os, "fsync", crash) if where == "fsync" else broken.setattr(Path, "replace", crash)
            with pytest.raises(StorageAway):
                keep(tenant_id=TENANT, kind=Kind.IMAGE, data=data)
        assert files(media) == []
        kept = keep(tenant_id=TENANT, kind=Kind.IMAGE, data=data)  # the control: the next try goes through
        assert files(media) == [f"t/{TENANT}/{kept.sha256}"]

    def test_a_kill_leaves_at_most_a_hidden_file(self, media: Path, tmp_path: Path) -> None:
        """A real one, between the bytes and the name."""
        import subprocess
        import sys

        program = (
            "import os, signal, sys, pathlib, uuid, django\n"
            "from django.conf import settings\n"
            "where = {'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage',"
            f" 'OPTIONS': {{'location': {str(media)!r}}}}}}}\n"
            "settings.configure(STORAGES=where)\n"
            "from generation import storage\n"
            "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
            "from generation.providers.contract import Kind\n"
            f"storage.keep(tenant_id=uuid.UUID('{TENANT}'), kind=Kind.IMAGE, data={png()!r})\n"
        )
        done = subprocess.run([sys.executable, "-c", program], timeout=60, check=False, capture_output=True)
        assert (done.returncode, done.stderr) == (-9, b"")
        (left,) = files(media)
        assert left.startswith(f"t/{TENANT}/.")
