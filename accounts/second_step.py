"""The second step of signing in: the code, after the password was right.

Between the steps there is no session. What the first one found out goes along in the form, signed and good for a few minutes,
and opens nothing without the code.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts import guessing, second_factor
from accounts.access import Door, admits
from accounts.models import User
from accounts.signing_in import begin_session

STEP_SECONDS = 300
SALT = "accounts.second_step"


def ask_for_code(request: Any, user: User, onward: str) -> HttpResponse:
    """The page for the code, in the answer to the right password. `onward` has been found safe."""
    passed = {
        "user": str(user.pk),
        "tenant": str(request.tenant.pk),
        "password": user.get_session_auth_hash(),
        "onward": onward,
    }
    return _page(request, signing.dumps(passed, salt=SALT, compress=True))


@sensitive_variables("code")
@admits(Door.PUBLIC)
@require_POST
@never_cache
def sign_in_code(request: Any) -> HttpResponse:
    """POST {passed, code}: in, or the page again with what was wrong with the code."""
    passed = request.POST.get("passed", "")
    found = _first_step(request, passed)
    if found is None:
        return redirect("sign-in")
    user, onward = found
    if guessing.must_wait(request, user.get_username()):
        return HttpResponse(status=429)
    try:
        second_factor.check(user, request.POST.get("code", "")[:40])
    except second_factor.WaitFirst as early:
        answer = _page(request, passed, str(early), status=429)
        answer["Retry-After"] = str(early.seconds)
        return answer
    except second_factor.WrongCode as wrong:
        guessing.count_failure(request, user.get_username(), because="code")
        return _page(request, passed, str(wrong), status=422)
    begin_session(request, user)
    return redirect(onward)


def _first_step(request: Any, passed: str) -> tuple[User, str] | None:
    """Who gave the right password a moment ago, and where they are led; None where that is over, or was elsewhere."""
    try:
        said = signing.loads(passed, salt=SALT, max_age=STEP_SECONDS)
    except signing.BadSignature:
        return None
    if said["tenant"] != str(request.tenant.pk):
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), said["password"]):
        return None
    return user, said["onward"]


def _page(request: Any, passed: str, problem: str = "", *, status: int = 200) -> HttpResponse:
    more = {"passed": passed, "problem": problem}
    return render(request, "accounts/sign_in_code.html", more, status=status)
