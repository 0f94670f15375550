"""The pages of a story: each POST is one verb, each refusal a sentence, and nothing generated is ever markup."""

from __future__ import annotations

import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tenancy import scope
from generation.jobs import public
from generation.models import AiModel, Job, ModelGrant, Price, Status
from stories import play
from stories.models import Choice, Reading, Scene, Story
from tests import factories
from tests.stories import worker
from tests.stories.test_play import counts

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture
def browser(client_for: Any) -> Client:
    return client_for("reader")


def body(answer: Any) -> str:
    return unescape(answer.content.decode())


def everything(world: Any) -> dict[str, int]:
    with scope(world.tenant):
        return {**counts(), "User": User.objects.count()}


def at(scene: Scene) -> str:
    return f"/kids/story/scene/{scene.id}"


class TestStart:
    def test_a_reader_is_led_to_the_first_page(self, browser: Client, world: Any) -> None:
        answer = browser.post("/kids/story/start", {"prompt": "A key in a fish"})
        with scope(world.tenant):
            scene = Scene.objects.get()
            assert scene.story.reader == world.user("reader")
        assert (answer.status_code, answer["Location"]) == (303, at(scene))
        assert browser.get(at(scene)).context["text"]["status"] == "pending"

    def test_a_guest_becomes_a_row_with_the_first_story_and_not_before(self, client_for: Any, world: Any) -> None:
        guest = client_for()
        before = everything(world)
        for path in ("/", "/kids/", "/kids/gallery/", "/sign-in/", "/kids/story/resume"):
            guest.get(path)
        guest.post("/kids/story/start", {"prompt": ""})
        assert everything(world) == before
        answer = guest.post("/kids/story/start", {"prompt": "A key in a fish"})
        assert guest.get(answer["Location"]).status_code == 200
        made = User.objects.get(is_guest=True)
        assert (made.email, made.has_usable_password()) == (None, False)
        guest.post("/kids/story/start", {"prompt": "Another one"})
        assert User.objects.filter(is_guest=True).count() == 1
        with scope(world.tenant):
            assert list(Story.objects.values_list("reader_id", flat=True)) == [made.id, made.id]

    def test_a_double_click_of_a_stranger_is_one_guest_and_one_story(self, client_for: Any, world: Any) -> None:
        """The second post left the browser before the first one's session came back."""
        page = client_for(csrf=True)
        form = {"prompt": "A key", "nonce": str(page.get("/kids/").context["nonce"])}
        secret = page.cookies["csrftoken"].value

        def post(token: str) -> Any:
            other = client_for(csrf=True)
            other.cookies["csrftoken"] = token
            return other.post("/kids/story/start", {**form, "csrfmiddlewaretoken": token})

        assert post(secret)["Location"] == post(secret)["Location"]
        assert User.objects.filter(is_guest=True).count() == 1
        # The control: the same form from another browser is another guest, who gets nothing of the first one's.
        stranger = client_for(csrf=True)
        stranger.get("/kids/")
        post(stranger.cookies["csrftoken"].value)
        with scope(world.tenant):
            assert (User.objects.filter(is_guest=True).count(), Story.objects.count()) == (2, 2)

    def test_bad_input(self, client_for: Any, world: Any) -> None:
        cases: list[tuple[dict[str, str], str]] = [
            ({"prompt": ""}, "Write a sentence to begin with"),
            ({"prompt": "x" * 20_000}, "That is 20,000 characters long; 2,000 are the most."),
            ({"prompt": "a\x00b"}, "Null characters are not allowed."),
            ({"prompt": "\x1b\x07"}, "Write a sentence to begin with"),
            ({"prompt": "x", "model": "gpt-9"}, "There is no model called “gpt-9”."),
            ({"prompt": "x", "model": EVIL}, f"There is no model called “{EVIL}”."),
            ({"prompt": "x", "template": "../../etc"}, "There is no such beginning"),
            ({"prompt": "x", "nonce": "x"}, "The form was damaged on its way."),
        ]
        before = everything(world)
        guest = client_for()
        for form, sentence in cases:
            answer = guest.post("/kids/story/start", form)
            assert (answer.status_code, sentence in body(answer)) == (400, True), form
            assert EVIL not in answer.content.decode()
        assert everything(world) == before

    def test_a_megabyte_is_refused(self, browser: Client, world: Any) -> None:
        before = everything(world)
        answer = browser.post("/kids/story/start", {"prompt": "x" * 1_100_000})
        assert (answer.status_code in (400, 413), everything(world)) == (True, before)

    def test_a_model_that_is_not_granted(self, browser: Client, world: Any) -> None:
        with scope(world.tenant):
            ModelGrant.objects.filter(tier=world.kids, kind="text").delete()
        before = everything(world)
        answer = browser.post("/kids/story/start", {"prompt": "x", "model": "demo-storyteller"})
        assert (answer.status_code, everything(world)) == (403, before)
        assert "“demo-storyteller” is not available here." in body(answer)

    def test_an_allowance_used_up(self, client_for: Any, world: Any) -> None:
        with scope(world.tenant):
            factories.scenes_a_day(world.kids, 1)
        first = client_for()
        assert first.post("/kids/story/start", {"prompt": "x"}).status_code == 303
        before = everything(world)
        for guest in (first, client_for()):  # a dropped cookie is no new allowance
            answer = guest.post("/kids/story/start", {"prompt": "x"})
            assert (answer.status_code, everything(world)) == (429, before)
            assert "Today's 1 scenes are read." in body(answer)
        # The control: another address, and a member, have a count of their own.
        elsewhere = Client(HTTP_HOST="localhost", REMOTE_ADDR="198.51.100.7")
        assert elsewhere.post("/kids/story/start", {"prompt": "x"}).status_code == 303
        assert client_for("reader").post("/kids/story/start", {"prompt": "x"}).status_code == 303

    def test_without_a_token_it_is_refused(self, client_for: Any, world: Any) -> None:
        before = everything(world)
        answer = client_for("reader", csrf=True).post("/kids/story/start", {"prompt": "x"})
        assert (answer.status_code, everything(world)) == (403, before)
        assert "This form is too old or came from another page." in body(answer)


