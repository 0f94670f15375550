"""The forms: what they show, what they refuse, what they cost, and that one form makes one thing."""

from __future__ import annotations

import io
import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from accounts.models import LedgerEntry
from accounts.tenancy import scope
from config.seeding.planting import STUDIO_GUIDELINES
from generation import intake
from generation.drain import drain_here
from generation.models import Asset, Job, ModelGrant, Rule
from generation.providers.contract import Kind
from generation.safety import house
from generation.studio.models import Piece, StudioPolicy, Take, Upload
from generation.studio.pages import pictures
from tests.factories import TOLL_PRICE
from tests.generation.studio.pages.conftest import file, png

pytestmark = pytest.mark.django_db(transaction=True)
SCENES = {
    "scene": ["Morning comes", "Night\r\nfalls", ""],
    "scene_seconds": ["2", "3", ""],
    "scene_instructions": ["", "slow", ""],
}
NARRATIVE = (
    "A day\n\nSoft light\n\nScene 1 (0–2 s): Morning comes.\n\n"
    "Scene 2 (2–5 s): Night falls. slow.\n\nThroughout: no words."
)
TIMELINE = {"mode": "timeline", "prompt": "A day", "details": "Soft light", "instructions": "no words", **SCENES}


def send(browser: Client, kind: str, **given: Any) -> Any:
    return browser.post(f"/studio/{kind}/", {"nonce": str(uuid.uuid4()), "make": "1", **given})


def wrong(answer: Any) -> tuple[int, dict[str, str]]:
    return answer.status_code, answer.context["wrong"]


def price(browser: Client, kind: str, **given: Any) -> dict[str, Any]:
    answer = browser.post(f"/studio/{kind}/price", given)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def the_job(world: Any) -> Job:
    with scope(world.tenant):
        return Job.objects.get()


def bought(world: Any) -> int:
    with scope(world.tenant):
        return Job.objects.count() + Piece.objects.count() + LedgerEntry.objects.count()


HOUSE = f"\n{house.RULES}{STUDIO_GUIDELINES}"


@pytest.mark.parametrize("kind", ["text", "image", "video"])
def test_a_form_makes_what_it_says(browser: Client, world: Any, kind: str) -> None:
    answer = send(browser, kind, prompt="  A fox keeps a shop  ")
    with scope(world.tenant):
        piece = Piece.objects.get()
        job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/studio/pieces/{piece.id}/")
    assert (piece.kind, piece.source, piece.title, piece.user) == (
        kind,
        "form",
        "A fox keeps a shop",
        world.user("author"),
    )
    own = "" if kind == "text" else HOUSE
    assert (job.kind, job.request["prompt"]) == (kind, f"A fox keeps a shop{own}")


def test_values_reach_the_maker_in_their_types(browser: Client, world: Any) -> None:
    given = {
        "prompt": "A fox", "model": "demo-painter", "aspect_ratio": "1:1", "resolution": "1K", "style": "gouache",
        "quality": "low", "seed": "7", "count": "2", "negative_prompt": "rain",
    }  # fmt: skip
    assert send(browser, "image", **given).status_code == 303
    with scope(world.tenant):
        requests = [job.request for job in Job.objects.order_by("created_at")]
        kept = Piece.objects.get().settings
    common = {
        "prompt": "A fox", "aspect_ratio": "1:1", "resolution": "1K", "style": "gouache", "quality": "low",
        "negative_prompt": "rain",
    }  # fmt: skip
    sent = {**common, "prompt": f"A fox{HOUSE}", "said": {"prompt": "A fox", "negative_prompt": "rain"}}
    assert requests == [{**sent, "seed": 7}, {**sent, "seed": 8}]
    assert kept == {**common, "seed": 7, "n": 2, "model": "demo-painter"}


