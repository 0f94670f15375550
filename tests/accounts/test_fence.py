"""The way out of a tier with a PIN: what stays open, what asks, and guessing."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import fence, tokens
from accounts.models import PinTry, Tier
from accounts.tenancy import scope
from tests.stories import worker

pytestmark = pytest.mark.django_db
PIN = "4711"
LEAVE = "/kids/leave"
OUTSIDE = [
    "/",
    "/classics/",
    "/classics/gallery/",
    "/sign-in/",
    "/account/api-keys/",
    "/studio/",
    "/admin/",
    "/api/docs",
]


@pytest.fixture
def fenced(world: Any) -> Any:
    with scope(world.tenant):
        Tier.objects.filter(slug="kids").update(exit_pin=fence.hashed(PIN))
    return world


def inside(browser: Client) -> Client:
    assert browser.get("/kids/").status_code == 200
    return browser


def led(browser: Client, *addresses: str) -> list[str]:
    """Where each address leads; its status where it leads nowhere."""
    answers = [browser.get(address) for address in addresses]
    return [answer.get("Location", str(answer.status_code)) for answer in answers]


def asked(address: str) -> str:
    from urllib.parse import quote

    return f"{LEAVE}?next={quote(address, safe='')}"


@pytest.mark.parametrize("who", [None, "reader", "staff", "operator"])
def test_every_other_page_leads_to_the_pin_and_the_tier_stays_open(
    fenced: Any, client_for: Any, who: str | None
) -> None:
    free = client_for(who)
    assert not [one for one in led(free, *OUTSIDE) if one.startswith(LEAVE)], "the control: nobody came in yet"
    browser = inside(client_for(who))
    assert led(browser, *OUTSIDE) == [asked(address) for address in OUTSIDE]
    assert browser.post("/sign-out/")["Location"] == asked("/")
    assert browser.post("/sign-in/", {"email": "staff@example.com", "password": "x"})["Location"] == asked("/")
    assert led(browser, "/kids/", "/kids/gallery/", LEAVE, "/static/css/base.css") == ["200"] * 4
    assert browser.get("/media/no-signature-of-ours").status_code == 404
    told = browser.get("/api/v1/stories")
    assert (told.status_code, told.json()["error"]) == (403, "A grown-up has to enter the PIN first.")


def test_its_stories_status_and_files_stay_within_reach(fenced: Any, client_for: Any) -> None:
    with scope(fenced.tenant):
        page = worker.opened(fenced.user("reader"), fenced.kids)
    browser = inside(client_for("reader"))
    at = f"/kids/story/scene/{page.id}"
    assert led(browser, at, f"/kids/story/status/{page.id}", f"/kids/story/tree?story={page.story_id}") == ["200"] * 3
    assert browser.post(f"/kids/story/wrap-up/{page.id}")["Location"].startswith("/kids/story/scene/")


def test_the_pin_frees_until_the_tier_is_entered_again(fenced: Any, client_for: Any) -> None:
    browser = inside(client_for("reader"))
    wrong = browser.post(LEAVE, {"pin": "1234", "next": "/classics/"})
    assert (wrong.status_code, "That is not the PIN." in wrong.content.decode()) == (422, True)
    assert browser.get("/classics/")["Location"] == asked("/classics/")
    assert browser.post(LEAVE, {"pin": f" {PIN} ", "next": "/classics/"})["Location"] == "/classics/"
    assert led(browser, "/classics/", "/") == ["200"] * 2
    assert browser.post(LEAVE, {"pin": PIN, "next": "https://evil.example.com/"})["Location"] == "/"
    inside(browser)
    assert browser.get("/")["Location"] == asked("/")


def test_a_picture_on_a_page_of_staff_leads_nobody_in(fenced: Any, client_for: Any) -> None:
    with scope(fenced.tenant):
        page = worker.opened(fenced.user("reader"), fenced.kids)
    staff = client_for("staff")
    staff.get(f"/kids/story/image/{page.id}/file")
    staff.get(f"/kids/story/status/{page.id}")
    assert staff.get("/admin/").status_code == 200


def test_programs_know_no_fence(fenced: Any, client_for: Any) -> None:
    browser = inside(client_for("reader"))
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {tokens.begin(fenced.user('reader'), fenced.tenant)['access']}"}
    assert browser.get("/api/v1/stories", **bearer).status_code == 200
    # A page looks at the session and not at a bearer, so a bearer opens no page.
    assert browser.get("/classics/", **bearer)["Location"] == asked("/classics/")


def test_where_staff_take_the_pin_away_or_close_the_tier_everybody_is_free(fenced: Any, client_for: Any) -> None:
    first, second = inside(client_for("reader")), inside(client_for("reader"))
    with scope(fenced.tenant):
        Tier.objects.filter(slug="kids").update(is_open=False)
    assert led(first, "/", "/sign-in/") == ["200"] * 2
    with scope(fenced.tenant):
        Tier.objects.filter(slug="kids").update(is_open=True, exit_pin="")
    assert (led(second, "/"), second.get(LEAVE).status_code) == (["200"], 404)


class TestGuessing:
    def tries(self, browser: Client, *pins: str) -> list[int]:
        return [browser.post(LEAVE, {"pin": pin}).status_code for pin in pins]

    def test_five_wrong_ones_cost_minutes_and_nobody_is_signed_out(self, fenced: Any, client_for: Any) -> None:
        browser = inside(client_for("reader"))
        assert self.tries(browser, *"12345", PIN) == [422] * 5 + [429]
        refused = browser.post(LEAVE, {"pin": PIN})
        assert (0 < int(refused["Retry-After"]) <= 300, "Try again in 5 minutes." in refused.content.decode()) == (
            True,
            True,
        )
        assert led(browser, "/kids/", "/kids/gallery/") == ["200"] * 2
        assert browser.get("/kids/").context["actor"].user_id == fenced.user("reader").id
        # The account waits in another browser as well; another account does not.
        assert self.tries(inside(client_for("reader")), PIN) == [429]
        assert self.tries(inside(client_for("author")), PIN) == [302]

    def test_the_next_five_cost_more_and_the_right_one_ends_it(self, fenced: Any, client_for: Any) -> None:
        browser = inside(client_for())
        waits = []
        for _ in range(6):
            self.tries(browser, *"12345")
            with scope(fenced.tenant):
                row = PinTry.objects.get()
                assert row.waits_until is not None
                waits.append(round((row.waits_until - timezone.now()).total_seconds() / 60))
                PinTry.objects.update(waits_until=timezone.now() - datetime.timedelta(seconds=1))
        assert waits == [5, 10, 20, 40, 60, 60]
        assert self.tries(browser, PIN) == [302]
        with scope(fenced.tenant):
            assert PinTry.objects.count() == 0

    def test_many_at_once_are_no_more_than_five(self, fenced: Any) -> None:
        """Each is counted before it is looked at: what a burst could look at is bounded by the counting."""
        with scope(fenced.tenant):
            kids = Tier.objects.get(slug="kids")
            for _ in range(5):
                fence._count(kids, ["session:x"])
            with pytest.raises(fence.Waiting):
                fence._count(kids, ["session:x"])


class TestInTheAdmin:
    def change(self, client: Client, tier: Tier, **fields: str) -> Any:
        form = {
            "name": tier.name, "slug": tier.slug, "audience": "children", "theme": "meadow", "position": "0", "is_open": "on",
            "guests_may_play": "on", **fields,
        }  # fmt: skip
        return client.post(f"/admin/accounts/tier/{tier.id}/change/", form)

    def test_it_is_set_and_never_shown(self, in_tenant: Any, client_for: Any) -> None:
        staff, kids = client_for("staff"), in_tenant.kids
        page = f"/admin/accounts/tier/{kids.id}/change/"
        assert "None is set." in staff.get(page).content.decode()
        for wrong in ("123", "12345678901234", "abcd", "12 34"):
            assert self.change(staff, kids, new_pin=wrong).status_code == 200
        assert Tier.objects.get(id=kids.id).exit_pin == ""
        assert self.change(staff, kids, new_pin="83114").status_code == 302
        kept = Tier.objects.get(id=kids.id).exit_pin
        html = staff.get(page).content.decode()
        assert ("One is set" in html, "83114" in html, kept in html, "83114" in kept) == (True, False, False, False)
        assert self.change(staff, kids).status_code == 302
        assert Tier.objects.get(id=kids.id).exit_pin == kept, "an empty field keeps it"
        assert self.change(staff, kids, no_pin="on").status_code == 302
        assert Tier.objects.get(id=kids.id).exit_pin == ""