class TestPlaying:
    """Every verb by its address, and where it leads."""

    @pytest.fixture
    def page(self, world: Any) -> Scene:
        with scope(world.tenant):
            return worker.opened(world.user("reader"), world.kids)

    def choice(self, world: Any, scene: Scene, number: int = 0) -> str:
        with scope(world.tenant):
            return f"/kids/story/choose/{scene.id}/{Choice.objects.get(scene=scene, position=number).id}"

    def test_choose_twice_leads_to_one_page(self, browser: Client, world: Any, page: Scene) -> None:
        one, two = (browser.post(self.choice(world, page)) for _ in range(2))
        assert (one.status_code, two.status_code, one["Location"]) == (303, 303, two["Location"])
        with scope(world.tenant):
            assert Scene.objects.filter(parent=page).count() == 1

    def test_custom_choice_back_and_navigate(self, browser: Client, world: Any, page: Scene) -> None:
        typed = browser.post(f"/kids/story/custom-choice/{page.id}", {"text": "Swim", "nonce": str(uuid.uuid4())})
        with scope(world.tenant):
            child = Scene.objects.get(parent=page)
        assert typed["Location"] == at(child)
        assert browser.post("/kids/story/back", {"scene": str(child.id)})["Location"] == at(page)
        assert browser.get("/kids/story/resume")["Location"] == at(page)
        assert browser.post(f"/kids/story/navigate/{child.id}")["Location"] == at(child)
        assert browser.get("/kids/story/resume")["Location"] == at(child)

    def test_keep_going_and_wrap_up(self, browser: Client, world: Any, page: Scene) -> None:
        assert browser.post(f"/kids/story/continue/{page.id}")["Location"] == at(page)
        with scope(world.tenant):
            assert Story.objects.get().target_depth == 6
        ending = browser.post(f"/kids/story/wrap-up/{page.id}")["Location"]
        with scope(world.tenant):
            worker.work()
        assert browser.get(ending).context["scene"].is_ending

    def test_a_failed_text_is_tried_again(self, browser: Client, world: Any, page: Scene) -> None:
        child = browser.post(self.choice(world, page))["Location"]
        with scope(world.tenant):
            job = Job.objects.get(kind="text", status="queued")
            Job.objects.filter(id=job.id).update(status=Status.FAILED, message="The words got lost.")
        assert browser.get(child).context["text"] == {"status": "failed", "message": "The words got lost."}
        again = browser.post(f"/kids/story/scene/{job.subject_id}/retry")
        assert (again.status_code, again["Location"]) == (303, child)
        assert browser.get(child).context["text"]["status"] == "pending"

    def test_a_failed_picture_is_tried_again_without_scripts(self, browser: Client, world: Any, page: Scene) -> None:
        with scope(world.tenant):
            Job.objects.filter(kind="image").update(status=Status.FAILED, message="No.")
        address = f"/kids/story/plate/{page.id}/retry"
        assert browser.get(at(page)).context["image"].status == "failed"
        assert browser.post(address, {"part": "image"})["Location"] == at(page)
        assert browser.get(at(page)).context["image"].status == "pending"
        for part in ("", "video", "sound"):
            answer = browser.post(address, {"part": part})
            assert (answer.status_code, "The field “part” is" in body(answer)) == (400, True)

    def test_bad_input(self, browser: Client, world: Any, page: Scene) -> None:
        with scope(world.harbour):
            harbour = worker.opened(world.user("harbour-owner"), world.tales)
            there = Choice.objects.get(scene=harbour, position=0)
        with scope(world.tenant):
            ending = worker.finished(world.user("reader"), world.kids)
            other = Choice.objects.filter(scene__story=ending.story, position=0)[0]
        nothing = "There is nothing here."
        cases: list[tuple[str, dict[str, str], int, str]] = [
            (f"custom-choice/{page.id}", {"text": ""}, 400, "Write what happens next, in a few words."),
            (f"custom-choice/{page.id}", {"text": "\x00\x1b"}, 400, "Write what happens next, in a few words."),
            (f"custom-choice/{page.id}", {"text": "x" * 20_000}, 400, "That is longer than 300 characters."),
            (f"custom-choice/{ending.id}", {"text": "And then"}, 409, "This story has ended here."),
            (f"wrap-up/{ending.id}", {}, 409, "This story has ended here."),
            ("back", {}, 400, "The field “scene” names the page to go back from."),
            ("back", {"scene": "x"}, 400, "The field “scene” names the page to go back from."),
            ("back", {"scene": str(page.id)}, 409, "This is the first page."),
            ("back", {"scene": str(harbour.id)}, 404, nothing),
            (f"choose/{page.id}/{other.id}", {}, 404, nothing),
            (f"choose/{ending.id}/{other.id}", {}, 404, nothing),
            (f"choose/{page.id}/{there.id}", {}, 404, nothing),
            (f"choose/{harbour.id}/{there.id}", {}, 404, nothing),
            (f"choose/{page.id}/{uuid.uuid4()}", {}, 404, nothing),
            (f"scene/{page.id}/retry", {}, 303, ""),
        ]
        before = everything(world)
        for path, form, status, sentence in cases:
            answer = browser.post(f"/kids/story/{path}", form)
            assert (path, answer.status_code, sentence in body(answer)) == (path, status, True)
        assert everything(world) == before

    def test_html_in_a_typed_choice_is_words(self, browser: Client, world: Any, page: Scene) -> None:
        child = browser.post(f"/kids/story/custom-choice/{page.id}", {"text": EVIL})["Location"]
        html = browser.get(child).content.decode()
        assert (EVIL in html, ESCAPED in html) == (False, True)