def test_a_second_click_makes_nothing_more(browser: Client, world: Any) -> None:
    form = {"prompt": "A fox", "nonce": str(uuid.uuid4()), "make": "1"}
    first, second = browser.post("/studio/image/", form), browser.post("/studio/image/", form)
    assert (first.status_code, second.status_code, first["Location"]) == (303, 303, second["Location"])
    with scope(world.tenant):
        assert (Piece.objects.count(), Take.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("image", {"prompt": ""}, {"prompt": "Prompt is missing: say what to make."}),
        ("image", {"colour": "red"}, {"": "Colour is not known here. There is: "}),
        ("image", {"style": "cubist"}, {"style": "Style is not one this model takes (watercolour, "}),
        ("image", {"count": "many"}, {"count": "Write a whole number."}),
        ("image", {"count": "9"}, {"count": "How many must lie between 1 and 8."}),
        ("image", {"seed": "-1"}, {"seed": "Seed must lie between 0 and "}),
        ("image", {"seed": "9" * 400}, {"seed": "Seed must lie between 0 and "}),
        ("image", {"guidance": "3"}, {"": "Guidance is not taken by this model: leave it out."}),
        ("image", {"guidance": "nan"}, {"": "Write a number."}),
        ("image", {"details": "x"}, {"": "Details is not known here. There is: "}),
        ("image", {"nonce": "x"}, {"": "The form was damaged on its way. "}),
        ("image", {"model": "no-such"}, {"model": "There is no model called “no-such”. Choose one of the models offered."}),
        ("image", {"prompt": "a\x00b"}, {"prompt": "Null characters are not allowed."}),
        ("image", {"enhance_prompt": "maybe"}, {"": "Choose one of those shown."}),
        ("text", {"max_tokens": "0"}, {"max_tokens": "Longest answer, in tokens must lie between 1 and "}),
        ("text", {"schema": "{}"}, {"": "Schema must be a JSON schema: an object."}),
        ("video", {"mode": "start_end"}, {"first_frame": "The first frame is missing: choose a picture."}),
        ("video", {"fps": "24"}, {"": "Fps is not taken by this model: leave it out."}),
        ("video", {"mode": "timeline"}, {"scenes": "Scenes are missing: describe at least two."}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_bought(
    browser: Client, world: Any, kind: str, given: dict[str, str], told: dict[str, str]
) -> None:
    before = bought(world)
    status, found = wrong(send(browser, kind, **{"prompt": "A fox", **given}))
    assert status == 422
    assert found.keys() == told.keys()
    for name, sentence in told.items():
        assert found[name].startswith(sentence), found
    assert bought(world) == before


def test_a_refused_form_has_lost_nothing(browser: Client) -> None:
    given = {"prompt": "A fox & a hen", "style": "cubist", "seed": "7", "aspect_ratio": "1:1", "count": "3"}
    answer = send(browser, "image", reference_images=[file(), file()], **given)
    page = unescape(answer.content.decode())
    assert "A fox & a hen</textarea>" in page
    assert re.findall(r'value="(1:1|7|3)"[^>]*>', page)
    shown = {one.control.name: one for part in ("pictures", "controls", "finer") for one in answer.context[part]}
    assert {name: shown[name].value for name in ("seed", "aspect_ratio", "count")} == {
        "seed": "7", "aspect_ratio": "1:1", "count": "3",
    }  # fmt: skip
    kept = [picture.token for picture in shown["reference_images"].pictures]
    assert len(kept) == 2
    assert [browser.get(f"/studio/uploads/{token}").status_code for token in kept] == [200, 200]
    # And sent again, they come along.
    assert send(browser, "image", prompt="A fox", kept_reference_images=kept).status_code == 303


def test_kept_pictures_come_along_and_can_be_dropped(browser: Client, world: Any) -> None:
    shown = browser.post("/studio/image/", {"show": "1", "prompt": "x", "reference_images": [file(), file()]})
    tokens = re.findall(r'name="kept_reference_images" value="([^"]+)"', shown.content.decode())
    again = browser.post(
        "/studio/image/", {"drop": f"reference_images:{tokens[0]}", "prompt": "x", "kept_reference_images": tokens}
    )
    assert re.findall(r'name="kept_reference_images" value="([^"]+)"', again.content.decode()) == tokens[1:]
    assert send(browser, "image", prompt="A fox", kept_reference_images=tokens[1:]).status_code == 303
    assert [one["role"] for one in the_job(world).request["inputs"]] == ["reference"]


def polyglot() -> bytes:
    return png() + b"<script>alert(1)</script>"


def with_place() -> bytes:
    """A picture that says where it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "at home, 52.5 north"
    Image.new("RGB", (64, 36), (1, 2, 3)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "claimed", "sentence"),
    [
        (
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            "image/svg+xml",
            "is no picture that is taken here. Send a PNG,",
        ),
        (b"GIF89a" + b"\x00" * 40, "image/gif", "is no picture that is taken here."),
        (b"%PDF-1.4", "application/pdf", "is no picture that is taken here."),
        (polyglot(), "image/png", "holds more than a picture: something else follows where it ends."),
        (png(), "image/jpeg", "was sent as image/jpeg and is image/png."),
        (png()[:80], "image/png", "is damaged and cannot be read."),
        (b"", "image/png", "is an empty file."),
    ],
    ids=["svg", "gif", "pdf", "polyglot", "another type", "damaged", "empty"],
)
def test_what_is_no_picture_is_refused_beside_its_field(
    browser: Client, world: Any, data: bytes, claimed: str, sentence: str
) -> None:
    status, found = wrong(send(browser, "image", prompt="A fox", reference_images=[file(data, claimed=claimed)]))
    assert status == 422
    assert found["reference_images"].startswith(f"Reference pictures {sentence}")
    with scope(world.tenant):
        assert (Upload.objects.count(), Asset.objects.count(), Job.objects.count()) == (0, 0, 0)


def test_a_large_file_is_not_read(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_BYTES", 1024**2)
    status, found = wrong(send(browser, "image", prompt="A fox", reference_images=[file(b"x" * (1024**2 + 1))]))
    assert (status, found) == (
        413,
        {"reference_images": "Reference pictures is larger than 1 MB. Send a smaller picture."},
    )


def test_a_form_that_says_it_is_huge_is_turned_away(client_for: Any, world: Any) -> None:
    """Also before its token is looked for, which would read it."""
    browser = client_for("author", csrf=True)
    answer = browser.generic("POST", "/studio/image/", b"x", CONTENT_LENGTH=str(pictures.MAX_BODY + 1))
    assert answer.status_code == 413
    assert browser.post("/studio/image/", {"prompt": "A fox", "make": "1"}).status_code == 403
    assert bought(world) == 0


def test_pictures_are_kept_without_what_they_say_of_their_place(browser: Client, world: Any) -> None:
    browser.post("/studio/image/", {"show": "1", "reference_images": [file(with_place(), claimed="image/jpeg")]})
    with scope(world.tenant):
        upload = Upload.objects.get()
    kept = browser.get(f"/studio/uploads/{upload.id}")
    assert b"52.5" in with_place()
    assert b"52.5" not in b"".join(kept) if kept.streaming else b"52.5" not in kept.content


class TestPrices:
    def test_what_stands_on_the_button_is_held(self, browser: Client, world: Any, paid: Any) -> None:
        told = price(browser, "image", prompt="A fox", count="3")
        assert told == {
            "price_micros": 3 * TOLL_PRICE, "price": "0.003 USD", "label": "Make 3 pictures – 0.003 USD", "problem": "",
            "field": "", "preview_label": "Preview – 0.003 USD",
        }  # fmt: skip
        shown = browser.post("/studio/image/", {"show": "1", "prompt": "A fox", "count": "3"})
        assert shown.context["label"] == told["label"]
        send(browser, "image", prompt="A fox", count="3")
        with scope(world.tenant):
            assert sum(job.hold_micros for job in Job.objects.all()) == told["price_micros"]

    def test_a_film_costs_by_its_length(self, browser: Client, paid: Any) -> None:
        lengths = {
            said: price(browser, "video", prompt="A fox", duration=said)["price_micros"] for said in ("1", "7", "")
        }
        assert lengths == {"1": TOLL_PRICE, "7": 7 * TOLL_PRICE, "": 10 * TOLL_PRICE}
        scenes = price(browser, "video", **TIMELINE, narrative=NARRATIVE)
        assert (scenes["price_micros"], scenes["label"]) == (5 * TOLL_PRICE, "Film it – 0.005 USD")

    def test_nothing_is_made_and_problems_are_told(self, browser: Client, world: Any, paid: Any) -> None:
        before = bought(world)
        assert price(browser, "image", prompt="") == {
            "price_micros": TOLL_PRICE, "price": "0.001 USD", "label": "Make 1 picture – 0.001 USD", "problem": "",
            "field": "", "preview_label": "Preview – 0.001 USD",
        }  # fmt: skip
        told = price(browser, "image", prompt="A fox", aspect_ratio="wide")
        assert (told["price_micros"], told["field"], told["problem"], told["label"]) == (
            None, "aspect_ratio", "Shape must be a width to a height like “16:9”.", "Make 1 picture",
        )  # fmt: skip
        assert bought(world) == before

    def test_free_is_said(self, browser: Client) -> None:
        assert price(browser, "text", prompt="A fox")["label"] == "Write it – free"

    def test_what_the_budget_does_not_cover(self, browser: Client, world: Any, paid: Any) -> None:
        from accounts.models import Cap

        with scope(world.tenant):
            Cap.objects.filter(measure="micros").update(limit=TOLL_PRICE)
        status, found = wrong(send(browser, "image", prompt="A fox", count="2"))
        assert (status, found) == (402, {"": "The budget for today is used up. Nothing was charged."})
        with scope(world.tenant):
            assert (Piece.objects.count(), LedgerEntry.objects.count()) == (0, 0)


class TestModels:
    def test_the_form_is_that_of_the_model(self, browser: Client, paid: Any) -> None:
        def shown(model: str) -> set[str]:
            answer = browser.get("/studio/image/", {"model": model})
            return {one.control.name for part in ("pictures", "controls", "finer") for one in answer.context[part]}

        assert shown("toll-paint") == {"aspect_ratio", "count", "seed", "reuse"}
        assert shown("demo-painter") == {
            "reference_images", "aspect_ratio", "resolution", "style", "quality", "count", "negative_prompt", "seed",
            "output_format", "source", "reuse",
        }  # fmt: skip

    def test_what_was_typed_outlasts_another_model(self, browser: Client, paid: Any) -> None:
        given = {"show": "1", "model": "toll-paint", "prompt": "A fox", "seed": "7", "style": "gouache"}
        answer = browser.post("/studio/image/", given, headers={"X-Fragment": "form"})
        assert answer.templates[0].name == "studio/_form.html"
        assert (answer.status_code, answer.context["desk"].prompt, answer.context["wrong"]) == (200, "A fox", {})
        assert {one.control.name: one.value for one in answer.context["finer"]} == {"seed": "7", "reuse": ""}

    def test_pictures_that_it_does_not_take_are_put_aside_aloud(self, browser: Client, paid: Any) -> None:
        given = {"show": "1", "model": "toll-paint", "reference_images": [file()]}
        assert browser.post("/studio/image/", given).context["desk"].notices == [
            "This model takes no reference images here, so what you chose for it does not come along."
        ]

    def test_without_one_it_says_so(self, browser: Client, world: Any) -> None:
        with scope(world.tenant):
            ModelGrant.objects.filter(tier=None, kind="image").delete()
        sentence = "No model is available here at the moment. Staff have to grant one."
        assert wrong(browser.get("/studio/image/")) == (503, {"": sentence})
        assert wrong(send(browser, "image", prompt="A fox")) == (503, {"": sentence})

    def test_one_of_another_tenant_is_none_of_ours(self, browser: Client, paid: Any, client_for: Any) -> None:
        harbour = client_for("harbour-owner", host="harbour.localhost")
        status, found = wrong(send(harbour, "image", prompt="A fox", model="toll-paint"))
        assert (status, found) == (
            403,
            {"model": "“toll-paint” is not available here. Choose one of the models offered."},
        )


class TestTimeline:
    def test_the_narrative_is_shown_and_that_is_what_is_sent(self, browser: Client, world: Any) -> None:
        read = browser.post("/studio/video/", {**TIMELINE, "read": "1"})
        assert (read.status_code, read.context["narrative"]) == (200, NARRATIVE)
        assert NARRATIVE in unescape(read.content.decode())
        assert bought(world) == 0
        # As a browser sends a page: the hidden fields, and the words with its own line ends.
        form: dict[str, Any] = {}
        for name, value in read.context["hidden"]:
            form.setdefault(name, []).append(value)
        sent = browser.post("/studio/video/", {**form, "narrative": NARRATIVE.replace("\n", "\r\n"), "make": "1"})
        assert sent.status_code == 303
        with scope(world.tenant):
            job, piece = Job.objects.get(), Piece.objects.get()
        assert (job.request["prompt"], job.request["seconds"]) == (f"{NARRATIVE}{HOUSE}", 5.0)
        assert {name: piece.settings[name] for name in ("mode", "about", "details", "instructions", "scenes")} == {
            "mode": "timeline", "about": "A day", "details": "Soft light", "instructions": "no words",
            "scenes": [
                {"description": "Morning comes", "instructions": "", "seconds": 2.0},
                {"description": "Night\r\nfalls", "instructions": "slow", "seconds": 3.0},
            ],
        }  # fmt: skip

    def test_what_was_changed_on_the_way_is_checked_like_any_prompt(self, browser: Client, world: Any) -> None:
        with scope(world.tenant):
            Rule.objects.create(text="dragon", scope="studio")
        status, found = wrong(send(browser, "video", **TIMELINE, narrative="Scene 1: a dragon"))
        assert (status, list(found)) == (422, ["prompt"])
        assert "which is kept out here" in found["prompt"]
        assert bought(world) == 0

    def test_nothing_is_sent_that_was_not_shown(self, browser: Client, world: Any) -> None:
        """A form without its narrative is read through first."""
        answer = send(browser, "video", **TIMELINE)
        assert (answer.status_code, answer.context["narrative"], bought(world)) == (200, NARRATIVE, 0)

    def test_back_to_the_scenes(self, browser: Client) -> None:
        answer = browser.post("/studio/video/", {**TIMELINE, "narrative": NARRATIVE, "show": "1"})
        assert [row.get("description", "") for row in answer.context["desk"].scene_rows] == [
            *SCENES["scene"],
            "",
            "",
            "",
        ]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"scene": ["one"]}, "Scenes need a second one."),
            ({"scene": ["one", "two"], "scene_seconds": ["x", "2"]}, "Scene 1: its seconds must be a number above 0."),
            ({"scene": ["one", "two"], "scene_seconds": ["1", "-2"]}, "Scene 2: its seconds must be a number above 0."),
            ({"scene": ["one", "two", ""], "scene_instructions": ["", "", "x"]}, "Scene 3 says nothing yet:"),
            ({"scene": ["one"] * 13}, "A film has 12 scenes at most."),
            ({"scene": ["x" * 10_001, "two"]}, "Scene 1 is longer than 10,000 characters."),
        ],
    )  # fmt: skip
    def test_scenes_that_cannot_be_filmed(
        self, browser: Client, world: Any, changes: dict[str, Any], sentence: str
    ) -> None:
        given = {**TIMELINE, "scene_seconds": [], "scene_instructions": [], **changes, "read": "1"}
        status, found = wrong(browser.post("/studio/video/", given))
        assert status == 422
        assert next(iter(found.values())).startswith(sentence)
        assert bought(world) == 0


class TestBegun:
    """Forms that begin with what there is."""

    @pytest.fixture
    def painted(self, browser: Client, world: Any) -> tuple[Piece, Take]:
        given = {"prompt": "A fox", "style": "gouache", "aspect_ratio": "1:1", "count": "2", "seed": "7"}
        assert send(browser, "image", reference_images=[file()], **given).status_code == 303
        with scope(world.tenant):
            drain_here()
            return Piece.objects.get(), Take.objects.get(number=1)

    def test_with_all_settings_again(self, browser: Client, world: Any, painted: tuple[Piece, Take]) -> None:
        piece, take = painted
        desk = browser.get("/studio/image/", {"from": str(piece.id)}).context["desk"]
        said = {one.control.name: one.value for one in desk.controls() if one.value}
        assert (desk.prompt, said) == (
            "A fox", {"style": "gouache", "aspect_ratio": "1:1", "count": "2", "seed": "7"},
        )  # fmt: skip
        [picture] = desk.pictures["reference_images"]
        assert (picture.token, browser.get(picture.url).status_code) == (f"{take.id}.0", 200)
        again = {"prompt": desk.prompt, **said, "kept_reference_images": picture.token}
        assert send(browser, "image", **again).status_code == 303
        with scope(world.tenant):
            jobs = list(Job.objects.order_by("created_at"))
            shas = {Asset.objects.get(id=job.request["inputs"][0]["asset"]).sha256 for job in jobs}
        assert [{**job.request, "inputs": 0} for job in jobs[2:]] == [{**job.request, "inputs": 0} for job in jobs[:2]]
        assert len(shas) == 1

    def test_a_film_of_a_picture(self, browser: Client, world: Any, painted: tuple[Piece, Take]) -> None:
        take = painted[1]
        desk = browser.get("/studio/video/", {"picture": str(take.id)}).context["desk"]
        [picture] = desk.pictures["first_frame"]
        assert (picture.token, browser.get(picture.url).status_code) == (str(take.id), 200)
        assert send(browser, "video", prompt="It turns", kept_first_frame=picture.token).status_code == 303
        with scope(world.tenant):
            film = Piece.objects.get(kind=Kind.VIDEO)
            job = Job.objects.get(kind=Kind.VIDEO)
            frame = Asset.objects.get(id=job.request["inputs"][0]["asset"])
            made = Job.objects.select_related("asset").get(id=take.job_id)
        assert (film.parent_id, job.request["inputs"][0]["role"]) == (take.id, "first_frame")
        assert made.asset is not None
        assert frame.sha256 == made.asset.sha256

    def test_scenes_again(self, browser: Client, world: Any) -> None:
        send(browser, "video", **TIMELINE, narrative=NARRATIVE)
        with scope(world.tenant):
            piece = Piece.objects.get()
        desk = browser.get("/studio/video/", {"from": str(piece.id)}).context["desk"]
        assert (desk.mode, desk.prompt, desk.compose()) == ("timeline", "A day", NARRATIVE)

    def test_of_nobody_else(
        self, browser: Client, others: dict[str, Client], world: Any, painted: tuple[Piece, Take]
    ) -> None:
        """Neither the settings, nor the picture, nor what it was made from; the staff read, and make nothing of it."""
        piece, take = painted
        with scope(world.tenant):
            upload = Upload.objects.get()
        asked = {
            "settings": ("/studio/image/", {"from": str(piece.id)}),
            "picture": ("/studio/video/", {"picture": str(take.id)}),
            "upload": (f"/studio/uploads/{upload.id}", {}),
        }
        told = {who: {what: b.get(*ask).status_code for what, ask in asked.items()} for who, b in others.items()}
        assert told == dict.fromkeys(others, dict.fromkeys(asked, 404))
        assert {what: browser.get(*ask).status_code for what, ask in asked.items()} == dict.fromkeys(asked, 200)
        for who, other in others.items():
            for token in (str(upload.id), str(take.id), f"{take.id}.0"):
                shown = other.post("/studio/image/", {"show": "1", "kept_reference_images": token})
                assert (who, shown.context["desk"].pictures) == (who, {})


def test_markup_is_only_words(browser: Client) -> None:
    nasty = "</textarea><script>window.broken=1</script><img src=x onerror=alert(1)>"
    answer = browser.post("/studio/video/", {
        **TIMELINE, "prompt": nasty, "details": nasty, "scene": [nasty, nasty], "style": nasty, "model": nasty, "seed": nasty,
        "show": "1", nasty: "x",
    })  # fmt: skip
    page = answer.content.decode()
    assert ("window.broken" in page, "<script>window" in page, "<img src=x" in page) == (True, False, False)
    read = browser.post("/studio/video/", {**TIMELINE, "prompt": nasty, "read": "1"}).content.decode()
    assert ("window.broken" in read, "<script>window" in read, "<img src=x" in read) == (True, False, False)


def test_a_closed_studio_says_so_kindly(browser: Client, world: Any) -> None:
    with scope(world.tenant):
        StudioPolicy.objects.update(is_open=False)
    asked = {
        "home": browser.get("/studio/"), "form": browser.get("/studio/image/"),
        "sent": send(browser, "image", prompt="A fox"), "price": browser.post("/studio/image/price", {"prompt": "A fox"}),
    }  # fmt: skip
    assert {name: answer.status_code for name, answer in asked.items()} == dict.fromkeys(asked, 403)
    assert {name: answer.templates[0].name for name, answer in asked.items()} == dict.fromkeys(
        asked, "studio/closed.html"
    )
    assert browser.get("/studio/pieces/").status_code == 200
    assert bought(world) == 0
