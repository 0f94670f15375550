"""The page of a piece: its takes live and afterwards, what may be done with them, and by whom."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from accounts.tenancy import scope
from generation.drain import drain_here
from generation.models import Job, Rule
from generation.providers.contract import Done, Kind
from generation.providers.errors import Refused
from generation.studio.models import Piece, StudioPolicy, Take
from tests.factories import TOLL_PRICE

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Piece]


@pytest.fixture
def made(browser: Client, world: Any, paid: Any) -> Make:
    """Ask in the form and let it be made; the paid provider answers as it was told to."""

    def ask(kind: Kind = Kind.IMAGE, *, drain: bool = True, **given: str) -> Piece:
        if kind is Kind.TEXT:
            paid.script[Kind.TEXT].append(Done(text="Words <b>about</b> a fox.\n\nMore of them.", model="words"))
        answer = browser.post(f"/studio/{kind}/", {"prompt": "A fox", "make": "1", "nonce": str(uuid.uuid4()), **given})
        assert answer.status_code == 303
        with scope(world.tenant):
            if drain:
                drain_here()
            return Piece.objects.latest("created_at")

    return ask


def at(piece: Piece, then: str = "") -> str:
    return f"/studio/pieces/{piece.id}/{then}"


def takes(world: Any, piece: Piece) -> list[Take]:
    with scope(world.tenant):
        return list(Take.objects.filter(piece=piece).select_related("job__asset").order_by("number"))


def finish(world: Any) -> None:
    with scope(world.tenant):
        drain_here()


def test_the_status_says_what_the_page_needs(browser: Client, world: Any, made: Make) -> None:
    piece = made(drain=False)
    [take] = takes(world, piece)
    known = {
        "id": str(take.id), "job": str(take.job.id), "number": 1, "verb": "made", "model": "toll-paint", "provider": "toll",
        "seed": take.job.request["seed"],
    }  # fmt: skip
    assert browser.get(at(piece, "status")).json() == {
        "status": "queued", "takes": [{**known, "status": "queued", "progress": None, "cost_micros": None, "place": 1,
                                      "outlook": "It is next."}],
    }  # fmt: skip
    finish(world)
    [take] = takes(world, piece)
    known.pop("seed")
    told = browser.get(at(piece, "status")).json()
    told["takes"][0].pop("seed")
    assert told == {
        "status": "completed",
        "takes": [{
            **known, "status": "completed", "progress": 100, "cost_micros": TOLL_PRICE,
            "image_url": f"/api/v1/assets/{take.job.asset_id}/file",
        }],
    }  # fmt: skip


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.IMAGE, Kind.VIDEO])
def test_the_page_waits_and_shows(browser: Client, world: Any, made: Make, kind: Kind) -> None:
    piece = made(kind, drain=False)
    waiting = browser.get(at(piece))
    assert (waiting.context["state"], waiting.context["main"].words) == ("queued", "waits its turn")
    assert b'http-equiv="refresh"' in waiting.content
    finish(world)
    page = browser.get(at(piece))
    [take] = takes(world, piece)
    shown = {
        Kind.TEXT: "Words &lt;b&gt;about&lt;/b&gt; a fox.</p>",
        Kind.IMAGE: f'src="/api/v1/assets/{take.job.asset_id}/file" alt="A fox"',
        Kind.VIDEO: f'poster="/studio/takes/{take.id}/thumb" src="/api/v1/assets/{take.job.asset_id}/file"',
    }[kind]
    assert shown in page.content.decode()
    assert b'http-equiv="refresh"' not in page.content
    assert b"autoplay" not in page.content.split(b'id="piece"')[1].split(b"</article>")[0]
    assert (page.context["state"], page.context["main"].cost) == ("completed", "0.001 USD")
    fragment = browser.get(at(piece), headers={"X-Fragment": "piece"})
    assert fragment.templates[0].name == "studio/_piece.html"


class TestAgain:
    def test_another_take_beside_the_first(self, browser: Client, world: Any, made: Make) -> None:
        piece = made()
        page = browser.get(at(piece))
        assert "Make another – 0.001 USD" in page.content.decode()
        form = {"take": str(page.context["main"].take.id), "nonce": str(uuid.uuid4())}
        first, second = browser.post(at(piece, "again"), form), browser.post(at(piece, "again"), form)
        assert [(one.status_code, one["Location"]) for one in (first, second)] == [(303, at(piece))] * 2
        finish(world)
        assert [(take.number, take.verb, take.job.status) for take in takes(world, piece)] == [
            (1, "made", "done"), (2, "again", "done"),
        ]  # fmt: skip
        assert [browser.get(at(piece), asked).context["main"].take.number for asked in ({}, {"take": "1"})] == [2, 1]

    def test_one_that_fails_leaves_the_earlier_standing(
        self, browser: Client, world: Any, made: Make, paid: Any
    ) -> None:
        piece = made()
        paid.script[Kind.IMAGE].append(Refused("their words about why"))
        browser.post(at(piece, "again"), {"nonce": str(uuid.uuid4())})
        finish(world)
        page = browser.get(at(piece))
        told = unescape(page.content.decode())
        [first, second] = takes(world, piece)
        assert (page.context["state"], page.context["main"].take.id) == ("completed", first.id)
        assert (second.job.status, second.job.message in told, "their words" in told) == ("refused", True, False)
        assert told.count("Try again") == 1

    def test_a_first_that_fails_has_one_button(self, browser: Client, world: Any, made: Make, paid: Any) -> None:
        paid.script[Kind.IMAGE].append(Refused("no"))
        piece = made()
        page = browser.get(at(piece))
        assert (page.context["state"], unescape(page.content.decode()).count("Try again")) == ("failed", 1)
        assert (page.context["main"].words, page.context["main"].cost) == ("was refused", "nothing charged")

    def test_what_the_budget_does_not_cover_is_said(self, browser: Client, world: Any, made: Make) -> None:
        from accounts.models import Cap

        piece = made()
        with scope(world.tenant):
            Cap.objects.filter(measure="micros").update(limit=TOLL_PRICE)
        answer = browser.post(at(piece, "again"), {"nonce": str(uuid.uuid4())})
        assert (answer.status_code, answer.context["wrong"]) == (
            402, {"": "The budget for today is used up. Nothing was charged."},
        )  # fmt: skip
        assert len(takes(world, piece)) == 1


class TestEdit:
    def test_by_instruction(self, browser: Client, world: Any, made: Make) -> None:
        piece = made(model="demo-painter")
        [take] = takes(world, piece)
        given = {"take": str(take.id), "instruction": "Add a sunset", "nonce": str(uuid.uuid4())}
        assert browser.post(at(piece, "edit"), given).status_code == 303
        finish(world)
        [first, second] = takes(world, piece)
        assert (second.verb, second.instruction, second.job.kind) == ("edited", "Add a sunset", "edit")
        assert first.job.asset is not None
        assert second.job.asset is not None
        assert first.job.asset.sha256 != second.job.asset.sha256
        page = browser.get(at(piece))
        assert page.context["main"].take.id == second.id
        assert [one["role"] for one in page.context["brought"]] == ["source"]
        assert browser.get(page.context["brought"][0]["url"]).status_code == 200

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            ({"instruction": ""}, {"instruction": "Say what to change."}),
            ({"instruction": "a\x00"}, {"instruction": "Null characters are not allowed."}),
            ({"take": "x"}, {"instruction": "Choose a take."}),
        ],
    )
    def test_what_is_wrong_stands_beside_it(
        self, browser: Client, world: Any, made: Make, given: dict[str, str], wrong: dict[str, str]
    ) -> None:
        piece = made()
        [take] = takes(world, piece)
        answer = browser.post(at(piece, "edit"), {"take": str(take.id), "instruction": "Add a sunset", **given})
        assert (answer.status_code, answer.context["wrong"]) == (422, wrong)
        assert len(takes(world, piece)) == 1

    def test_words_that_are_kept_out(self, browser: Client, world: Any, made: Make) -> None:
        piece = made(model="demo-painter")
        [take] = takes(world, piece)
        with scope(world.tenant):
            Rule.objects.create(text="dragon", scope="studio")
        answer = browser.post(at(piece, "edit"), {"take": str(take.id), "instruction": "<i>Add a dragon</i>"})
        assert (answer.status_code, list(answer.context["wrong"])) == (422, ["instruction"])
        assert "&lt;i&gt;Add a dragon&lt;/i&gt;</textarea>" in answer.content.decode()

    def test_a_film_has_no_such_form(self, browser: Client, world: Any, made: Make) -> None:
        piece = made(Kind.VIDEO)
        [take] = takes(world, piece)
        assert 'name="instruction"' not in browser.get(at(piece)).content.decode()
        answer = browser.post(at(piece, "edit"), {"take": str(take.id), "instruction": "Slower"})
        assert answer.context["wrong"] == {"instruction": "Only texts and pictures can be edited by an instruction."}


def test_a_take_of_another_piece_is_none_of_this_one(browser: Client, world: Any, made: Make) -> None:
    piece, other = made(), made()
    [take] = takes(world, other)
    given = {"take": str(take.id), "instruction": "Add a sunset"}
    assert [browser.post(at(piece, verb), given).status_code for verb in ("again", "edit")] == [404, 404]


def test_what_is_under_way_can_be_stopped(browser: Client, world: Any, made: Make) -> None:
    piece = made(drain=False)
    assert browser.post(at(piece, "cancel")).status_code == 303
    page = browser.get(at(piece))
    assert (page.context["main"].words, page.context["main"].cost) == ("was cancelled", "nothing charged")


def test_deleted_is_gone(browser: Client, world: Any, made: Make) -> None:
    piece = made()
    [take] = takes(world, piece)
    addresses = [at(piece), at(piece, "status"), at(piece, "delete"), f"/studio/takes/{take.id}/file",
                 f"/studio/takes/{take.id}/thumb", f"/api/v1/assets/{take.job.asset_id}/file"]  # fmt: skip
    assert [browser.get(address).status_code for address in addresses] == [200] * 6
    asked = browser.get(at(piece, "delete"))
    assert "Delete this picture?" in asked.content.decode()
    gone = browser.post(at(piece, "delete"))
    assert (gone.status_code, gone["Location"]) == (303, "/studio/")
    assert [browser.get(address).status_code for address in addresses] == [404] * 6
    assert (browser.get("/studio/").context["latest"], browser.get("/studio/pieces/").context["pieces"]) == ([], [])
    assert [browser.post(at(piece, verb)).status_code for verb in ("again", "edit", "cancel", "delete")] == [404] * 4


def test_downloads_are_the_bytes_under_a_name(browser: Client, world: Any, made: Make) -> None:
    text, picture = made(Kind.TEXT, prompt="Über <b>Füchse</b>"), made(prompt="狐")
    [words], [image] = takes(world, text), takes(world, picture)
    first, second = (browser.get(f"/studio/takes/{take.id}/file") for take in (words, image))
    assert (first["Content-Disposition"], first["Content-Type"], first.content.decode()) == (
        'attachment; filename="uber-b-fuchse-b-1.txt"', "text/plain; charset=utf-8",
        "Words <b>about</b> a fox.\n\nMore of them.",
    )  # fmt: skip
    kept = default_storage.open(image.job.asset.storage_name).read()
    assert (second["Content-Disposition"], second.content) == ('attachment; filename="image-1.png"', kept)


def test_small_pictures(browser: Client, world: Any, made: Make) -> None:
    picture, film = made(), made(Kind.VIDEO)
    for piece in (picture, film):
        [take] = takes(world, piece)
        small = browser.get(f"/studio/takes/{take.id}/thumb")
        shown = Image.open(io.BytesIO(small.content))
        assert (small["Content-Type"], shown.format, shown.size) == ("image/jpeg", "JPEG", (64, 36))
        again = browser.get(f"/studio/takes/{take.id}/thumb", headers={"If-None-Match": small["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_what_was_made_otherwise_is_told(browser: Client, world: Any, made: Make) -> None:
    piece = made(model="demo-painter", resolution="4K", aspect_ratio="1:1")
    page = browser.get(at(piece))
    assert page.context["main"].changes == ["Resolution: asked for 4K, made in 2K."]
    assert page.context["settings"] == [("Shape", "1:1"), ("Resolution", "4K")]


def test_others(browser: Client, others: dict[str, Client], world: Any, made: Make) -> None:
    """Staff read what was made here and change nothing; everybody else finds nothing."""
    piece = made(prompt="quillon-eighteen")
    [take] = takes(world, piece)
    reads = [at(piece), at(piece, "status"), f"/studio/takes/{take.id}/file", f"/studio/takes/{take.id}/thumb"]
    told = {who: [other.get(address).status_code for address in reads] for who, other in others.items()}
    assert told == {"another author": [404] * 4, "staff": [200] * 4, "another tenant": [404] * 4}
    staff_page = others["staff"].get(at(piece)).content.decode()
    assert (
        "quillon-eighteen" in staff_page,
        "Arlo Author" in staff_page,
        '<form method="post" action="/studio/' in staff_page,
    ) == (True, True, False)
    given = {"take": str(take.id), "instruction": "x"}
    verbs = ("again", "edit", "cancel", "delete")
    changes = {who: [other.post(at(piece, verb), given).status_code for verb in verbs] for who, other in others.items()}
    assert changes == dict.fromkeys(others, [404] * 4)
    assert len(takes(world, piece)) == 1
    for other in others.values():
        assert b"quillon-eighteen" not in other.get("/studio/").content + other.get("/studio/pieces/").content


def test_markup_is_only_words(browser: Client, world: Any, made: Make) -> None:
    nasty = "<img src=x onerror=alert(1)><script>window.broken=1</script>"
    piece = made(prompt=nasty)
    with scope(world.tenant):
        Take.objects.update(instruction=nasty)
        Job.objects.update(message=nasty)
    for address in (at(piece), at(piece, "delete"), "/studio/", "/studio/pieces/"):
        page = browser.get(address).content
        assert (b"onerror=alert" in page, b"<img src=x" in page, b"<script>window" in page) == (True, False, False)


def test_a_closed_studio_shows_what_was_made_and_makes_nothing(browser: Client, world: Any, made: Make) -> None:
    piece = made()
    with scope(world.tenant):
        StudioPolicy.objects.update(is_open=False)
    page = browser.get(at(piece))
    assert (page.status_code, "Make another" in page.content.decode()) == (200, False)
    assert [browser.post(at(piece, verb), {"take": str(uuid.uuid4())}).status_code for verb in ("again",)] == [404]
    assert browser.post(at(piece, "again")).status_code == 403


def test_no_post_goes_without_a_token(client_for: Any, browser: Client, world: Any, made: Make) -> None:
    piece, careless = made(), client_for("author", csrf=True)
    addresses = [at(piece, verb) for verb in ("again", "edit", "cancel", "delete")]
    addresses += ["/studio/image/", "/studio/image/price"]
    assert [careless.post(address, {"prompt": "A fox"}).status_code for address in addresses] == [403] * 6
    assert (len(takes(world, piece)), browser.get(at(piece)).status_code) == (1, 200)


def test_no_address_takes_another_method(browser: Client, made: Make) -> None:
    piece = made()
    takes_both = [at(piece, "delete"), "/studio/image/"]
    reads = ["/studio/", "/studio/pieces/", at(piece), at(piece, "status")]
    writes = [at(piece, "again"), at(piece, "edit"), at(piece, "cancel"), "/studio/image/price"]
    assert [browser.put(address).status_code for address in takes_both + reads + writes] == [405] * 10
    assert [browser.post(address).status_code for address in reads] == [405] * 4
    assert [browser.get(address).status_code for address in writes] == [405] * 4