class TestWhoseItIs:
    def test_another_reader_finds_nothing_and_a_published_story_is_read_and_not_played(
        self, client_for: Any, world: Any
    ) -> None:
        with scope(world.tenant):
            page = worker.opened(world.user("reader"), world.kids)
        other = client_for("author")
        assert other.get(at(page)).status_code == 404
        with scope(world.tenant):
            Story.objects.update(visibility="published")
        assert other.get(at(page)).status_code == 200
        assert other.get(at(page)).context["owns"] is False
        for path in ("navigate", "wrap-up", "continue", "custom-choice"):
            assert other.post(f"/kids/story/{path}/{page.id}", {"text": "x"}).status_code == 404

    def test_a_page_answers_at_its_own_tier_only(self, browser: Client, world: Any) -> None:
        with scope(world.tenant):
            page = worker.opened(world.user("reader"), world.kids)
        assert browser.get(at(page)).status_code == 200
        assert browser.get(at(page).replace("kids", "classics")).status_code == 404

    def test_hidden_by_staff_it_is_gone_for_its_reader_too(self, client_for: Any, world: Any) -> None:
        with scope(world.tenant):
            page = worker.opened(world.user("reader"), world.kids)
            Story.objects.update(visibility="hidden")
        assert client_for("reader").get(at(page)).status_code == 404
        before = everything(world)
        assert client_for("reader").post(f"/kids/story/wrap-up/{page.id}").status_code == 404
        assert everything(world) == before
        assert client_for("staff").get(at(page)).status_code == 200


