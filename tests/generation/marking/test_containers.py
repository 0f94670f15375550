"""Every container carries the mark where its readers look for it, and shows and sounds as it did before."""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import pytest
from PIL import Image

from generation import marking
from generation.marking import DigitalSource, Mark, splicing, xmp
from tests.generation.marking.samples import MARK, SAYS, boxes, chunks, perceived, picture, samples

EXT = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
CREDIT = "{http://ns.adobe.com/photoshop/1.0/}Credit"
FORMAT = "{http://purl.org/dc/elements/1.1/}format"
TITLE = '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="theirs"/>'
THEIRS = xmp.packet(MARK).decode()
THEIRS = (THEIRS[: THEIRS.index("<rdf:Description")] + TITLE + THEIRS[THEIRS.index("</rdf:RDF>") :]).encode()
"""A provider's own packet, which says nothing of where the picture is from."""
OF_A_PHOTOGRAPH = THEIRS.replace(
    b'dc:format="theirs"',
    b'dc:format="theirs" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    b' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"',
)


def marked(tmp_path: Path, media_type: str, data: bytes, mark: Mark = MARK) -> tuple[bool, bytes]:
    path = tmp_path / "file"
    path.write_bytes(data)
    changed = marking.mark(path, media_type=media_type, mark=mark)
    assert [left.name for left in tmp_path.iterdir()] == ["file"]
    return changed, path.read_bytes()


def said(packet: bytes) -> list[dict[str, str]]:
    """What the descriptions in a packet say, read with a real XML parser."""
    about = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
    found = [dict(element.attrib) for element in ElementTree.fromstring(packet).iter() if about in element.attrib]
    assert {one.pop(about) for one in found} == {""}
    return found


OURS = {f"{EXT}DigitalSourceType": SAYS, f"{EXT}AISystemUsed": MARK.system, CREDIT: "Made with AI"}


def mark_in(media_type: str, data: bytes) -> Any:
    """The mark, as an independent reader of the container finds it."""
    if media_type.startswith("image/"):
        with Image.open(io.BytesIO(data)) as opened:
            opened.load()
            return said(opened.info["xmp"])
    if media_type in ("video/mp4", "audio/mp4"):
        kind = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
        (packet,) = (body[16:] for name, _, body in boxes(data) if name == b"uuid" and body[:16] == kind)
        return said(packet)
    if media_type == "audio/wav":
        (packet,) = (body for name, body in chunks(data) if name == b"_PMX")
        return said(packet)
    if media_type in ("audio/mpeg", "audio/aac"):
        with av.open(io.BytesIO(data)) as media:
            return said(media.metadata["id3v2_priv.XMP"].encode().decode("unicode_escape").encode("latin-1"))
    with av.open(io.BytesIO(data)) as media:
        tags = {**media.metadata, **{name: text for stream in media.streams for name, text in stream.metadata.items()}}
        return {name: tags.get(name) for name in ("DIGITALSOURCETYPE", "AISYSTEMUSED")}


TAGS_SAY = {"DIGITALSOURCETYPE": SAYS, "AISYSTEMUSED": MARK.system}


@pytest.mark.parametrize("name", samples())
def test_each_container(tmp_path: Path, name: str) -> None:
    media_type, data = samples()[name]
    before = perceived(data, media_type)
    assert before
    changed, after = marked(tmp_path, media_type, data)
    assert changed
    assert perceived(after, media_type) == before
    if media_type == "video/webm":
        # Its tags stand at the end, where no index leads: a reader that wants to start playing leaves them.
        assert after.count(SAYS.encode()) == 1
    else:
        has_comments = media_type in ("audio/flac", "audio/ogg")
        assert mark_in(media_type, after) == (TAGS_SAY if has_comments else [OURS])
    # Marked a second time, also as something else, it stays as it is.
    assert marked(tmp_path, media_type, after, Mark(DigitalSource.ALGORITHMIC)) == (False, after)


@pytest.mark.parametrize("source", DigitalSource)
def test_each_term(tmp_path: Path, source: DigitalSource) -> None:
    _, after = marked(tmp_path, "image/png", picture("PNG"), Mark(source, system="Brush"))
    learnt = source not in ("algorithmicMedia", "composite")
    expected = {
        f"{EXT}DigitalSourceType": f"http://cv.iptc.org/newscodes/digitalsourcetype/{source}",
        CREDIT: "Made with AI" if learnt else "Made by a program", **({f"{EXT}AISystemUsed": "Brush"} if learnt else {}),
    }  # fmt: skip
    assert mark_in("image/png", after) == [expected]


def png_with(packet: bytes, *, packed: bool = False) -> bytes:
    head = b"XML:com.adobe.xmp\0" + (b"\1\0\0\0" + zlib.compress(packet) if packed else b"\0\0\0\0" + packet)
    whole, chunk = picture("PNG"), b"iTXt" + head
    return whole[:33] + len(head).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") + whole[33:]


