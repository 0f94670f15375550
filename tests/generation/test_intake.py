"""Pictures that people bring along."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from typing import Any

import pytest
from PIL import Image

from generation import intake
from generation.intake import BadPicture, cleaned, from_data_url
from tests.generation.providers.raw import Raw, reply, says

HERE = "Exif GPS 52.520008 13.404954"


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind, **more)
    return out.getvalue()


def with_exif() -> bytes:
    """A photograph on its side that tells where it was taken, by whom, and with a small picture of itself inside."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned: the camera was held upright
    exif[0x013B] = "Alice Artist"
    exif[0x010E] = HERE
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return picture(exif=exif, comment=b"<script>alert(1)</script>")


def test_what_a_photograph_tells_stays_behind_and_it_stands_upright() -> None:
    sent = with_exif()
    with Image.open(io.BytesIO(sent)) as told:  # the control: it is there to be lost
        assert told.getexif().get_ifd(0x8825) == {1: "N", 2: (52.0, 31.0, 12.0)}
    assert HERE.encode() in sent
    media_type, clean = cleaned(sent, field="file", claimed="image/jpeg")
    with Image.open(io.BytesIO(clean)) as found:
        assert (media_type, found.size, dict(found.getexif())) == ("image/jpeg", (30, 40), {})
        assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(mark in clean for mark in (b"Exif", b"Alice", b"script", b"GPS"))


@pytest.mark.parametrize(
    ("kind", "mode", "media_type", "kept"),
    [
        ("PNG", "RGB", "image/png", "RGB"), ("PNG", "RGBA", "image/png", "RGBA"), ("PNG", "P", "image/png", "RGB"),
        ("PNG", "1", "image/png", "RGB"), ("PNG", "I;16", "image/png", "RGB"), ("JPEG", "L", "image/jpeg", "RGB"),
        ("JPEG", "CMYK", "image/jpeg", "RGB"), ("WEBP", "RGBA", "image/webp", "RGB"), ("WEBP", "RGB", "image/webp", "RGB"),
    ],
)  # fmt: skip
def test_every_kind_that_is_taken(kind: str, mode: str, media_type: str, kept: str) -> None:
    said, clean = cleaned(picture(kind, mode=mode), field="file")
    with Image.open(io.BytesIO(clean)) as found:
        assert (said, found.format, found.mode, found.size) == (media_type, kind, kept, (40, 30))


def test_progressive_with_restart_marks_is_whole() -> None:
    sent = picture(size=(300, 200), progressive=True, restart_marker_blocks=2, quality=95)
    assert b"\xff\xd0" in sent
    assert cleaned(sent, field="file")[0] == "image/jpeg"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("payload.jar", "x" * 200)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'
NO_PICTURE = "file is no picture that is taken here. Send a PNG, JPEG or WebP."
MORE = "file holds more than a picture: something else follows where it ends. Save it anew and send that."
DAMAGED = "file is damaged and cannot be read. Save it anew and send that."
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "", "file is an empty file. Choose a picture."),
    "svg": (SVG, "image/svg+xml", NO_PICTURE),
    "svg as png": (SVG, "image/png", NO_PICTURE),
    "gif": (picture("GIF", mode="P"), "image/gif", NO_PICTURE),
    "gif as png": (picture("GIF", mode="P"), "image/png", NO_PICTURE),
    "bmp": (picture("BMP"), "image/bmp", NO_PICTURE),
    "tiff": (picture("TIFF"), "", NO_PICTURE),
    "pdf": (b"%PDF-1.7\n" + picture(), "image/jpeg", NO_PICTURE),
    "html": (b"<!doctype html><script>alert(1)</script>", "text/html", NO_PICTURE),
    "jpeg as png": (picture(), "image/png", "file was sent as image/png and is image/jpeg. Send it as what it is."),
    "jpeg as html": (picture(), "text/html", "file was sent as text/html and is image/jpeg. Send it as what it is."),
    "jpeg and zip": (picture() + zipped(), "image/jpeg", MORE),
    "png and html": (picture("PNG") + b"<script>alert(1)</script>", "image/png", MORE),
    "webp and php": (picture("WEBP") + b"<?php system('id'); ?>", "image/webp", MORE),
    "half a jpeg": (picture(size=(300, 200))[:2000], "image/jpeg", DAMAGED),
    "half a png": (picture("PNG", size=(300, 200))[:400], "image/png", DAMAGED),
    "half a webp": (picture("WEBP", size=(300, 200))[:200], "image/webp", DAMAGED),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    data, claimed, told = REFUSED[name]
    with pytest.raises(BadPicture) as refused:
        cleaned(data, field="file", claimed=claimed)
    assert (str(refused.value), refused.value.field) == (told, "file")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    bomb = out.getvalue()
    assert len(bomb) < 200_000
    with pytest.raises(BadPicture) as refused:
        cleaned(bomb, field="file")
    assert "pixels" in str(refused.value) or str(refused.value) == NO_PICTURE