class TestTheMap:
    def test_as_a_page_and_as_json(self, browser: Client, world: Any) -> None:
        with scope(world.tenant):
            first = worker.opened(world.user("reader"), world.kids)
            left = worker.take(world.user("reader"), first, 0, title="Left")
            right = worker.take(world.user("reader"), first, 1, title="Right")
        address = f"/kids/story/tree?story={first.story_id}"
        assert [node.turn.title for node in browser.get(address).context["map"].nodes()] == [
            "At the quay",
            "Left",
            "Right",
        ]

        def said(scene: Scene, title: str, chosen: str | None, *children: Any, here: bool = False) -> dict[str, Any]:
            return {
                "scene": str(scene.id), "title": title, "chosen": chosen, "ending": False, "written": True,
                "here": here, "url": at(scene), "children": list(children),
            }  # fmt: skip

        ways = ("Take the key and run", "Ask the fishwife whose it is")
        assert browser.get(address, HTTP_ACCEPT="application/json").json() == {
            "story": str(first.story_id),
            "title": "The Brass Key",
            "root": said(
                first, "At the quay", None, said(left, "Left", ways[0]), said(right, "Right", ways[1], here=True)
            ),
        }

    def test_bad_addresses(self, browser: Client) -> None:
        assert browser.get("/kids/story/tree").status_code == 400
        assert browser.get("/kids/story/tree?story=x").status_code == 400
        assert browser.get(f"/kids/story/tree?story={uuid.uuid4()}").status_code == 404


class TestTheFirstPages:
    def test_the_landing_shows_open_tiers_and_where_one_left_off(self, client_for: Any, world: Any) -> None:
        with scope(world.tenant):
            page = worker.opened(world.user("reader"), world.kids)
        stranger, reader, other = (client_for(name).get("/").context for name in (None, "reader", "author"))
        assert [shelf["tier"].slug for shelf in stranger["shelves"]] == ["kids", "classics"]
        assert (stranger["unfinished"], other["unfinished"], reader["unfinished"].scene) == (None, None, page)
        assert [s["tier"].slug for s in client_for(host="harbour.localhost").get("/").context["shelves"]] == ["tales"]

    def test_the_tier_offers_what_is_usable(self, client_for: Any, world: Any) -> None:
        given = client_for().get("/kids/").context
        assert given["text_models"] == [
            {
                "provider": "Demo",
                "models": [
                    {
                        "key": "demo-storyteller",
                        "name": "Demo Storyteller",
                        "price": "free",
                        "is_default": True,
                        "most": 0,
                    }
                ],
            }
        ]
        assert [length["depth"] for length in given["lengths"]] == [3, 5, 7]
        assert (len(given["beginnings"]), given["scenes_left"]) == (6, 200)

    def test_a_price_made_of_parts_is_told_as_what_is_held(self, client_for: Any, world: Any, toll: Any) -> None:
        with scope(world.tenant):
            paint = AiModel.objects.get(key="toll-paint")
            for unit in ("input_token", "token"):
                Price.objects.create(
                    model=paint, unit=unit, amount_micros=10_000_000, per=1_000_000, effective_from="2026-01-01"
                )
            AiModel.objects.filter(key="toll-paint").update(options={"image_tokens": 5_000})
        told = {
            model["key"]: (model["price"], model["is_default"])
            for group in client_for().get("/kids/").context["image_models"]
            for model in group["models"]
        }
        # 1,000 for the call; 3,800 letters of four bytes and 5,000 tokens that come out, at 10 each.
        assert told == {"toll-paint": ("up to 0.203 USD per picture", True), "demo-painter": ("free", False)}
        with scope(world.tenant):
            assert factories.story(world.user("reader"), world.kids).image.job.hold_micros == 203_000

    def test_a_reader_who_names_an_older_model_is_told_what_was_used(self, client_for: Any, world: Any) -> None:
        with scope(world.tenant):
            old = AiModel.objects.create(
                key="old-painter", name="Old", provider="demo", remote_name="paint-1", kind="image", is_enabled=False,
                replacement=AiModel.objects.get(key="demo-painter"),
            )  # fmt: skip
        given = {"prompt": "A key in a fish", "image_model": "paint-1", "model": "demo-storyteller"}
        page = client_for("reader").post("/kids/story/start", given, follow=True)
        assert [str(said) for said in page.context["messages"]] == ["“paint-1” was retired; Demo Painter was used."]
        assert (page.context["image"].model, page.context["image"].asked) == ("Demo Painter", "paint-1")
        with scope(world.tenant):
            worker.work()
        page = client_for("reader").get(page.request["PATH_INFO"])
        assert page.context["text_asked"] == ""
        assert "Picture by <bdi>Demo Painter</bdi> for <bdi>“paint-1”</bdi>" in page.content.decode()
        with scope(world.tenant):
            made = Job.objects.select_related("model").get(kind="image")
            said = public.for_programs(made)
        assert (said["model"], said["asked_model"], old.key) == ("demo-painter", "paint-1", "old-painter")

    def test_video_mode_is_hidden_where_no_film_can_be_made(self, client_for: Any, world: Any) -> None:
        assert 'name="video_mode"' in client_for().get("/kids/").content.decode()
        with scope(world.tenant):
            ModelGrant.objects.filter(tier=world.kids, kind="video").delete()
        answer = client_for().get("/kids/")
        assert answer.context["video_models"] == []
        assert 'name="video_mode"' not in answer.content.decode()

    def test_nothing_to_go_on_with_leads_to_the_tier(self, browser: Client) -> None:
        answer = browser.get("/kids/story/resume")
        assert (answer.status_code, answer["Location"]) == (302, "/kids/")


