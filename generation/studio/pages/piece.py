"""The page of a piece: its takes, and what may be done with them. Each view turns HTTP into one verb of `studio.making`."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Door, Verb, admits, find
from accounts.rates import limited
from generation import catalogue, media
from generation.errors import CannotBuy
from generation.models import Status
from generation.providers.contract import Kind
from generation.studio import making, policy, public, wishes
from generation.studio.errors import StudioClosed
from generation.studio.models import Piece, StudioPolicy, Take
from generation.studio.pages import pictures, showing, thumbs
from generation.studio.pages.closing import unless_closed
from generation.studio.pages.forms import EditForm, TakeForm
from generation.studio.pages.showing import TakeShown
from generation.studio.wishes import Wish

ANY_INSTRUCTION = "…"


@admits(Door.AUTHOR)
@require_safe
@never_cache
def piece(request: Any, piece_id: uuid.UUID) -> HttpResponse:
    return _page(request, _find(request, piece_id, Verb.READ))


@admits(Door.AUTHOR)
@require_safe
@never_cache
def status(request: Any, piece_id: uuid.UUID) -> HttpResponse:
    """What the page asks when no socket tells it: `{"status", "takes": [...]}`, in the words of `studio.public`."""
    takes = public.takes_of(_find(request, piece_id, Verb.READ))
    return JsonResponse({"status": public.overall(takes), "takes": [public.take(take) for take in takes]})


@admits(Door.AUTHOR)
@require_POST
@never_cache
@unless_closed
@limited("generate")
def again(request: Any, piece_id: uuid.UUID) -> HttpResponse:
    found = _find(request, piece_id, Verb.CHANGE)
    form = TakeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, wrong={"": _first(form)}, status=422)
    given = form.cleaned_data
    take = _take(found, given["take"]) if given["take"] else Take.objects.filter(piece=found).latest("number")
    rules = policy.current()
    return _do(
        request, found, lambda: making.again(piece=found, take=take, rules=rules, nonce=given["nonce"] or uuid.uuid4())
    )


@admits(Door.AUTHOR)
@require_POST
@never_cache
@unless_closed
@limited("generate")
def final(request: Any, piece_id: uuid.UUID) -> HttpResponse:
    found = _find(request, piece_id, Verb.CHANGE)
    form = TakeForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["take"]:
        return _page(request, found, wrong={"": "Choose a take."}, status=422)
    given = form.cleaned_data
    take, rules = _take(found, given["take"]), policy.current()
    return _do(
        request, found, lambda: making.final(piece=found, take=take, rules=rules, nonce=given["nonce"] or uuid.uuid4())
    )


@admits(Door.AUTHOR)
@require_POST
@never_cache
@unless_closed
@limited("generate")
def edit(request: Any, piece_id: uuid.UUID) -> HttpResponse:
    found = _find(request, piece_id, Verb.CHANGE)
    form = EditForm(request.POST)
    if not form.is_valid():
        return _page(request, found, wrong={"instruction": _first(form)}, status=422)
    given = form.cleaned_data
    take, rules = _take(found, given["take"]), policy.current()
    return _do(request, found, lambda: making.edit(
        piece=found, take=take, instruction=given["instruction"], rules=rules, nonce=given["nonce"] or uuid.uuid4()
    ), field="instruction")  # fmt: skip


@admits(Door.AUTHOR)
@require_POST
@never_cache
def cancel(request: Any, piece_id: uuid.UUID) -> HttpResponse:
    found = _find(request, piece_id, Verb.CHANGE)
    return _do(request, found, lambda: making.cancel(piece=found))


@admits(Door.AUTHOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: Any, piece_id: uuid.UUID) -> HttpResponse:
    """GET asks whether that is meant; POST does it."""
    found = _find(request, piece_id, Verb.CHANGE)
    if request.method != "POST":
        takes = showing.of_piece(found, request.tenant.currency)
        more = {"piece": found, "main": showing.main_of(takes), "takes": takes, "noun": showing.NOUNS[Kind(found.kind)]}
        return render(request, "studio/delete.html", more)
    making.delete(piece=found)
    messages.success(request, "It is deleted, with all its takes.")
    response = redirect("studio-home")
    response.status_code = 303
    return response


@admits(Door.AUTHOR)
@require_safe
@never_cache
def take_file(request: Any, take_id: uuid.UUID) -> Any:
    """What a take made, to be kept as a file: its very bytes, under a name that says what it is."""
    take = _readable(request, take_id)
    job = take.job
    if job.status != Status.DONE:
        raise Http404("There is nothing here yet.")
    if job.kind == Kind.TEXT:
        response: Any = HttpResponse(job.result.get("text") or "", content_type="text/plain; charset=utf-8")
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        extension = "txt"
    elif job.asset is not None:
        extension = showing.EXTENSIONS.get(job.asset.media_type, "bin")
        response = media.serve(request, job.asset, save_as=f"{_file_name(take)}.{extension}")
    else:
        raise Http404("This file is gone.")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(take)}.{extension}"'
    return response


@admits(Door.AUTHOR)
@require_safe
def take_thumb(request: Any, take_id: uuid.UUID) -> HttpResponse:
    """A small picture of what a take made."""
    job = _readable(request, take_id).job
    if job.status != Status.DONE or job.asset is None:
        raise Http404("There is nothing here yet.")
    return thumbs.serve(request, job.asset)


@admits(Door.AUTHOR)
@require_safe
def take_brought(request: Any, take_id: uuid.UUID) -> Any:
    """A picture that a take was made from; `place` counts from 0."""
    asset = pictures.brought_by(take_id, request.GET.get("place", "0"), actor=request.actor)
    if asset is None:
        raise Http404("There is nothing here.")
    return thumbs.serve(request, asset)


def _do(request: Any, found: Piece, verb: Callable[[], Any], *, field: str = "") -> HttpResponse:
    """Call the verb; a refusal comes back on the page, beside the field where it has one."""
    try:
        verb()
    except StudioClosed:
        raise
    except CannotBuy as no:
        status = no.status if no.status in (402, 403, 409, 503) else 422
        sentence = str(no)[:1].upper() + str(no)[1:]
        at = field if field and no.field in (field, "prompt", "instruction") else ""
        return _page(request, found, wrong={at: sentence}, status=status)
    response = redirect("studio-piece", piece_id=found.id)
    response.status_code = 303
    return response


def _page(request: Any, found: Piece, *, wrong: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    currency = request.tenant.currency
    takes = showing.of_piece(found, currency)
    main = showing.main_of(takes, request.GET.get("take", ""))
    owns = found.user_id == request.actor.user_id
    active = [one for one in takes if one.is_active]
    kind = Kind(found.kind)
    context = {
        "piece": found,
        "kind": found.kind,
        "noun": showing.NOUNS[kind],
        "usually": showing.USUALLY[kind],
        "takes": takes,
        "main": main,
        "active": active,
        "state": public.overall([one.take for one in takes]),
        "owns": owns,
        "owner": "" if owns else showing.name_of(found.user),
        "settings": _settings(found),
        "brought": _brought(main),
        "socket": f"/ws/progress/{found.id}",
        "status_address": reverse("studio-piece-status", args=[found.id]),
        "wrong": wrong or {},
        "typed": request.POST.get("instruction", "") if request.method == "POST" else "",
        "nonces": [uuid.uuid4(), uuid.uuid4()],
        **(_offers(found, main, currency) if owns and main is not None else {}),
    }
    is_fragment = request.headers.get("X-Fragment") == "piece"
    return render(request, "studio/_piece.html" if is_fragment else "studio/piece.html", context, status=status)


def _offers(found: Piece, main: TakeShown, currency: str) -> dict[str, Any]:
    """What may be bought next, with the prices that would be held."""
    try:
        rules = policy.current()
    except StudioClosed as closed:
        return {"closed": str(closed)}
    once_more = _priced(lambda: making.wish_again(piece=found, take=main.take, rules=rules))
    offers: dict[str, Any] = {"again_price": showing.price(once_more, currency), "can_again": once_more is not None}
    if main.is_done and main.job.is_preview:
        whole = _priced(lambda: making.wish_final(piece=found, take=main.take, rules=rules))
        offers |= {"can_final": whole is not None, "final_price": showing.price(whole, currency)}
        return offers | {"final_differs": making.seed_of(main.take) is None}
    if main.is_done and found.kind in (Kind.TEXT, Kind.IMAGE):
        changed = _priced(lambda: _edit_wish(found, main.take, rules))
        is_least = found.kind == Kind.TEXT
        offers |= {"can_edit": changed is not None, "edit_price": showing.price(changed, currency, is_least=is_least)}
    if main.is_done and found.kind == Kind.IMAGE:
        films = catalogue.of_kind(catalogue.offers(None, found.user), Kind.VIDEO)
        able = [catalogue.capabilities(offer.model) for offer in films]
        offers["can_film"] = any(one is not None and wishes.takes_roles(one, ["first_frame"]) for one in able)
    return offers


def _edit_wish(found: Piece, take: Take, rules: StudioPolicy) -> Wish:
    return making.wish_edit(piece=found, take=take, instruction=ANY_INSTRUCTION, rules=rules)


def _priced(wish: Callable[[], Wish]) -> int | None:
    try:
        return wish().price_micros
    except CannotBuy:
        return None


SETTINGS = {
    "aspect_ratio": "Shape", "resolution": "Resolution", "size": "Size", "duration": "Length", "quality": "Quality",
    "style": "Style", "seed": "Seed", "negative_prompt": "Left out", "system": "Throughout", "generate_audio": "Sound",
    "background": "Background", "output_format": "File format", "enhance_prompt": "May be reworded",
}  # fmt: skip


def _settings(found: Piece) -> list[tuple[str, str]]:
    """What was asked for beside the words and the model, for the page."""
    said = []
    for name, label in SETTINGS.items():
        value = found.settings.get(name)
        if isinstance(value, bool):
            said.append((label, "yes" if value else "no"))
        elif isinstance(value, str | int | float) and value != "":
            said.append((label, f"{value:g} s" if name == "duration" and not isinstance(value, str) else str(value)))
    return said


def _brought(main: TakeShown | None) -> list[dict[str, str]]:
    """The pictures that the take was made from."""
    if main is None:
        return []
    address = reverse("studio-take-brought", args=[main.take.id])
    return [
        {"url": f"{address}?place={place}", "role": one["role"].replace("_", " ")}
        for place, one in enumerate(main.job.request.get("inputs", []))
    ]


def _find(request: Any, piece_id: uuid.UUID, verb: Verb) -> Piece:
    rows = Piece.objects.select_related("user", "parent__piece").filter(deleted_at=None)
    found: Piece = find(rows, request.actor, verb, id=piece_id)
    return found


def _take(found: Piece, take_id: uuid.UUID) -> Take:
    take = Take.objects.select_related("job__model", "job__asset", "job__run").filter(piece=found, id=take_id).first()
    if take is None:
        raise Http404("There is no such take.")
    return take


def _readable(request: Any, take_id: uuid.UUID) -> Take:
    take = Take.objects.select_related("piece", "job__asset").filter(id=take_id).first()
    if take is None:
        raise Http404("There is nothing here.")
    _find(request, take.piece_id, Verb.READ)
    return take


def _file_name(take: Take) -> str:
    """The first words of the prompt, in letters that every file system takes, and the number of the take."""
    plain = unicodedata.normalize("NFKD", take.piece.title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-")
    return f"{words or take.piece.kind}-{take.number}"


def _first(form: EditForm | TakeForm) -> str:
    return str(next(iter(form.errors.values()))[0])
