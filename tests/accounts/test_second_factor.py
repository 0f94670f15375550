"""Second factors: the verbs, the page of one's own, the second step of signing in, and tenants that ask their staff for one."""

from __future__ import annotations

import base64
import datetime
import re
from dataclasses import dataclass
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from accounts import hosts, second_factor, second_step
from accounts.models import Membership, RecoveryCode, Role, SecondFactor, Tenant, User
from accounts.tenancy import scope
from config.seeding.planting import demo_password

pytestmark = pytest.mark.django_db
WRONG = "This code is wrong, or was used already. Take the one that the app shows now."
RECOVERY = re.compile(r"^[a-z2-7]{4}(-[a-z2-7]{4}){3}$")


@dataclass
class Phone:
    """An authenticator app, and the clock that it shares with the server."""

    now: float = 1_800_000_000.0
    secret: str = ""

    def reads(self, user: User) -> Phone:
        self.secret = SecondFactor.objects.get(user=user).secret.reveal()
        return self

    @property
    def code(self) -> str:
        """What it shows now."""
        totp = TOTP(base64.b32decode(self.secret))
        totp.time = self.now
        return f"{totp.token():06}"

    def later(self, seconds: int = 30) -> Phone:
        self.now += seconds
        return self


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    made = Phone()
    monkeypatch.setattr(second_factor, "time", SimpleNamespace(time=lambda: made.now))
    return made


@pytest.fixture
def staff(world: Any) -> User:
    return world.user("staff")


@pytest.fixture
def codes(staff: User, phone: Phone) -> list[str]:
    """The staff's factor is on; their recovery codes."""
    second_factor.begin(staff)
    found = second_factor.confirm(staff, phone.reads(staff).code)
    phone.later()
    return found


def in_a_while() -> None:
    """The wait after wrong codes is over."""
    SecondFactor.objects.update(throttling_failure_timestamp=timezone.now() - datetime.timedelta(hours=1))


def raised(call: Any) -> str:
    try:
        call()
    except (second_factor.WrongCode, second_factor.WaitFirst, second_factor.AlreadyOn) as found:
        return type(found).__name__
    return "passed"