def test_nothing_that_was_written_is_markup(client_for: Any, world: Any) -> None:
    """Prompt, titles, words, choices, alternative text and messages, on every page that shows them."""
    said = {
        name: f"{EVIL} {name} and more words, so that it is long enough to be a scene."
        for name in ("story_title", "title", "text", "picture", "alt", "film", "memory", "ending_name")
    }
    with scope(world.tenant):
        reader = world.user("reader")
        first = worker.opened(
            reader, world.kids, prompt=f"{EVIL} prompt", said={**said, "choices": [f"{EVIL} one", f"{EVIL} two"]}
        )
        typed = play.choose_typed(
            reader=reader, scene=first, text=f"{EVIL} typed", nonce=uuid.uuid4(), address="192.0.2.1"
        )
        worker.work(**{**said, "choices": [f"{EVIL} three", f"{EVIL} four"]})
        ending = worker.take(reader, worker.fresh(typed), **{**said, "choices": []})
        untitled = factories.story(reader, world.kids, prompt=f"{EVIL} prompt")
        failed = worker.opened(reader, world.kids, said={**said, "choices": ["One", "Two"]})
        Job.objects.filter(subject_id=failed.id, kind="image").update(status=Status.FAILED, message=f"{EVIL} message")
        Story.objects.filter(id=ending.story_id).update(visibility="published")
    assert ending.is_ending
    story, tier = ending.story_id, "/kids"
    pages = {
        "reader": [
            "/", f"{tier}/", at(first), at(typed), at(ending), at(untitled), at(failed), f"{tier}/gallery/",
            f"{tier}/story/tree?story={story}", f"{tier}/gallery/{story}/", f"{tier}/gallery/{story}/{ending.id}/",
        ],
        "author": [at(first), f"{tier}/gallery/{story}/"],
        "staff": ["/admin/stories/story/", "/admin/stories/scene/", f"/admin/stories/story/{story}/change/"],
    }  # fmt: skip
    shown = 0
    for name, addresses in pages.items():
        browser = client_for(name)
        for address in addresses:
            answer = browser.get(address)
            html = answer.content.decode()
            assert (address, answer.status_code, EVIL in html) == (address, 200, False)
            shown += html.count(ESCAPED)
            if address != f"{tier}/":
                assert ESCAPED in html, address
    assert shown > 40


def test_an_end_of_the_reading_place_is_one_row(world: Any) -> None:
    with scope(world.tenant):
        ending = worker.finished(world.user("reader"), world.kids)
        assert list(Reading.objects.values_list("scene_id", flat=True)) == [ending.id]
