"""The forms: shown, read, priced, and sent. Each view turns HTTP into a `Desk` and shows what came of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Door, Verb, admits, find
from accounts.rates import limited
from generation import media
from generation.errors import CannotBuy, StorageAway
from generation.intake import BadPicture
from generation.providers.contract import Kind
from generation.studio import making, policy
from generation.studio.fields import MAX_TEXT
from generation.studio.models import Piece, Source, Take, Upload
from generation.studio.narrative import MAX_SCENES
from generation.studio.pages import pictures, prefilling, showing
from generation.studio.pages.closing import unless_closed, unless_too_large
from generation.studio.pages.controls import Mode
from generation.studio.pages.desk import Desk, no_model, nonce_of, said
from generation.studio.pages.forms import MAX_DETAILS, PICTURES

VERBS = {Kind.TEXT: "Write it", Kind.VIDEO: "Film it"}
CHANGES_THE_FORM = {"show", "drop", "read"}
"""Buttons that buy nothing."""


@admits(Door.AUTHOR)
@csrf_exempt
@unless_too_large
def make(request: Any, kind: str) -> HttpResponse:
    """GET shows the form, POST makes what it says. `show` and `drop` change the form only, `read` shows the narrative."""
    return _make(request, Kind(kind))


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@unless_closed
@limited("generate", when=lambda request: not CHANGES_THE_FORM & set(request.POST))
def _make(request: Any, kind: Kind) -> HttpResponse:
    if request.method != "POST":
        return _page(request, _begun(request, kind))
    if not CHANGES_THE_FORM & set(request.POST):
        found = _made_before(request)
        if found is not None:
            return _to(found)
    desk, refused = _sent(request, kind)
    desk.refuse_pictures(refused)
    if refused or "show" in request.POST or "drop" in request.POST:
        return _page(request, desk)
    is_reading = "read" in request.POST or (desk.mode == Mode.TIMELINE and not desk.narrative.strip())
    try:
        if desk.model is None:
            raise no_model()
        if is_reading:
            return _read_through(request, desk)
        wish = desk.read(desk.narrative if desk.mode == Mode.TIMELINE else None, is_meant=True)
        piece = making.make(
            user=request.user, rules=desk.rules, wish=wish, source=Source.FORM, nonce=nonce_of(request.POST),
            parent=_parent(desk),
        )  # fmt: skip
    except CannotBuy as no:
        desk.refuse(no)
        if desk.mode == Mode.TIMELINE and not is_reading and set(desk.wrong) <= {"prompt", ""}:
            return _narrative_page(request, desk, desk.narrative)
        return _page(request, desk)
    for hint in wish.hints:
        messages.info(request, hint)
    return _to(piece)


@admits(Door.AUTHOR)
@require_POST
@never_cache
@unless_closed
def price(request: Any, kind: str) -> HttpResponse:
    """What the form as it stands would hold: `{"price_micros", "price", "label", "preview_label", "problem", "field"}`. Nothing
    is made."""
    desk, refused = _sent(request, Kind(kind), keeps=False)
    problem: CannotBuy | BadPicture | None = next(iter(refused), None)
    quoted = desk.quote()
    if quoted.micros is None and problem is None:
        try:
            desk.read(None if desk.mode != Mode.TIMELINE else "…")
        except CannotBuy as no:
            problem = no
    if problem is not None:
        desk.refuse(problem)
    name, sentence = next(iter(desk.wrong.items()), ("", ""))
    words = showing.price(quoted.micros, request.tenant.currency, is_least=quoted.is_least)
    return JsonResponse({
        "price_micros": quoted.micros, "price": words, "label": _label(desk, words), "problem": sentence, "field": name,
        "preview_label": _preview_label(request, desk),
    })  # fmt: skip


@admits(Door.AUTHOR)
@require_safe
@never_cache
def upload(request: Any, upload_id: uuid.UUID) -> Any:
    """A picture that the user uploaded, for the form that names it."""
    found = Upload.objects.select_related("asset").filter(user_id=request.actor.user_id, id=upload_id).first()
    if found is None:
        raise Http404("There is nothing here.")
    return media.serve(request, found.asset)


def _parent(desk: Desk) -> Take | None:
    """The take that the thing is made from, where one of its pictures is one."""
    tokens = [_uuid(one.token) for kept in desk.pictures.values() for one in kept]
    return Take.objects.filter(piece__user=desk.user, id__in=[token for token in tokens if token is not None]).first()


def _begun(request: Any, kind: Kind) -> Desk:
    """The form as it is opened: empty, with the settings of a piece, or with a picture that becomes a film."""
    data = said({})
    tokens: dict[str, list[str]] = {}
    piece_id, picture = _uuid(request.GET.get("from")), request.GET.get("picture", "")
    if piece_id is not None:
        piece = find(Piece.objects.filter(kind=kind, deleted_at=None), request.actor, Verb.CHANGE, id=piece_id)
        data, tokens = prefilling.settings_of(piece)
    if kind is Kind.VIDEO and picture:
        tokens = {"first_frame": [picture]}
        if not pictures.kept([picture], user=request.user):
            raise Http404("There is no such picture.")
    for name in ("model", "mode", "prompt"):
        if request.GET.get(name):
            data[name] = request.GET[name]
    kept = {name: pictures.kept(values, user=request.user) for name, values in tokens.items()}
    desk = Desk(kind, request.user, policy.current(), data, kept)
    if piece_id is not None and any(len(kept[name]) < len(tokens[name]) for name in tokens):
        desk.notices.append("A picture that this was made with is gone. Choose it again.")
    return desk


def _sent(request: Any, kind: Kind, *, keeps: bool = True) -> tuple[Desk, list[CannotBuy]]:
    """The form as it was sent, its pictures kept; and what is to be said of files that are none."""
    rules = policy.current()
    dropped = request.POST.get("drop", "")
    found: dict[str, list[pictures.Picture]] = {}
    refused: list[CannotBuy] = []
    for name in PICTURES:
        tokens = [token for token in request.POST.getlist(f"kept_{name}") if f"{name}:{token}" != dropped]
        found[name] = pictures.kept(tokens, user=request.user)
        if keeps:
            new, wrong = pictures.keep(request.FILES.getlist(name), user=request.user, field=name)
            found[name] += new
            refused += wrong
    return Desk(kind, request.user, rules, request.POST, {name: kept for name, kept in found.items() if kept}), refused


def _read_through(request: Any, desk: Desk) -> HttpResponse:
    """The narrative, before it is sent. Raises `CannotBuy` for what is wrong with it already."""
    words = desk.compose()
    desk.read(words)
    return _narrative_page(request, desk, words)


def _narrative_page(request: Any, desk: Desk, words: str) -> HttpResponse:
    data: QueryDict = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "narrative", "read", "make", "preview", "nonce"):
        data.pop(name, None)
    hidden = [(name, value) for name, values in data.lists() for value in values if not name.startswith("kept_")]
    hidden += [(f"kept_{name}", one.token) for name, kept in desk.pictures.items() for one in kept]
    reading = Desk(
        desk.kind, desk.user, desk.rules, said({**dict(request.POST.lists()), "narrative": words}), desk.pictures
    )
    context = {
        "desk": desk, "narrative": words, "hidden": hidden, "nonce": nonce_of(request.POST), "scenes": desk.scenes,
        "label": _label(desk, _words(request, reading)), "wrong": desk.wrong, "length": MAX_TEXT,
        "preview_label": _preview_label(request, reading),
    }  # fmt: skip
    return render(request, "studio/narrative.html", context, status=desk.status)


def _page(request: Any, desk: Desk) -> HttpResponse:
    is_fragment = request.headers.get("X-Fragment") == "form"
    shown = desk.controls()
    if desk.model is None:
        desk.refuse(no_model())
    context = {
        "desk": desk,
        "kind": desk.kind.value,
        "noun": showing.NOUNS[desk.kind],
        "address": reverse("studio-make", args=[desk.kind.value]),
        "pictures": [one for one in shown if one.control.form == "pictures" and not one.control.is_finer],
        "controls": [one for one in shown if one.control.form != "pictures" and not one.control.is_finer],
        "finer": [one for one in shown if one.control.is_finer],
        "is_open": any(one.is_said for one in shown if one.control.is_finer),
        "is_timeline": desk.mode == Mode.TIMELINE and desk.kind is Kind.VIDEO,
        "mode": desk.mode,
        "wrong": desk.wrong,
        "nonce": nonce_of(request.POST),
        "label": _label(desk, _words(request, desk)),
        "preview_label": _preview_label(request, desk),
        "length": MAX_TEXT,
        "details_length": MAX_DETAILS,
        "max_scenes": MAX_SCENES,
    }
    page = render(request, "studio/_form.html" if is_fragment else "studio/make.html", context, status=desk.status)
    if desk.status == StorageAway.status_code:
        page["Retry-After"] = str(StorageAway.wait)
    return page


def _words(request: Any, desk: Desk) -> str:
    quoted = desk.quote()
    return showing.price(quoted.micros, request.tenant.currency, is_least=quoted.is_least)


def _label(desk: Desk, price_words: str) -> str:
    """What stands on the button: "Make 2 pictures – 0.08 USD"."""
    many = f"Make {desk.count} picture{'s' if desk.count > 1 else ''}"
    return VERBS.get(desk.kind, many) + (f" – {price_words}" if price_words else "")


def _preview_label(request: Any, desk: Desk) -> str:
    """What stands on the button for the small one: "Preview – 0.01 USD"; empty where the model makes nothing smaller."""
    quoted = desk.preview()
    if quoted is None:
        return ""
    words = showing.price(quoted.micros, request.tenant.currency, is_least=quoted.is_least)
    return "Preview" + (f" – {words}" if words else "")


def _made_before(request: Any) -> Piece | None:
    """What this very form has made already: a second click, or a page that was sent again."""
    nonce = _uuid(request.POST.get("nonce"))
    return None if nonce is None else Piece.objects.filter(user=request.user, nonce=nonce, deleted_at=None).first()


def _to(piece: Piece) -> HttpResponse:
    response = redirect("studio-piece", piece_id=piece.id)
    response.status_code = 303
    return response


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