class TestCodes:
    def test_one_that_was_not_confirmed_asks_nobody_for_anything(self, staff: User, phone: Phone) -> None:
        second_factor.begin(staff)
        assert (second_factor.is_on(staff.pk), raised(lambda: second_factor.check(staff, ""))) == (False, "passed")

    def test_begun_twice_the_first_secret_is_gone(self, staff: User, phone: Phone) -> None:
        second_factor.begin(staff)
        old = phone.reads(staff).code
        second_factor.begin(staff)
        assert raised(lambda: second_factor.confirm(staff, old)) == "WrongCode"
        in_a_while()
        assert raised(lambda: second_factor.confirm(staff, phone.reads(staff).code)) == "passed"
        assert second_factor.is_on(staff.pk)
        assert raised(lambda: second_factor.begin(staff)) == "AlreadyOn"

    def test_the_codes_of_half_a_minute_around_each_once(self, staff: User, codes: Any, phone: Phone) -> None:
        told = {}
        for name, ahead in (("early", 30), ("again", 30), ("earlier than the last", 0), ("next", 60)):
            in_a_while()
            shown = Phone(phone.now + ahead, phone.secret).code
            phone.now += 30 if name == "next" else 0
            told[name] = raised(lambda code=shown: second_factor.check(staff, code))
        assert told == {"early": "passed", "again": "WrongCode", "earlier than the last": "WrongCode", "next": "passed"}
        in_a_while()
        old = phone.later(30).code
        phone.later(61)
        assert raised(lambda: second_factor.check(staff, old)) == "WrongCode"

    def test_however_it_is_typed(self, staff: User, codes: list[str], phone: Phone) -> None:
        shown = phone.code
        assert raised(lambda: second_factor.check(staff, f" {shown[:3]} {shown[3:]}\n")) == "passed"
        assert raised(lambda: second_factor.check(staff, codes[0].upper().replace("-", " "))) == "passed"

    @pytest.mark.parametrize("code", ["", "0", "١٢٣٤٥٦", "12345a", "-12345", "1" * 40, "\x00", "'; drop"])
    def test_nonsense_is_wrong(self, staff: User, codes: Any, code: str) -> None:
        assert raised(lambda: second_factor.check(staff, code)) == "WrongCode"

    def test_wrong_ones_in_a_row_wait_longer_and_longer(self, staff: User, codes: list[str], phone: Phone) -> None:
        waits = []
        for _ in range(4):
            in_a_while()
            assert (
                raised(lambda: second_factor.check(staff, "000000" if phone.code != "000000" else "1")) == "WrongCode"
            )
            # The right one waits as well, and so does a recovery code: nothing is told by who has to wait.
            with pytest.raises(second_factor.WaitFirst) as early:
                second_factor.check(staff, phone.code)
            assert raised(lambda: second_factor.check(staff, codes[0])) == "WaitFirst"
            waits.append(early.value.seconds)
        assert waits == [1, 2, 4, 8]
        in_a_while()
        assert raised(lambda: second_factor.check(staff, phone.code)) == "passed"
        assert raised(lambda: second_factor.check(staff, phone.later().code)) == "passed"  # begun anew

    def test_a_recovery_code_is_good_once_and_for_its_owner(
        self, world: Any, staff: User, codes: list[str], phone: Phone
    ) -> None:
        assert [bool(RECOVERY.match(code)) for code in codes] == [True] * 10
        assert len(set(codes)) == 10
        author = world.user("author")
        second_factor.begin(author)
        second_factor.confirm(author, Phone(phone.now).reads(author).code)
        assert raised(lambda: second_factor.check(author, codes[0])) == "WrongCode"
        told = [raised(lambda code=code: second_factor.check(staff, code)) for code in (codes[0], codes[1], codes[0])]
        assert told == ["passed", "passed", "WrongCode"]
        assert RecoveryCode.objects.filter(user=staff, used_at=None).count() == 8

    def test_switched_off_nothing_is_left(self, staff: User, codes: Any) -> None:
        assert (second_factor.switch_off(staff), second_factor.switch_off(staff)) == (True, False)
        assert (SecondFactor.objects.count(), RecoveryCode.objects.count()) == (0, 0)

    def test_a_dump_of_the_tables_opens_nothing(self, staff: User, codes: list[str], phone: Phone) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM accounts_secondfactor")
            kept = str(cursor.fetchall())
            cursor.execute("SELECT digest FROM accounts_recoverycode")
            kept += str(cursor.fetchall())
        secrets = [phone.secret, *codes, *(code.replace("-", "") for code in codes)]
        assert [secret for secret in secrets if secret in kept] == []
        assert len(kept) > 800  # the control: there is something to look through

    def test_what_the_drawn_code_says(self, staff: User, phone: Phone) -> None:
        factor = second_factor.begin(staff)
        said = second_factor.address(factor, issuer="Press & Co: the 2nd")
        secret = factor.secret.reveal()
        assert said == (
            "otpauth://totp/Press%20%26%20Co%20%20the%202nd:staff@example.com"
            f"?secret={secret}&issuer=Press%20%26%20Co%20%20the%202nd&algorithm=SHA1&digits=6&period=30"
        )
        assert re.fullmatch("[A-Z2-7]{32}", secret)


