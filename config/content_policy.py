"""What a page of this house may load and run, decided here alone.

There are four policies. `PAGES` is for everything that readers, authors and strangers see: scripts and styles come from our
own files, and nothing inline runs, so that a word that came from a reader or from a model is never more than a word.
`ADMIN` and `API_DOCS` loosen single directives, each with its reason. `NOTHING` is for answers that are no pages. Kept files
are sent out with a stricter policy of their own (`generation/media.py`), which stays as it is.
"""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from urllib.parse import urlsplit

from csp.constants import HEADER, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponseBase

log = logging.getLogger(__name__)
Policy = dict[str, list[str]]

PAGES: Policy = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    # Pictures and films come from addresses of our own; where these lead on to an object store, `_store` is added.
    "img-src": [SELF],
    "media-src": [SELF],
    # The status routes, and the socket of the same host, which is added by name: not every browser counts it as 'self'.
    "connect-src": [SELF],
    "font-src": [SELF],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
ADMIN: Policy = {
    **PAGES,
    # Alpine, which draws unfold's menus, makes functions of the attributes that hold its expressions. Without this no
    # menu opens, no tab changes and no row of an inline is added. Inline scripts stay forbidden; unfold has none.
    "script-src": [SELF, UNSAFE_EVAL],
    # Unfold writes its colours into a <style> of each page, htmx that of its waiting marks into another; the menus that
    # Alpine adds to the rows of lists bring style attributes.
    "style-src": [SELF, UNSAFE_INLINE],
}
API_DOCS: Policy = {
    **PAGES,
    # The arrows of Swagger UI's select fields are pictures inside its style sheet.
    "img-src": [SELF, "data:"],
}
NOTHING: Policy = {"default-src": [NONE], "base-uri": [NONE], "form-action": [NONE], "frame-ancestors": [NONE]}


class ContentPolicy(CSPMiddleware):
    """Sets the policy of an answer that has none of its own. There are no nonces: a page that needs an inline script gets a
    file instead."""

    def process_request(self, request: HttpRequest) -> None:
        """Nothing is needed before the view."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault(HEADER, _written(*_policy_of(request, response), _store()))
        return response


def _policy_of(request: HttpRequest, response: HttpResponseBase) -> tuple[str, str]:
    """Which policy an answer gets, by what it is and then by whose page it is; and the socket that it may open, if any."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return "nothing", ""
    match = request.resolver_match
    if match is not None and match.url_name == "api-docs":
        return "api docs", ""
    name = "admin" if match is not None and match.app_name == "admin" else "pages"
    if getattr(request, "tenant", None) is None:
        return name, ""
    return name, f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"


POLICIES = {"pages": PAGES, "admin": ADMIN, "api docs": API_DOCS, "nothing": NOTHING}


@lru_cache(maxsize=256)  # a few for each host; writing one takes longer than many an answer
def _written(name: str, socket: str, store: str) -> str:
    policy = dict(POLICIES[name])
    if store and name in ("pages", "admin"):
        policy["img-src"] = [*policy["img-src"], store]
        policy["media-src"] = [*policy["media-src"], store]
    if socket:
        policy["connect-src"] = [*policy["connect-src"], socket]
    return build_policy(config=dict(policy))


def _store() -> str:
    """The origin that media addresses lead on to, where an object store keeps the files; empty where this machine does."""
    if settings.STORAGE != "s3":
        return ""
    try:
        return _origin_of_store()
    except Exception:  # no credentials yet, no region: then no link to media can be made either
        log.exception("the object store makes no links, so pages cannot allow its host")
        return ""


@cache
def _origin_of_store() -> str:
    # Asked of a link as it is made for readers: which host it names depends on the region and the way of addressing.
    link = urlsplit(storages["default"].url("policy"))
    return f"{link.scheme}://{link.netloc}"
