"""`Idempotency-Key`: a call that is sent again is answered again, and done once.

A view derives from `Idempotent` and hands `nonce_of(request)` to its verb. Two things keep a purchase single: the row of
the key, which one call at a time may take up and which keeps the answer for a day; and the verb itself, which finds what
it made under the same nonce. So whatever is lost in between (an answer, a process, a kept answer), a repeat is one charge.

What is kept: the whole of a finished answer in JSON or text up to 1 MiB, errors of the caller's making among it. What is
not: 5xx, 401, 403 and 429, after which the same key may be tried again at once; and streams, binary answers, larger ones and
those that a view calls `keep_no_answer` for, which a repeat makes again, under the same nonce.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import IdempotentCall
from accounts.tenancy import across_tenants

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT_FOR = datetime.timedelta(hours=24)
BODY_MAX = 1024 * 1024
NOT_KEPT = frozenset({401, 403, 429})
HEADERS_KEPT = ("Content-Type", "Location", "Content-Location", "ETag", "Retry-After", "Preference-Applied", "Link")
_KEY = re.compile(r"[\x20-\x7e]{1,200}")
_READABLE = ("application/json", "application/problem+json", "text/plain", "text/html")

PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": "^[!-~]([ -~]{0,198}[!-~])?$"},  # spaces at its ends are lost on the way
    OpenApiParameter.HEADER,
    description="1 to 200 printable ASCII characters. The same key with the same call is answered again and charged once, "
    "for 24 hours; with another call it is a 409.",
)
"""For `extend_schema(parameters=[...])` of the views that derive from `Idempotent`."""


class Conflict(APIException):
    """409: the key stands for something else, or for something that is under way (`wait` seconds until a retry)."""

    status_code = 409

    def __init__(self, sentence: str, wait: int | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class _Answered(Exception):
    """The call was answered before, with this."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.answer = answer


