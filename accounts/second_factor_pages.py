"""A person's page of their second factor: begun with the password, confirmed with a code, switched off with both."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts import guessing, second_factor
from accounts.access import Door, admits
from accounts.models import RecoveryCode, SecondFactor, User

NOT_YOURS = "This is not your password. Try again."


@admits(Door.MEMBER)
@require_GET
@never_cache
def own_second_factor(request: Any) -> HttpResponse:
    return _page(request)


@sensitive_variables()
@admits(Door.MEMBER)
@require_POST
@never_cache
def begin_second_factor(request: Any) -> HttpResponse:
    """POST {password}: a secret for the app. An open browser alone must not shut its owner out."""
    if not _is_password(request):
        return _page(request, password_problem=NOT_YOURS, status=422)
    try:
        second_factor.begin(request.user)
    except second_factor.AlreadyOn:
        messages.info(request, "Your second factor is on already.")
    return redirect("second-factor")


@sensitive_variables()
@admits(Door.MEMBER)
@require_POST
@never_cache
def confirm_second_factor(request: Any) -> HttpResponse:
    """POST {code}: on. The recovery codes stand in this answer and nowhere else."""
    try:
        codes = second_factor.confirm(request.user, request.POST.get("code", "")[:40])
    except (second_factor.AlreadyOn, SecondFactor.DoesNotExist):
        return redirect("second-factor")
    except second_factor.WaitFirst as early:
        return _wait(request, early)
    except second_factor.WrongCode as wrong:
        return _page(request, code_problem=str(wrong), status=422)
    return _page(request, codes=codes)


@sensitive_variables()
@admits(Door.MEMBER)
@require_POST
@never_cache
def end_second_factor(request: Any) -> HttpResponse:
    """POST {password, code}: off."""
    user: User = request.user
    if not second_factor.is_on(user.pk):
        return redirect("second-factor")
    if not _is_password(request):
        return _page(request, password_problem=NOT_YOURS, status=422)
    try:
        second_factor.check(user, request.POST.get("code", "")[:40])
    except second_factor.WaitFirst as early:
        return _wait(request, early)
    except second_factor.WrongCode as wrong:
        guessing.count_failure(request, user.get_username(), because="code")
        return _page(request, code_problem=str(wrong), status=422)
    second_factor.switch_off(user)
    messages.success(request, "Your second factor is off. Signing in asks for your password alone.")
    return redirect("second-factor")


@sensitive_variables()
def _is_password(request: Any) -> bool:
    """Whether they sent their own password. Wrong ones are counted as at signing in."""
    password = request.POST.get("password", "")[:256]
    found = authenticate(request, username=request.user.get_username(), password=password)
    return found is not None and found.pk == request.user.pk


def _wait(request: Any, early: second_factor.WaitFirst) -> HttpResponse:
    answer = _page(request, code_problem=str(early), status=429)
    answer["Retry-After"] = str(early.seconds)
    return answer


@sensitive_variables()
def _page(
    request: Any,
    *,
    codes: list[str] | None = None,
    code_problem: str = "",
    password_problem: str = "",
    status: int = 200,
) -> HttpResponse:
    factor = SecondFactor.objects.filter(user_id=request.user.pk).first()
    begun = factor is not None and not factor.confirmed
    more = {
        "is_on": factor is not None and factor.confirmed,
        "is_begun": begun,
        "is_needed": request.actor.is_staff and request.tenant.staff_need_second_factor,
        "secret": _in_fours(factor.secret.reveal()) if factor is not None and begun else "",
        "drawing": _drawing(factor, request.tenant.name) if factor is not None and begun else "",
        "codes": codes,
        "codes_left": RecoveryCode.objects.filter(user_id=request.user.pk, used_at=None).count(),
        "code_problem": code_problem,
        "password_problem": password_problem,
    }
    return render(request, "accounts/second_factor.html", more, status=status)


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _drawing(factor: SecondFactor, issuer: str) -> SafeString:
    """The code for the app's camera, as SVG within the page: nothing of it ever has an address of its own."""
    drawn = segno.make(second_factor.address(factor, issuer=issuer), error="m", micro=False)
    svg = drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308 -- numbers of a path; what is in the code does not stand in the drawing as text
