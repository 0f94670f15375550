"""Who plays in `bench/soak.py`: readers, a program and an author, each a thread. Servers come and go, so an answer that
does not come is counted and asked for again; an answer of the server's own failing (5xx) is counted by its name."""

from __future__ import annotations

import contextlib
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import websockets.exceptions
from websockets.sync.client import connect

MUST_HAPPEN = ("read a page", "made something by the API")
PATIENCE = 30.0
WAIT = httpx.Timeout(15.0)
FORM = re.compile(r'name="(csrfmiddlewaretoken|nonce)" value="([^"]+)"')
CHOICE = re.compile(r'action="(/kids/story/choose/[^"]+)"')


class Player:
    """One thread's worth: asks now this web process, now that."""

    def __init__(
        self,
        *,
        web: list[int],
        sockets: int,
        cookie: str,
        stop: threading.Event,
        troubles: Counter[str],
        **headers: str,
    ) -> None:
        self.web, self.sockets, self.cookie, self.stop, self.troubles = web, sockets, cookie, stop, troubles
        name, _, value = cookie.partition("=")
        cookies = {name: value} if cookie else {}
        self.client = httpx.Client(cookies=cookies, headers=headers, timeout=WAIT, follow_redirects=True)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """The answer; None where none came, or none that anything can be done with."""
        if self.stop.is_set():
            return None
        try:
            answer = self.client.request(method, f"http://127.0.0.1:{random.choice(self.web)}{path}", **more)
        except httpx.HTTPError as lost:
            self.troubles[f"got no answer ({type(lost).__name__})"] += 1
            self.stop.wait(0.5)
            return None
        if answer.status_code >= 400:
            self.troubles[f"was answered {answer.status_code}"] += 1
            return None
        return answer

    def pause(self, most: float) -> None:
        self.stop.wait(random.uniform(0.1, most))


def read(player: Player) -> None:
    """A story from its form to its third page, some of it on the socket and some by polling; and a look at the
    gallery."""
    page = player.ask("GET", "/kids/")
    if page is None:
        return
    form = dict(FORM.findall(page.text)) | {"prompt": "A fishwife finds a brass key in a fish", "length": "short"}
    page = player.ask("POST", "/kids/story/start", data=form)
    for _ in range(3):
        page = written(player, page)
        if page is None:
            return
        player.troubles["read a page"] += 1
        player.pause(1.5)
        ways, form = CHOICE.findall(page.text), dict(FORM.findall(page.text))
        if not ways:
            break
        page = player.ask("POST", random.choice(ways), data=form)
    for path in ("/kids/gallery/", "/", "/kids/story/resume"):
        player.ask("GET", path)


def written(player: Player, page: httpx.Response | None) -> httpx.Response | None:
    """The page once its words are there."""
    if page is None:
        return None
    status, socket = (re.search(rf'data-{name}="([^"]+)"', page.text) for name in ("status", "socket"))
    if socket is not None and random.random() < 0.5:
        listen(player, socket[1])
    ends = time.monotonic() + PATIENCE
    while status is not None and time.monotonic() < ends and not player.stop.is_set():
        said = player.ask("GET", status[1])
        if said is not None and said.json().get("text", {}).get("status") in ("complete", "failed"):
            break
        player.pause(0.6)
    return player.ask("GET", page.url.path)


def listen(player: Player, path: str) -> None:
    """A few seconds on the story's socket."""
    address = f"ws://127.0.0.1:{player.sockets}{path}"
    try:
        with connect(address, additional_headers={"Cookie": player.cookie}, open_timeout=15) as socket:
            ends = time.monotonic() + 4
            while time.monotonic() < ends and not player.stop.is_set():
                with contextlib.suppress(TimeoutError):
                    socket.recv(timeout=0.5)
            player.troubles["listened on a socket"] += 1
    except (OSError, websockets.exceptions.WebSocketException):
        player.troubles["lost a socket"] += 1


def program(player: Player) -> None:
    """Something made by the API, asked after until it is there; and lists."""
    kind = random.choice(("text", "text", "image"))
    made = player.ask("POST", f"/generate/{kind}", json={"prompt": "A brass key on a step."})
    if made is not None:
        player.troubles["made something by the API"] += 1
    for path in ("/api/v1/jobs", "/api/v1/runs", "/api/v1/models", "/api/v1/usage"):
        found = player.ask("GET", path)
        if path == "/api/v1/jobs" and found is not None:
            for job in found.json()["items"][:3]:
                player.ask("GET", f"/api/v1/jobs/{job['id']}")
    player.pause(3.0)


def author(player: Player) -> None:
    """The studio's pages."""
    for path in ("/studio/", "/studio/pieces/", "/studio/image/", "/account/usage/", "/kids/gallery/"):
        player.ask("GET", path)
        player.pause(1.0)


def players(
    *, web: list[int], sockets: int, made: dict[str, Any], readers: int, stop: threading.Event, troubles: Counter[str]
) -> list[threading.Thread]:
    """Threads that play until they are told to stop."""
    common: dict[str, Any] = {"web": web, "sockets": sockets, "stop": stop, "troubles": troubles}
    signed_in = made["sessions"]
    parts: list[tuple[Callable[[Player], None], Player]] = [
        *((read, Player(cookie=signed_in["reader"], **common)) for _ in range(readers)),
        (program, Player(cookie="", **common, authorization=f"Bearer {made['key']}")),
        (author, Player(cookie=signed_in["author"], **common)),
    ]

    def play(part: Callable[[Player], None], player: Player) -> None:
        while not stop.is_set():
            try:
                part(player)
            except (KeyError, ValueError) as strange:
                troubles[f"did not understand an answer ({type(strange).__name__})"] += 1
            player.pause(0.5)
        player.client.close()

    return [threading.Thread(target=play, args=part, daemon=True) for part in parts]
