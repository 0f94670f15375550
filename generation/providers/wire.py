"""The one egress client. Everything that leaves this system for a provider goes through a `Wire`.

Its rules: https; redirects are not followed; the connection goes to an address that was checked to be public; answers are
asked for as `identity` and a packed one is not unpacked; the raw stream is cut at a cap and the whole call at a deadline;
the key goes to the provider's own hosts only. An address that an operator set by hand (`trusted`) may be plain http and
private: a server next door. Nothing that a person or a model wrote is ever trusted so.

A call that cannot connect was not sent (`Transient`). One that breaks later may have been carried out: `Unknown`, unless
it only asks (GET, DELETE), when it may simply be repeated (`Transient`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from generation.providers.answers import LARGE, Answer, by_status
from generation.providers.bodies import Body, Files, capped, lines, spool
from generation.providers.errors import Damaged, Rejected, Transient, Unknown

if TYPE_CHECKING:
    import httpx

    from generation.providers.transport import Transport

CONNECT_SECONDS = 10.0
CALL_SECONDS = 60.0
MAX_ANSWER = 96 * 1024**2
"""A picture of 64 megapixels in base64 fits; a film in base64 has a cap of its own."""
MAX_DOWNLOAD = 512 * 1024**2
DOWNLOAD_SECONDS = 600.0
AGENT = "Fablewright"


class Key:
    """A provider's key. It does not show itself in a log or a traceback, and does not travel between processes."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Key(…)" if self._value else "Key()"

    def __reduce__(self) -> Any:
        raise TypeError("a key does not travel")


