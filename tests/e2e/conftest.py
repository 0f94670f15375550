"""A real `play` and a real Chromium. One install serves a module; each test gets a browser context of its own."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.installs import Install, Play, an_install
from tests.production.visiting import TownInstall, TownPlay, visited

TEXT_WAIT = 30_000
FILM_WAIT = 90_000


@dataclass
class Playing:
    """An install that plays, the demo provider's books and its switch for faults."""

    install: Install | TownInstall
    play: Play | TownPlay
    log: Path
    faults: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.play.port}"

    def purchases(self, kind: str) -> list[str]:
        """References of what the provider took, in order."""
        if not self.log.exists():
            return []
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line["reference"] for line in lines if line["kind"] == kind and line["verb"] == "start"]

    def set_faults(self, **faults: str) -> None:
        self.faults.write_text(json.dumps(faults))


def start(home: Path, **environment: str) -> Any:
    """A context manager: an install that plays until the block ends; or the production that these tests are run across."""
    import contextlib

    @contextlib.contextmanager
    def playing() -> Iterator[Playing]:
        if (town := visited(environment)) is not None:
            folder = town[0].home.parent
            yield Playing(*town, folder / "books.jsonl", folder / "faults.json")
            return
        log, faults = home.parent / "books.jsonl", home.parent / "faults.json"
        with an_install(home) as install:
            delays = {"DEMO_TEXT_SECONDS": "0.3", "DEMO_IMAGE_SECONDS": "0.1", "DEMO_VIDEO_SECONDS": "1"}
            play = install.play(DEMO_LOG_FILE=str(log), DEMO_FAULTS_FILE=str(faults), **{**delays, **environment})
            play.ready()
            yield Playing(install, play, log, faults)
            play.signal(signal.SIGTERM)
            assert play.end() == 0
            install.nothing_is_left()

    return playing()


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    with start(tmp_path_factory.mktemp("e2e") / "home") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    import shutil

    from tests.conftest import need

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    need(found, "there is no Chromium: install the package chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--mute-audio"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, playing: Playing) -> Iterator[Callable[..., Page]]:
    """Opens a page in a new context, and fails the test if the page's scripts broke."""
    contexts, broken = [], []

    def open_(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=playing.address, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert broken == []