class TestThePage:
    ADDRESS = "/account/second-factor/"

    def test_begun_with_the_password_confirmed_and_switched_off_with_both(
        self, staff: User, client_for: Any, phone: Phone
    ) -> None:
        browser = client_for("staff")
        assert "Set it up" in browser.get(self.ADDRESS).content.decode()
        wrong = browser.post(f"{self.ADDRESS}begin", {"password": "wrong"})
        assert (wrong.status_code, SecondFactor.objects.count()) == (422, 0)
        browser.post(f"{self.ADDRESS}begin", {"password": demo_password()})
        page = browser.get(self.ADDRESS)
        shown = unescape(page.content.decode())
        phone.reads(staff)
        assert " ".join(re.findall("....", phone.secret)) in shown
        assert '<svg viewBox="0 0' in shown
        assert "style=" not in shown
        assert browser.post(f"{self.ADDRESS}confirm", {"code": "1"}).status_code == 422
        in_a_while()
        done = browser.post(f"{self.ADDRESS}confirm", {"code": phone.code})
        told = re.findall(r"<li><code dir=\"ltr\">(\S+)</code></li>", done.content.decode())
        assert (done.status_code, len(told), second_factor.is_on(staff.pk)) == (200, 10, True)
        again = browser.get(self.ADDRESS).content.decode()  # shown once, like the secret
        assert [word for word in [*told, phone.secret[:4] + " ", '<svg viewBox="0 0 4'] if word in again] == []
        assert "You have 10 recovery codes left." in again
        for sent in ({"password": "wrong", "code": phone.later().code}, {"password": demo_password(), "code": "1"}):
            assert browser.post(f"{self.ADDRESS}off", sent).status_code == 422
        assert second_factor.is_on(staff.pk)
        in_a_while()
        off = browser.post(f"{self.ADDRESS}off", {"password": demo_password(), "code": told[0]})
        assert (off.status_code, SecondFactor.objects.count()) == (302, 0)

    def test_nothing_of_it_is_cached(self, staff: User, client_for: Any) -> None:
        assert "no-store" in client_for("staff").get(self.ADDRESS)["Cache-Control"]

    def test_what_comes_out_of_turn_changes_nothing(self, staff: User, codes: Any, client_for: Any) -> None:
        before = SecondFactor.objects.get().secret
        browser = client_for("staff")
        told = [
            browser.post(f"{self.ADDRESS}{name}", {"password": demo_password(), "code": "1"}).status_code
            for name in ("begin", "confirm")
        ]
        assert (told, SecondFactor.objects.get().secret, second_factor.is_on(staff.pk)) == ([302, 302], before, True)
        reader = client_for("reader")
        assert [reader.post(f"{self.ADDRESS}{name}").status_code for name in ("confirm", "off")] == [302, 302]

    def test_guessing_at_the_password_from_an_open_browser_ends(self, staff: User, client_for: Any) -> None:
        browser = client_for("staff")
        told = [browser.post(f"{self.ADDRESS}begin", {"password": "wrong"}).status_code for _ in range(9)]
        assert told == [422] * 7 + [429] * 2
        assert browser.get(self.ADDRESS).status_code == 200  # and stays signed in

    def test_an_operator_takes_one_away_that_was_lost(self, staff: User, codes: Any, client_for: Any) -> None:
        given = {"action": "take_second_factor_away", "_selected_action": [str(staff.pk)]}
        assert client_for("owner").post("/admin/accounts/user/", given).status_code == 404
        assert second_factor.is_on(staff.pk)
        client_for("operator").post("/admin/accounts/user/", given)
        assert (second_factor.is_on(staff.pk), RecoveryCode.objects.count()) == (False, 0)


def first_step(browser: Client, **more: str) -> Any:
    return browser.post("/sign-in/", {"email": "staff@example.com", "password": demo_password(), **more})


def passed_in(answer: Any) -> str:
    return str(answer.context["passed"])


def signed_in(browser: Client) -> bool:
    return bool(browser.get("/").context["actor"].is_member)


