"""What the OpenAPI document says of every route: how one is known, and the one form of errors (`config.errors` fills it in).

Whoever describes a view imports this, and so the schemes of security are known wherever a view is."""

from __future__ import annotations

import copy
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

NOT_BLANK = r"^[\s\x1c-\x1f\x85]*[^\s\x1c-\x1f\x85]"
"""What Python calls blank is a little more than what JSON schema's expressions call a space."""
SAID = {"type": "string", "minLength": 1, "pattern": NOT_BLANK}
"""A text that is not blank."""
MEANINGS = {
    400: "A field is wrong; the sentence names it.",
    401: "Nobody is signed in, or the token is no longer good.",
    402: "The budget does not suffice. Nothing was charged.",
    403: "Known, and not let in: a guest, a key without the scope, or a page of another site.",
    404: "There is no such thing, or none that you may see.",
    409: "It cannot be done as things stand, or the idempotency key was used for something else.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Its words are kept out here. Say it in other words.",
    429: "That was too often, and `Retry-After` says when to go on; or today's allowance is used up.",
    503: "What is needed for this is not there at the moment: no model, no key for it, or operators switched it off. The "
    "sentence says which, why, and what may be used instead.",
}


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.TenantTokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An access token or an API key of this host."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.SessionOfThisTenant"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME,
            "description": "A browser that is signed in. What is not safe needs its CSRF token as well.",
        }  # fmt: skip


class StrictFields(OpenApiSerializerExtension):
    """What a body may hold is listed whole: nothing else is taken."""

    target_class = "accounts.requests.Strict"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema.setdefault("properties", {})
        for name, field in self.target.fields.items():
            told = schema["properties"][name]
            if (
                isinstance(field, serializers.CharField)
                and not field.allow_blank
                and not {"enum", "format"} & told.keys()
            ):
                told.setdefault("minLength", 1)
                if field.trim_whitespace:
                    told.setdefault("pattern", NOT_BLANK)
        # A copy: what goes over the document afterwards writes into it, and the next document is made from the same rules.
        return {**schema, "additionalProperties": False, **copy.deepcopy(self.target.rules)}


class Problem(serializers.Serializer[Any]):
    """What went wrong, in a sentence that is fit for a person."""

    success = serializers.BooleanField(help_text="Always false.")
    data = serializers.JSONField(  # type: ignore[assignment]  # a field's name, which DRF takes out of the class
        allow_null=True, help_text="Always null."
    )
    error = serializers.CharField(help_text="What is wrong, and what would help; a field's name comes first.")
    code = serializers.IntegerField(help_text="The HTTP status.")


def problems(*codes: int) -> dict[int, OpenApiResponse]:
    """Errors of an operation for `extend_schema(responses=...)`, beside 401, 403 and 429, which every one has."""
    return {code: OpenApiResponse(Problem, description=MEANINGS[code]) for code in sorted({401, 403, 429, *codes})}