def mp4_with(kind: str, body: bytes) -> bytes:
    box = b"uuid" + bytes.fromhex(kind) + body
    film = samples()["mp4 with its head first"][1]
    head = film.index(b"moov") - 4
    # In front of the tables there is room that nothing points into, but what lies behind moves; the old place of the box is
    # therefore at the end.
    assert head > 0
    return film + (len(box) + 4).to_bytes(4, "big") + box


WITH_THEIRS = {
    "png": ("image/png", lambda packet: png_with(packet)),
    "packed png": ("image/png", lambda packet: png_with(packet, packed=True)),
    "jpeg": ("image/jpeg", lambda packet: picture("JPEG", xmp=packet)),
    "webp": ("image/webp", lambda packet: picture("WEBP", xmp=packet)),
    "mp4": ("video/mp4", lambda packet: mp4_with("BE7ACFCB97A942E89C71999491E3AFAC", packet)),
}


class TestMetadataOfTheProvider:
    @pytest.mark.parametrize("name", WITH_THEIRS)
    def test_stays_beside_ours(self, tmp_path: Path, name: str) -> None:
        media_type, make = WITH_THEIRS[name]
        data = make(THEIRS)
        changed, after = marked(tmp_path, media_type, data)
        assert changed
        assert perceived(after, media_type) == perceived(data, media_type)
        assert mark_in(media_type, after) == [{FORMAT: "theirs"}, OURS]
        if media_type == "video/mp4":
            assert [box[0] for box in boxes(after)][-2:] == [b"free", b"uuid"]
        assert marked(tmp_path, media_type, after) == (False, after)

    @pytest.mark.parametrize("name", WITH_THEIRS)
    def test_that_says_it_already(self, tmp_path: Path, name: str) -> None:
        media_type, make = WITH_THEIRS[name]
        data = make(xmp.packet(Mark(DigitalSource.COMPOSITE_SYNTHETIC)).replace(b"http://cv", b"https://cv"))
        assert marked(tmp_path, media_type, data) == (False, data)

    def test_that_calls_it_a_photograph_is_set_right(self, tmp_path: Path) -> None:
        changed, after = marked(tmp_path, "image/png", png_with(OF_A_PHOTOGRAPH))
        assert (changed, mark_in("image/png", after)) == (
            True, [{FORMAT: "theirs", f"{EXT}DigitalSourceType": SAYS}],
        )  # fmt: skip

    def test_a_signed_manifest_that_says_it_keeps_its_signature(self, tmp_path: Path) -> None:
        manifest = b"jumb....c2pa.actions....digitalSourceType" + SAYS.encode()
        film = mp4_with("D8FEC3D61B0E483C92975828877EC481", manifest)
        assert marked(tmp_path, "video/mp4", film) == (False, film)
        whole = picture("JPEG")
        jpeg = whole[:2] + b"\xff\xeb" + (len(manifest) + 2).to_bytes(2, "big") + manifest + whole[2:]
        assert marked(tmp_path, "image/jpeg", jpeg) == (False, jpeg)
        other = jpeg.replace(b"trainedAlgorithmicMedia", b"digitalCaptureOfAThings")
        changed, after = marked(tmp_path, "image/jpeg", other)
        assert (changed, mark_in("image/jpeg", after)) == (True, [OURS])

    def test_an_id3_tag_keeps_its_frames(self, tmp_path: Path) -> None:
        out = io.BytesIO()
        with av.open(io.BytesIO(samples()["bare mp3"][1])) as heard, av.open(out, "w", format="mp3") as made:
            made.metadata["title"] = "theirs"
            stream = made.add_stream_from_template(heard.streams.audio[0])
            for packet in heard.demux(heard.streams.audio[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    made.mux(packet)
        _, after = marked(tmp_path, "audio/mpeg", out.getvalue())
        assert mark_in("audio/mpeg", after) == [OURS]
        with av.open(io.BytesIO(after)) as media:
            assert media.metadata["title"] == "theirs"


def test_a_large_film_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its boxes are looked at, 40 bytes and a mark are written: whatever it weighs."""
    read: list[int] = []
    real = splicing.read_at

    def counted(file: Any, at: int, length: int) -> bytes:
        read.append(length)
        return real(file, at, length)

    monkeypatch.setattr("generation.marking.boxes.read_at", counted)
    monkeypatch.setattr(splicing, "_copy", None)  # nothing is copied
    small = samples()["mp4 with its head first"][1]
    path = tmp_path / "film"
    with path.open("wb") as film:
        film.write(small)
        film.write((1 << 29).to_bytes(4, "big") + b"free")
        film.truncate(len(small) + (1 << 29))
    assert marking.mark(path, media_type="video/mp4", mark=MARK)
    assert sum(read) < 2_000
    with path.open("rb") as film:
        assert hashlib.sha256(film.read(len(small))).hexdigest() == hashlib.sha256(small).hexdigest()
        film.seek(len(small) + (1 << 29))
        assert said(film.read()[24:]) == [OURS]