def test_a_picture_whose_header_lies_is_refused() -> None:
    sent = bytearray(picture("PNG"))
    sent[16:24] = struct.pack(">II", 20_000, 20_000)
    with pytest.raises(BadPicture):
        cleaned(bytes(sent), field="file")


def test_too_large_is_refused_whole_and_packed(monkeypatch: Any) -> None:
    monkeypatch.setattr(intake, "MAX_BYTES", 1000)
    for attempt in (
        lambda: cleaned(b"x" * 1001, field="file"),
        lambda: from_data_url("data:image/png;base64," + base64.b64encode(b"x" * 1003).decode(), field="file"),
    ):
        with pytest.raises(BadPicture) as refused:
            attempt()
        assert (refused.value.status, str(refused.value)) == (413, "file is larger than 0 MB. Send a smaller picture.")


def test_data_addresses() -> None:
    sent = picture("PNG")
    packed = base64.b64encode(sent).decode()
    assert from_data_url(f"data:image/PNG;base64,{packed}", field="f") == (sent, "image/png")
    for wrong in (
        "data:text/html;base64,PHA+",
        "data:image/png,abc",
        "data:image/png;base64,%%%",
        f"data:;base64,{packed}",
    ):
        with pytest.raises(BadPicture):
            from_data_url(wrong, field="f")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.png", "https://localhost/a.png", "https://10.0.0.7/a.png", "https://169.254.169.254/latest",
        "https://[::1]/a.png", "https://[::ffff:127.0.0.1]/a.png", "https://0x7f000001/a.png", "https://2130706433/a.png",
        "http://example.com/a.png", "ftp://example.com/a.png", "file:///etc/passwd", "https://", "https://user:pw@127.0.0.1/",
        "//127.0.0.1/a.png", "https://127.0.0.1:8000/healthz", "https://8.8.8.8:8443/a.png", "https://8.8.8.8:22/",
        "https://user:pw@8.8.8.8/a.png", "https://user@8.8.8.8/a.png", "https://8.8.8.8:eighty/a.png",
    ],
)  # fmt: skip
def test_no_address_of_the_house_is_fetched(url: str, monkeypatch: Any) -> None:
    import socket

    def connect(*_: Any, **__: Any) -> Any:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(BadPicture) as refused:
        intake.fetch(url, field="image_url")
    assert str(refused.value).startswith("image_url cannot be fetched from there.")
    assert url not in str(refused.value)


def test_a_redirect_leads_nowhere() -> None:
    with Raw(says(reply(picture("PNG")))) as elsewhere:
        moved = reply(b"", "302 Found", location=f"{elsewhere.url}/a.png")
        with Raw(says(moved), says(reply(picture("PNG")))) as server:
            trusted = (server.url, elsewhere.url)
            with pytest.raises(BadPicture):
                intake.fetch(f"{server.url}/a.png", field="image_url", trusted=trusted)
            assert (server.connections, elsewhere.connections) == (1, 0)
            found, _ = intake.fetch(f"{server.url}/a.png", field="image_url", trusted=trusted)  # the control
            assert found == picture("PNG")
