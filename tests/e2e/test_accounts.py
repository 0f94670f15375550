"""From a stranger to a reader with another address and another password, in a real browser, by the letters that a real
worker puts into the install's folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Playing
from tests.e2e.test_reading import no_violations
from tests.installs import until

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(400)]
PASSWORD, NEWER, NEWEST = "a lantern in the fog", "two lanterns in the fog", "three lanterns in the fog"
SENT = "A letter is on its way"


def letters(playing: Playing, to: str) -> dict[str, EmailMessage]:
    """The letters to an address, by their subject."""
    folder = playing.install.home / "mail"
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in folder.glob("*.eml")]
    return {str(one["Subject"]): one for one in found if one["To"] == to}  # type: ignore[misc]


def link(playing: Playing, to: str, subject: str) -> str:
    until(lambda: subject in letters(playing, to), 30, f"the letter “{subject}” to {to}")
    text = str(letters(playing, to)[subject].get_content())
    found = re.search(r"http://127\.0\.0\.1:\d+/\S+", text)
    assert found is not None, text
    return found[0]


def press(page: Page, button: str) -> None:
    page.click(f"main button:has-text('{button}')")


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in/")
    page.fill("#id_email", email)
    page.fill("#id_password", password)
    press(page, "Sign in")


def is_in(page: Page) -> bool:
    page.goto("/")
    return page.locator("footer >> text=Signed in as").count() == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_sign_up_change_the_address_and_forget_the_password(
    open_page: Callable[..., Page], playing: Playing, scripts: bool
) -> None:
    ada, other = (f"{name}-{str(scripts).lower()}@example.org" for name in ("ada", "countess"))
    page = open_page("/sign-in/?next=/kids/", java_script_enabled=scripts)
    looks = no_violations if scripts else lambda _: None  # axe is a script

    looks(page)
    page.click("main >> text=Sign up")
    looks(page)
    page.fill("#id_email", ada)
    page.fill("#id_name", "Ada")
    page.fill("#id_password", "1234567890")
    press(page, "Sign up")
    expect(page.locator("#password-wrong")).to_contain_text("too common")
    looks(page)
    assert page.input_value("#id_email") == ada
    page.fill("#id_password", PASSWORD)
    press(page, "Sign up")
    expect(page.locator("h1")).to_have_text(SENT)
    looks(page)

    page.goto(link(playing, ada, "Confirm your address for Fablewright"))
    looks(page)
    press(page, "Yes, this is my address")
    page.wait_for_url("**/sign-in/?next=%2Fkids%2F")
    expect(page.locator(".notice")).to_have_text("Welcome to Fablewright. Sign in with the password that you chose.")
    page.fill("#id_email", ada)
    page.fill("#id_password", PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/kids/")

    page.click("footer >> text=Account")
    looks(page)
    page.fill("#id_email", other)
    page.fill("#id_email-current", "wrong")
    press(page, "Change the address")
    expect(page.locator("#email-current-wrong")).to_have_text("This is not your password. Check it and try again.")
    looks(page)
    page.fill("#id_email-current", PASSWORD)
    press(page, "Change the address")
    expect(page.locator("h1")).to_have_text(SENT)
    page.goto(link(playing, other, "Confirm your new address"))
    press(page, "Yes, this is my address")
    expect(page.locator(".notice")).to_have_text(f"Your address is {other} from now on.")
    until(lambda: "Your address was changed" in letters(playing, ada), 30, "the notice to the old address")

    page.fill("#id_password-current", PASSWORD)
    page.fill("#id_password", NEWER)
    press(page, "Change the password")
    expect(page.locator(".notice")).to_contain_text("this one stays")
    assert is_in(page)

    stranger = open_page("/sign-in/", java_script_enabled=scripts)
    stranger.click("main >> text=Forgot your password?")
    looks(stranger)
    stranger.fill("#id_email", other)
    press(stranger, "Send the letter")
    expect(stranger.locator("h1")).to_have_text(SENT)
    address = link(playing, other, "A new password for Fablewright")
    stranger.goto(address)
    looks(stranger)
    stranger.fill("#id_password", NEWEST)
    press(stranger, "Keep this password")
    expect(stranger.locator(".notice")).to_have_text("Your password is changed. Sign in with the new one.")
    assert not is_in(page)
    sign_in(stranger, other, NEWEST)
    assert is_in(stranger)
    stranger.goto(address)
    expect(stranger.locator("h1")).to_have_text("This link is no longer good")
    looks(stranger)


def test_the_welcome_says_where_letters_are(playing: Playing) -> None:
    assert f"Letters: {playing.install.home / 'mail'}, since no mail server is set" in playing.play.text