class Idempotent(APIView):
    """Mix in before other views. Safe methods and calls without the header go through as if it were not there."""

    lease_seconds: float = 120.0
    """How long one call is left alone by its repeats. After that its process is taken for dead, and a repeat takes over."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # who asks, and whether they may, comes first, for repeats too
        key = request.headers.get(HEADER)
        if key is None or request.method in SAFE_METHODS or not hasattr(self, str(request.method).lower()):
            return
        if not _KEY.fullmatch(key):
            raise ValidationError({HEADER: ["Send 1 to 200 printable ASCII characters, or leave the header out."]})
        if not request.user.is_authenticated:
            raise ValidationError({HEADER: ["It counts for those who are signed in. Sign in, or leave it out."]})
        lease = datetime.timedelta(seconds=self.lease_seconds)
        call = _take_up(user_id=request.user.pk, key=key, fingerprint=fingerprint(request), lease=lease)
        request._request.idempotent_call = call  # type: ignore[attr-defined]

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Answered):
            return exc.answer  # type: ignore[return-value]
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        http: Any = getattr(request, "_request", request)
        call = getattr(http, "idempotent_call", None)
        if call is not None:
            try:
                kept = getattr(http, "kept_instead", answer)
                _put_down(call, kept, keeps=not getattr(http, "keeps_no_answer", False))
            except Exception:
                _free(call)
                raise
        return answer


def nonce_of(request: Any) -> uuid.UUID:
    """What to make the verb idempotent on: for a call with the header the same whenever it is sent, for another one a new
    one. The same for the whole of one request."""
    http: Any = getattr(request, "_request", request)
    call: IdempotentCall | None = getattr(http, "idempotent_call", None)
    if call is not None:
        return call.nonce
    if not hasattr(http, "own_nonce"):
        http.own_nonce = uuid.uuid4()
    nonce: uuid.UUID = http.own_nonce
    return nonce


def keep_no_answer(request: Any) -> None:
    """For a view whose answer must not be kept, because what it holds is promised to be gone sooner."""
    getattr(request, "_request", request).keeps_no_answer = True


def keep_instead(request: Any, answer: HttpResponse) -> None:
    """For a view whose answer is given once: repeats get `answer`, and the verb is not called again."""
    getattr(request, "_request", request).kept_instead = answer


def fingerprint(request: Request) -> str:
    """Of method, address and body. The order of fields, and spaces between them, change nothing."""
    data = request.data
    if isinstance(data, QueryDict):
        body: Any = [["form", name, [_part(value) for value in values]] for name, values in sorted(data.lists())]
    else:
        body = ["json", data]
    said = json.dumps([request.method, request.get_full_path(), body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def forget_old() -> int:
    """Delete what is older than a day and not under way, of all tenants; how many rows."""
    now = timezone.now()
    with across_tenants("idempotency keys of all tenants are forgotten after a day"):
        old = IdempotentCall.objects.filter(_at_rest(now), created_at__lte=now - KEPT_FOR)
        return old.delete()[0]


def _part(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return ["file", value.name, value.content_type, digest.hexdigest()]


def _at_rest(now: datetime.datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=now)


def _take_up(*, user_id: uuid.UUID, key: str, fingerprint: str, lease: datetime.timedelta) -> IdempotentCall:
    """The call that this request may now do. Raises `_Answered` or `Conflict` where it may not."""
    for _ in range(3):
        now = timezone.now()
        call = IdempotentCall(user_id=user_id, key=key, fingerprint=fingerprint, leased_until=now + lease)
        try:
            # Write first: of all that come at once, the unique constraint lets one through.
            with transaction.atomic():
                call.save(force_insert=True)
            return call
        except IntegrityError:
            found = IdempotentCall.objects.filter(user_id=user_id, key=key).first()
        if found is None:
            continue  # it was forgotten between our write and our look
        if found.created_at <= now - KEPT_FOR:
            IdempotentCall.objects.filter(_at_rest(now), pk=found.pk, fence=found.fence).delete()
            continue
        return _meet(found, fingerprint, now, lease)
    raise Conflict(_UNDER_WAY, wait=1)


_UNDER_WAY = f"The call with this {HEADER} is under way. Ask again in a moment."
_ANOTHER = (
    f"This {HEADER} was used for another call. Send a new key with a new call, and the same call with the same key."
)


def _meet(found: IdempotentCall, fingerprint: str, now: datetime.datetime, lease: datetime.timedelta) -> IdempotentCall:
    """Answer from an earlier call, wait for it, or take it up where it was left."""
    is_free = found.finished_at is None and found.leased_until is None
    is_another = found.fingerprint != fingerprint
    if is_another and not is_free:
        raise Conflict(_ANOTHER)
    if found.finished_at is not None and found.status is not None:
        answer = HttpResponse(bytes(found.body), status=found.status, headers=found.headers)
        answer[REPLAYED] = "true"
        raise _Answered(answer)
    if found.finished_at is None and found.leased_until is not None and found.leased_until > now:
        raise Conflict(_UNDER_WAY, wait=1)
    if is_another:  # nothing came of the first, so the key may stand for something else
        found.fingerprint, found.nonce = fingerprint, uuid.uuid4()
    taken = IdempotentCall.objects.filter(pk=found.pk, fence=found.fence).update(
        fence=F("fence") + 1,
        leased_until=now + lease,
        finished_at=None,
        fingerprint=found.fingerprint,
        nonce=found.nonce,
    )
    if not taken:
        raise Conflict(_UNDER_WAY, wait=1)
    found.fence += 1
    return found


def _put_down(call: IdempotentCall, answer: Any, *, keeps: bool) -> None:
    """Write down what came of a call."""
    if answer.status_code >= 500 or answer.status_code in NOT_KEPT:
        _free(call)
        return
    changes: dict[str, Any] = {"finished_at": timezone.now(), "leased_until": None}
    if keeps and not answer.streaming:
        if isinstance(answer, Response):
            answer.render()
        kind = answer.headers.get("Content-Type", "")
        if len(answer.content) <= BODY_MAX and (not answer.content or kind.startswith(_READABLE)):
            kept = {name: answer.headers[name] for name in HEADERS_KEPT if name in answer.headers}
            changes |= {"status": answer.status_code, "headers": kept, "body": answer.content}
    _mine(call).update(**changes)


def _free(call: IdempotentCall) -> None:
    """The key may be tried again. The nonce stays, in case the verb did its work before it broke."""
    _mine(call).update(leased_until=None, finished_at=None)


def _mine(call: IdempotentCall) -> Any:
    """Nothing where somebody took the call over meanwhile."""
    return IdempotentCall.objects.filter(pk=call.pk, fence=call.fence)
