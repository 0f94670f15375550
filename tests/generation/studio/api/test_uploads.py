"""/api/v1/uploads: what is taken, what of it is kept, and what is refused by name."""

from __future__ import annotations

import base64
import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.tenancy import scope
from generation import assets, intake, media
from generation.models import Asset
from generation.studio import tidying
from generation.studio.api import uploads
from generation.studio.models import StudioPolicy, Upload
from tests.generation.studio.api.conftest import error, rows, said

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/api/v1/uploads"


def picture(kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 120, 60)).save(out, kind, **options)
    return out.getvalue()


def photograph() -> bytes:
    """A JPEG as a phone takes it: turned, with the place, a comment and a maker."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "<script>alert('quillon')</script>"
    exif[0x010F] = "quillon cameras"
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 5.0)}
    return picture("JPEG", exif=exif, comment=b"quillon <html>")


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.class", b"quillon")
    return out.getvalue()


def form(caller: Any, data: bytes, name: str = "a.png", media_type: str = "image/png", **more: Any) -> Any:
    return caller.client.post(ADDRESS, {"file": SimpleUploadedFile(name, data, media_type), **more})


class TestTaken:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    @pytest.mark.parametrize("way", ["form", "data address"])
    def test_pictures(self, caller: Any, world: Any, kind: str, way: str) -> None:
        data, media_type = picture(kind), f"image/{kind.lower()}"
        if way == "form":
            answer = form(caller, data, "a", media_type)
        else:
            packed = base64.b64encode(data).decode()
            answer = caller.post(ADDRESS, {"data_url": f"data:{media_type};base64,{packed}"})
        with scope(world.tenant):
            upload = Upload.objects.select_related("asset").get()
        expected = {
            "id": str(upload.id), "media_type": media_type, "width": 40, "height": 30,
            "size_bytes": upload.asset.size_bytes, "url": answer.json()["url"],
            "created_at": upload.created_at.isoformat(),
            "expires_at": (upload.created_at + datetime.timedelta(days=1)).isoformat(),
        }  # fmt: skip
        assert said(answer) == (201, expected)
        assert answer.json()["url"].startswith("http://localhost/media/")
        shown = caller.client.get(answer.json()["url"], headers={"Authorization": ""})
        assert (shown.status_code, shown["Content-Type"], Image.open(io.BytesIO(shown.content)).size) == (
            200, media_type, (40, 30),
        )  # fmt: skip
        listed = caller.get(ADDRESS).json()
        assert [{**item, "url": ""} for item in listed["items"]] == [{**expected, "url": ""}]
        assert (listed["next"], listed["previous"]) == (None, None)

    def test_of_a_photograph_only_the_pixels(self, caller: Any, world: Any) -> None:
        before = photograph()
        assert (b"quillon" in before, 0x8825 in Image.open(io.BytesIO(before)).getexif()) == (True, True)
        answer = form(caller, before, "IMG_1.jpg", "image/jpeg")
        assert (answer.status_code, answer.json()["width"], answer.json()["height"]) == (201, 30, 40)  # upright
        with scope(world.tenant):
            kept = Path(media.default_storage.path(Asset.objects.get().storage_name)).read_bytes()
        assert (b"quillon" in kept, b"Exif" in kept, dict(Image.open(io.BytesIO(kept)).getexif())) == (False, False, {})

    def test_it_can_be_named(self, caller: Any, world: Any) -> None:
        made = form(caller, picture()).json()
        body = {"prompt": "It turns", "input_image_url": made["id"]}
        answer = caller.post("/generate/video", body)
        assert answer.status_code == 202
        assert caller.client.delete(f"{ADDRESS}/{made['id']}").status_code == 204
        with scope(world.tenant):
            assert (Upload.objects.count(), Asset.objects.count()) == (0, 1)  # the film has a row of its own


class TestRefused:
    FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
        "nothing": (bytes, "image/png", "file is missing: send one picture in a field of that name."),
        "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml",
                "file is no picture that is taken here. Send a PNG, JPEG or WebP."),
        "SVG renamed": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png",
                        "file is no picture that is taken here. Send a PNG, JPEG or WebP."),
        "GIF": (lambda: picture("GIF"), "image/gif", "file is no picture that is taken here. Send a PNG, JPEG or WebP."),
        "PDF": (lambda: b"%PDF-1.7\n1 0 obj<<>>", "image/png",
                "file is no picture that is taken here. Send a PNG, JPEG or WebP."),
        "GIF and JAR": (lambda: picture("GIF") + zipped(), "image/gif",
                        "file is no picture that is taken here. Send a PNG, JPEG or WebP."),
        "JPEG and ZIP": (lambda: picture("JPEG") + zipped(), "image/jpeg",
                         "file holds more than a picture: something else follows where it ends. Save it anew and send that."),
        "PNG and HTML": (lambda: picture() + b"<html>quillon</html>", "image/png",
                         "file holds more than a picture: something else follows where it ends. Save it anew and send that."),
        "of another type": (lambda: picture("JPEG"), "image/png",
                            "file was sent as image/png and is image/jpeg. Send it as what it is."),
        "HTML": (lambda: picture(), "text/html", "file was sent as text/html and is image/png. Send it as what it is."),
        "cut short": (lambda: picture()[:-20], "image/png",
                      "file is damaged and cannot be read. Save it anew and send that."),
    }  # fmt: skip

    @pytest.mark.parametrize("name", FILES)
    def test_files(self, caller: Any, media: Path, name: str) -> None:
        make, media_type, sentence = self.FILES[name]
        before = rows()
        answer = form(caller, make(), "a.png", media_type)
        if name == "nothing":
            sentence = "file is an empty file. Choose a picture."
        assert said(answer) == error(sentence, 400)
        assert (rows(), [path for path in media.rglob("*") if path.is_file()]) == (before, [])

    def test_too_large(self, caller: Any, monkeypatch: Any) -> None:
        before, one = rows(), picture()
        monkeypatch.setattr(intake, "MAX_BYTES", len(one) - 1)
        assert said(form(caller, one)) == error("file is larger than 0 MB. Send a smaller picture.", 413)
        packed = base64.b64encode(one).decode()
        told = caller.post(ADDRESS, {"data_url": f"data:image/png;base64,{packed}"})
        assert said(told) == error("data_url is larger than 0 MB. Send a smaller picture.", 413)
        monkeypatch.setattr(uploads, "FORM_BYTES", 10)
        assert form(caller, one).status_code == 413
        assert rows() == before

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ({}, "Send one of data_url and url, or a form with a file."),
            ({"data_url": "data:,x", "url": "https://example.com/a.png"},
             "Send one of data_url and url, or a form with a file."),
            ({"file": "x"}, "file is not known here. There is: data_url, url."),
            ({"data_url": 7}, "data_url must be text."),
            ({"data_url": "data:text/html;base64,PGI+"}, "data_url must be a data address of a picture in base64."),
            ({"data_url": "data:image/png;base64,%%%"}, "data_url is no base64. Encode the picture anew."),
            ({"url": "ftp://example.com/a.png"}, "url must be a picture's https address."),
        ],
    )  # fmt: skip
    def test_bodies(self, caller: Any, body: Any, sentence: str) -> None:
        told = said(caller.post(ADDRESS, body))
        field = next(iter(body), "data_url")
        assert told in (error(sentence, 400), error(f"{field}: {sentence}", 400))

    def test_forms(self, caller: Any) -> None:
        missing = "file is missing: send one picture in a field of that name."
        assert said(caller.client.post(ADDRESS, {"file": "no file"})) == error(missing, 400)
        assert said(form(caller, picture(), colour="red")) == error("colour is not known here. There is: file.", 400)
        broken = caller.client.post(ADDRESS, b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x")
        assert broken.status_code == 400
        many = caller.client.post(ADDRESS, {f"n{number}": "x" for number in range(1200)})
        assert said(many) == error("This form holds too much beside the file. Send the file alone.", 400)

    def test_more_than_are_kept(self, caller: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr(uploads, "MAX_UPLOADS", 1)
        assert form(caller, picture()).status_code == 201
        assert said(form(caller, picture())) == error(
            "You have 1 uploads, and no more are kept at a time. Delete some of them.", 409
        )


class TestWhose:
    def test_only_ones_own(self, caller: Any, program: Any, world: Any) -> None:
        upload = form(caller, picture()).json()
        for name in ("second-author", "staff", "harbour-owner"):
            other = program(name)
            assert other.get(ADDRESS).json()["items"] == []
            gone = other.client.delete(f"{ADDRESS}/{upload['id']}")
            assert said(gone) == error("There is nothing here.", 404)
            named = other.post("/generate/video", {"prompt": "It turns", "input_image_url": upload["id"]})
            assert said(named) == error(
                "input_image_url names no picture of yours. Upload it, or give its address.", 404
            )
        with scope(world.tenant):
            assert Upload.objects.count() == 1

    def test_deleted_and_gone(self, caller: Any, world: Any, media: Path) -> None:
        upload = form(caller, picture()).json()
        answer = caller.client.delete(f"{ADDRESS}/{upload['id']}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert caller.client.delete(f"{ADDRESS}/{upload['id']}").status_code == 404
        assets.remove_discarded(linger_seconds=0)
        with scope(world.tenant):
            assert (Asset.objects.count(), [path for path in media.rglob("*") if path.is_file()]) == (0, [])

    def test_after_a_day(self, caller: Any, world: Any) -> None:
        form(caller, picture())
        with scope(world.tenant):
            Upload.objects.update(created_at="2026-01-01T00:00:00Z")
        tidying.purge()
        assert caller.get(ADDRESS).json()["items"] == []


HOUSE = [
    "https://127.0.0.1/a.png", "https://localhost/a.png", "https://[::1]/a.png", "https://10.0.0.1/a.png",
    "https://169.254.169.254/latest/meta-data", "https://[::ffff:127.0.0.1]/a.png", "https://[::ffff:10.0.0.1]/a.png",
    "https://2130706433/a.png", "https://0x7f.1/a.png", "https://user:secret@127.0.0.1/a.png", "https://127.0.0.1:8443/a.png",
    "https://rebind.example/a.png", "https://nowhere.invalid/a.png", "https://", "https://[/a.png",
]  # fmt: skip


class TestAddresses:
    @pytest.fixture(autouse=True)
    def a_name_for_a_private_address(self, monkeypatch: Any) -> None:
        import socket

        real = socket.getaddrinfo

        def found(host: Any, port: Any, *more: Any, **named: Any) -> Any:
            if host == "rebind.example":
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.0.7", port))]
            if host == "nowhere.invalid":
                raise socket.gaierror(socket.EAI_NONAME, "no such name")
            return real(host, port, *more, **named)

        monkeypatch.setattr(socket, "getaddrinfo", found)

    @pytest.mark.parametrize("url", HOUSE)
    def test_what_is_not_public_is_not_fetched_and_nothing_is_charged(self, caller: Any, paid: Any, url: str) -> None:
        before = rows()

        def sentence(field: str) -> str:
            return (
                f"{field} cannot be fetched from there. Only pictures at public https addresses are, of at most 20 MB and "
                "without a redirect. Upload the picture instead."
            )

        assert said(caller.post(ADDRESS, {"url": url})) == error(sentence("url"), 400)
        for path in ("/generate/video", "/video/generate"):
            told = caller.post(path, {"prompt": "It turns", "input_image_url": url})
            assert said(told) == error(sentence("input_image_url"), 400)
        assert (rows(), paid.books) == (before, [])

    def test_where_the_library_takes_none(self, caller: Any, world: Any) -> None:
        with scope(world.tenant):
            StudioPolicy.objects.update(takes_addresses=False)
        before, url = rows(), "https://example.com/a.png"
        assert said(caller.post(ADDRESS, {"url": url})) == error(
            "url names an address, and pictures are not fetched here. Send the file instead.", 400
        )
        assert said(caller.post("/generate/video", {"prompt": "x", "input_image_url": url})) == error(
            "input_image_url names an address, and pictures are not fetched here. Upload it instead.", 400
        )
        assert rows() == before
