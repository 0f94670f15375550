"""What a page of this house may load and run, decided here alone.

There are four policies. `PAGES` is for everything that readers, authors and strangers see: scripts and styles come from our
own files, and nothing inline runs, so that a word that came from a reader or from a model is never more than a word.
`ADMIN` and `API_DOCS` loosen single directives, each with its reason. `NOTHING` is for answers that are no pages. Kept files
are sent out with a stricter policy of their own (`generation/media.py`), which stays as it is.
"""

from __future__ import annotations

import logging
from functools import cache
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
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
    """Sets the policy of an answer that has none of its own."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None and parts.replace is None:
            parts.config = dict(policy_of(request, response))
        return parts


def policy_of(request: HttpRequest, response: HttpResponseBase) -> Policy:
    """The policy of an answer: by what it is, then by whose page it is."""
    if not str(response.get("Content-Type", "")).startswith("text/html"):
        return NOTHING
    match = request.resolver_match
    if match is not None and match.url_name == "api-docs":
        return API_DOCS
    if match is not None and match.app_name == "admin":
        return _at_home(ADMIN, request)
    return _at_home(PAGES, request)


def _at_home(policy: Policy, request: HttpRequest) -> Policy:
    if getattr(request, "tenant", None) is None:
        return policy
    scheme = "wss" if request.is_secure() else "ws"
    return {
        **policy,
        "img-src": [*policy["img-src"], *_store()],
        "media-src": [*policy["media-src"], *_store()],
        "connect-src": [*policy["connect-src"], f"{scheme}://{request.get_host()}"],
    }


def _store() -> list[str]:
    """The origin that media addresses lead on to, where an object store keeps the files."""
    return _origin_of_store() if settings.STORAGE == "s3" else []


@cache
def _origin_of_store() -> list[str]:
    # Asked of a link as it is made for readers: which host it names depends on the region and the way of addressing.
    try:
        link = urlsplit(storages["default"].url("policy"))
    except Exception:  # no credentials, no region: then no link to media can be made either
        log.exception("the object store makes no links, so pages cannot allow its host")
        return []
    return [f"{link.scheme}://{link.netloc}"]