class Wire:
    """Calls to one provider with one key. Shared between threads.

    `base_url` is where paths are appended; `auth` are the headers that carry the key; `key_hosts` are further hosts that
    may have it, each exact or, beginning with a dot, with all hosts below it; `result_hosts` are the hosts that results
    are fetched from, None where the provider does not say which (then any public host, without the key). With `trusted`,
    `result_origins` are further addresses of the operator's own, where a server of theirs lays its results.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: Key | None = None,
        auth: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        key_hosts: tuple[str, ...] = (),
        result_hosts: tuple[str, ...] | None = None,
        trusted: bool = False,
        result_origins: tuple[str, ...] = (),
    ) -> None:
        self.base_url = base_url.rstrip("/") + "/"
        self._origin = _origin(self.base_url)
        self._key = key or Key()
        self._auth = dict(auth or {})
        self._headers = dict(headers or {})
        self._key_hosts = key_hosts
        self._result_hosts = result_hosts
        self._trusted = {self._origin} if trusted else set()
        self._trusted_results = {_origin(url) for url in result_origins} if trusted else set()
        self._transports: dict[bool, Transport] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Wire({self.base_url})"

    def get(self, path: str, **more: Any) -> Answer:
        return self.call("GET", path, **more)

    def post(self, path: str, **more: Any) -> Answer:
        # What a frame names lives until the call is over, and a picture in base64 must not: only what became of it goes on.
        body = Body(
            more.pop("json", None), more.pop("fields", None), more.pop("files", ()), more.pop("multipart", False)
        )
        return self.call("POST", path, body=body, **more)

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        fields: Mapping[str, str] | None = None,
        files: Files = (),
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = CALL_SECONDS,
        cap: int = MAX_ANSWER,
        multipart: bool = False,
        body: Body | None = None,
        safe: bool | None = None,
    ) -> Answer:
        """One exchange; the answer whole, whatever its status. `path` may be an absolute address that the provider named:
        it must lie on a host that may have the key. `fields` and `files` go as multipart where there are files or where
        `multipart` says so, else as a form; `body` is in place of all of them."""
        safe = method in ("GET", "HEAD", "DELETE") if safe is None else safe
        body = body or Body(json, fields, files, multipart)
        del json, files
        with self._exchange(
            method, self.address(path), body, params=params, headers=headers, seconds=seconds, safe=safe
        ) as response:
            file, size = spool(response, cap, safe=safe)
            return Answer(response.status_code, _headers(response), file, size, safe, self.scrub)

    def tell(
        self, url: str, content: bytes, *, headers: Mapping[str, str], seconds: float
    ) -> tuple[int, Mapping[str, str]]:
        """POST `content` as it is to an address that the caller chose; the status and the headers that came back. Nothing
        else of the answer is read, however long it is and however it is packed."""
        self._refuse_origin(url)
        with self._exchange(
            "POST", url, Body(raw=content), headers=headers, seconds=seconds, safe=False, reads=False
        ) as response:
            return response.status_code, _headers(response)

    @contextmanager
    def streamed(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        seconds: float = CALL_SECONDS,
        cap: int = MAX_ANSWER,
    ) -> Iterator[tuple[Answer | None, Iterator[str]]]:
        """An exchange whose answer is read line by line: `(None, lines)` where all is well, `(answer, nothing)` where
        the status is an error. Lines come without their ends."""
        body = Body(json)
        del json
        with self._exchange(
            method, self.address(path), body, params=params, headers=headers, seconds=seconds, safe=False
        ) as response:
            if response.status_code != 200 or "json" in response.headers.get("content-type", ""):
                file, size = spool(response, cap, safe=False)
                yield Answer(response.status_code, _headers(response), file, size, False, self.scrub), iter(())
            else:
                yield None, lines(response, cap)

    @contextmanager
    def download(
        self, url: str, *, with_key: bool = False, seconds: float = DOWNLOAD_SECONDS, cap: int = MAX_DOWNLOAD
    ) -> Iterator[Download]:
        """The bytes at an address that the provider named. The key goes along only where asked for, and only to hosts
        that may have it."""
        url = self.address(url, with_key=with_key)
        if not with_key:
            self._refuse_strange_result(url)
        try:
            with self._exchange("GET", url, Body(), seconds=seconds, safe=True, with_key=with_key) as response:
                if response.status_code != 200:
                    file, size = spool(response, LARGE, safe=True)
                    answer = Answer(response.status_code, _headers(response), file, size, True, self.scrub)
                    error = by_status(answer)
                    raise error if isinstance(error, Transient) else Damaged(f"the result cannot be fetched: {error}")
                yield Download(response, cap)
        except Rejected as rejected:
            raise Damaged(str(rejected)) from rejected  # it is the answer that names such an address

    def address(self, path: str, *, with_key: bool = True) -> str:
        """The absolute address of a path below the base url. One that the provider named is taken if its host may have
        the key (or if the key does not go along)."""
        is_ours = "://" not in path and not path.startswith("//")
        url = self.base_url + path
        try:
            if not is_ours or path.startswith("/"):
                url = urljoin(self.base_url, path)
            # A path may lead elsewhere all the same: a tab in it is dropped, which makes a host of "/<tab>/other".
            leads_home = _origin(url) == self._origin
        except ValueError as error:
            raise Damaged(f"the provider named no address: {error}") from error
        if is_ours and leads_home:
            self._refuse_origin(url)
            return url
        try:
            self._refuse_origin(url)
        except Rejected as rejected:
            # Our request was right; it is the answer that names such an address.
            raise Damaged(str(rejected)) from rejected
        if with_key and not self.may_have_key(url):
            raise Damaged(f"the provider named an address on {urlsplit(url).hostname}, which must not get the key")
        return url

    def may_have_key(self, url: str) -> bool:
        """Whether the key may be sent to the host of `url`."""
        parts = urlsplit(url)
        if _origin(url) == self._origin:
            return True
        return parts.scheme == "https" and parts.port in (None, 443) and one_of(parts.hostname, self._key_hosts)

    def scrub(self, text: str) -> str:
        """`text` without the key: some providers repeat it in their complaint."""
        key = self._key.reveal()
        return text.replace(key, "[key]") if key else text

    def _refuse_origin(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            return
        if not (parts.scheme == "http" and _origin(url) in self._trusted | self._trusted_results):
            raise Rejected(
                f"{parts.scheme}://{parts.hostname} is not reached: only https is, unless an operator set it"
            )

    def _refuse_strange_result(self, url: str) -> None:
        if self._result_hosts is None or _origin(url) == self._origin or _origin(url) in self._trusted_results:
            return
        host = urlsplit(url).hostname
        if not one_of(host, self._result_hosts):
            raise Damaged(f"the result lies on {host}, which is none of this provider's hosts")

    @contextmanager
    def _exchange(
        self,
        method: str,
        url: str,
        body: Body,
        *,
        safe: bool,
        seconds: float,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        with_key: bool = True,
        reads: bool = True,
    ) -> Iterator[httpx.Response]:
        import httpcore
        import httpx

        from generation.providers.addresses import Deadline

        sent = {"user-agent": AGENT, "accept-encoding": "identity", **self._headers, **(headers or {})}
        if with_key:
            sent |= self._auth
        try:
            with Deadline(seconds), body.opened() as content:
                request = httpx.Request(
                    method, url, params=params, headers=sent | content.pop("headers", {}), **content,
                    extensions={"timeout": {"connect": CONNECT_SECONDS, "read": seconds, "write": seconds, "pool": 5.0}},
                )  # fmt: skip
                response = self._transport(keeps=safe).handle_request(request)
                try:
                    encoding = response.headers.get("content-encoding", "identity").strip().lower()
                    if reads and encoding not in ("", "identity"):
                        told = f"the answer came packed as {encoding}, which was not asked for"
                        raise Transient(told) if safe else Damaged(told)
                    yield response
                finally:
                    response.close()
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
            raise Transient(f"no connection to {urlsplit(url).hostname}: {type(error).__name__} {error}") from error
        except (
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpx.HTTPError, OSError,
        ) as error:  # fmt: skip
            told = f"the exchange with {urlsplit(url).hostname} broke: {type(error).__name__} {error}"
            raise Transient(told) if safe else Unknown(told) from error
        except httpx.InvalidURL as error:
            raise Rejected(f"no address: {error}") from error

    def _transport(self, *, keeps: bool) -> Transport:
        with self._lock:
            if keeps not in self._transports:
                from generation.providers.transport import Transport

                trusted = {(host, port) for _, host, port in self._trusted | self._trusted_results}
                self._transports[keeps] = Transport(trusted=trusted, keeps=keeps)
            return self._transports[keeps]

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            for transport in self._transports.values():
                transport.close()
            self._transports.clear()


class Download:
    """The bytes of a result as they arrive."""

    def __init__(self, response: httpx.Response, cap: int) -> None:
        self._response = response
        self._cap = cap
        self.media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()

    def chunks(self) -> Iterator[bytes]:
        yield from capped(self._response, self._cap, safe=True)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def one_of(host: str | None, known: tuple[str, ...]) -> bool:
    """Whether `host` is one of `known`, or below one that begins with a dot."""
    if host is None:
        return False
    return any(host == name or (name.startswith(".") and host.endswith(name)) for name in known)