class TestSigningIn:
    def test_the_password_alone_begins_nothing(self, codes: Any, client_for: Any, phone: Phone) -> None:
        browser = client_for()
        asked = first_step(browser, next="/kids/gallery/")
        assert (asked.status_code, "One more step" in asked.content.decode(), signed_in(browser)) == (200, True, False)
        assert "fablewright_session" not in browser.cookies
        assert "no-store" in asked["Cache-Control"]
        given = {"passed": passed_in(asked), "code": "1"}
        wrong = browser.post("/sign-in/code/", given)
        assert (wrong.status_code, wrong.context["problem"], signed_in(browser)) == (422, WRONG, False)
        early = browser.post("/sign-in/code/", {**given, "code": phone.code})
        assert (early.status_code, early["Retry-After"], signed_in(browser)) == (429, "1", False)
        in_a_while()
        done = browser.post("/sign-in/code/", {**given, "code": phone.code})
        assert (done.status_code, done["Location"], signed_in(browser)) == (302, "/kids/gallery/", True)

    def test_without_one_nothing_changes(self, world: Any, codes: Any, client_for: Any) -> None:
        browser = client_for()
        answer = browser.post("/sign-in/", {"email": "reader@example.com", "password": demo_password()})
        assert (answer.status_code, signed_in(browser)) == (302, True)

    def test_what_goes_along_opens_nothing_elsewhere_later_or_changed(
        self, world: Any, staff: User, codes: Any, client_for: Any, phone: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with scope(world.harbour):
            Membership.objects.create(user=staff, role=Role.STAFF)
        browser = client_for()
        passed = passed_in(first_step(browser))
        said = signing.loads(passed, salt=second_step.SALT)
        cases = {
            "forged": (client_for(), signing.dumps(said, salt="another")),
            "nothing": (client_for(), ""),
            "elsewhere": (client_for(host="harbour.localhost"), passed),
        }
        told = {
            name: client.post("/sign-in/code/", {"passed": sent, "code": phone.code})["Location"]
            for name, (client, sent) in cases.items()
        }
        staff.set_password("a lantern in fog")
        staff.save()
        told["another password since"] = browser.post("/sign-in/code/", {"passed": passed, "code": phone.code})[
            "Location"
        ]
        assert told == dict.fromkeys(told, "/sign-in/")
        fresh = passed_in(browser.post("/sign-in/", {"email": "staff@example.com", "password": "a lantern in fog"}))
        monkeypatch.setattr(second_step, "STEP_SECONDS", -1)
        late = browser.post("/sign-in/code/", {"passed": fresh, "code": phone.code})
        assert (late["Location"], signed_in(browser)) == ("/sign-in/", False)

    def test_guessing_at_codes_ends(self, codes: Any, client_for: Any, phone: Phone) -> None:
        browser = client_for()
        passed, told = passed_in(first_step(browser)), []
        for _ in range(9):
            in_a_while()
            told.append(browser.post("/sign-in/code/", {"passed": passed, "code": "1"}).status_code)
        assert told == [422] * 7 + [429] * 2
        in_a_while()
        assert browser.post("/sign-in/code/", {"passed": passed, "code": phone.code}).status_code == 429
        assert first_step(browser).status_code == 429
        AccessAttempt.objects.all().delete()
        assert browser.post("/sign-in/code/", {"passed": passed, "code": phone.code}).status_code == 302

    def test_what_a_guest_made_is_handed_over_after_the_second_step(
        self, world: Any, staff: User, codes: Any, client_for: Any, phone: Phone
    ) -> None:
        from stories.models import Story

        browser = client_for()
        browser.post("/kids/story/start", {"prompt": "A key in a fish"})
        passed = passed_in(first_step(browser))
        with scope(world.tenant):
            assert Story.objects.get().reader.is_guest
        browser.post("/sign-in/code/", {"passed": passed, "code": phone.code})
        with scope(world.tenant):
            assert Story.objects.get().reader == staff

    def test_for_programs(self, codes: list[str], phone: Phone) -> None:
        def login(**more: str) -> Any:
            given = {"email": "staff@example.com", "password": demo_password(), **more}
            return Client(HTTP_HOST="localhost").post("/auth/login", given, content_type="application/json")

        needed = "This account has a second factor. Send what its app shows as “code” too."
        cases = [({}, 401, needed), ({"password": "wrong", "code": phone.code}, 401,
                 "Email or password is wrong. Check both and try again."), ({"code": "1"}, 401, WRONG)]  # fmt: skip
        for more, status, sentence in cases:
            answer = login(**more)
            expected = {"success": False, "data": None, "error": sentence, "code": status}
            assert (answer.status_code, answer.json()) == (status, expected)
        early = login(code=phone.code)
        assert (early.status_code, early["Retry-After"]) == (429, "1")
        in_a_while()
        assert [set(login(code=code).json()) for code in (phone.code, codes[0])] == [{"access", "refresh"}] * 2


class TestATenantThatAsksItsStaff:
    @pytest.fixture(autouse=True)
    def asks(self, world: Any) -> None:
        Tenant.objects.filter(slug="fablewright").update(staff_need_second_factor=True)
        hosts.forget()

    def test_staff_without_one_are_led_to_it(self, staff: User, client_for: Any) -> None:
        browser = client_for("staff")
        for path in ("/admin/", "/admin/stories/story/"):
            answer = browser.get(path)
            assert (answer.status_code, answer["Location"]) == (302, "/account/second-factor/")
        page = browser.get("/account/second-factor/")
        assert "This library asks its staff for a second factor." in page.content.decode()
        # Everything else is as it was, for them and for others.
        assert [browser.get(path).status_code for path in ("/", "/studio/", "/kids/")] == [200] * 3
        reader = client_for("reader")
        assert (reader.get("/admin/").status_code, client_for().get("/admin/")["Location"]) == (
            404,
            "/sign-in/?next=/admin/",
        )
        assert "asks its staff" not in reader.get("/account/second-factor/").content.decode()

    def test_with_one_they_come_in_and_a_half_one_is_none(self, staff: User, phone: Phone, client_for: Any) -> None:
        browser = client_for("staff")
        second_factor.begin(staff)
        assert browser.get("/admin/").status_code == 302
        second_factor.confirm(staff, phone.reads(staff).code)
        assert browser.get("/admin/").status_code == 200

    def test_the_other_tenant_asks_nobody(self, world: Any, client_for: Any) -> None:
        assert client_for("harbour-owner", host="harbour.localhost").get("/admin/").status_code == 200

    def test_programs_are_not_asked(self, world: Any, staff: User) -> None:
        from accounts import tokens

        with scope(world.tenant):
            access = tokens.begin(staff, world.tenant)["access"]
        answer = Client(HTTP_HOST="localhost").get("/api/v1/jobs", headers={"Authorization": f"Bearer {access}"})
        assert answer.status_code == 200
