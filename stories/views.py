"""HTML for people. Each view turns HTTP into one verb of `stories.play` and shows what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.access import Door, Verb, admits, find
from accounts.guests import address_of, make_guest, remember
from accounts.minutes import TimeUsedUp
from accounts.models import User
from accounts.rates import limited
from generation import media
from stories import hidden_pages, pages, play, showing, sitting
from stories.errors import CannotPlay
from stories.forms import StartForm
from stories.models import Choice, Image, Scene, Story, Video


@admits(Door.PUBLIC)
@require_safe
@never_cache
def landing(request: Any) -> HttpResponse:
    return render(request, "stories/landing.html", pages.landing(request.actor))


@admits(Door.TIER)
@require_safe
@never_cache
def tier_home(request: Any) -> HttpResponse:
    return _home(request, StartForm(request.tier), status=200)


@admits(Door.TIER)
@require_POST
@limited("play")
def start(request: Any) -> HttpResponse:
    form = StartForm(request.tier, request.POST, user=_user(request))
    if not form.is_valid():
        return _home(request, form, status=getattr(form, "status", 400))
    try:
        sitting.turns(request, tier=request.tier)
    except TimeUsedUp as over:
        return _enough(request, over)
    guest: User | None = None
    wishes = form.wishes()
    try:
        with transaction.atomic():
            if request.actor.user_id is None:
                guest = make_guest(browser=request.META.get("CSRF_COOKIE", ""), form=wishes.nonce)
            scene = play.start(
                reader=guest or request.user, tier=request.tier, wishes=wishes, address=address_of(request)
            )
    except CannotPlay as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _home(request, form, status=refused.status)
    if guest is not None:
        remember(request, guest)
    sitting.turned(request, tier=request.tier, place=scene.id)
    for notice in form.notices:
        messages.info(request, notice)
    return _to(request, scene)


@admits(Door.TIER)
@require_safe
@never_cache
def scene(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    try:
        found = _scene(request, scene_id, Verb.READ)
    except Http404:
        if (instead := hidden_pages.instead_of(request, scene_id=scene_id)) is not None:
            return instead
        raise
    try:
        sitting.opens(request, tier=request.tier, place=found.id)
    except TimeUsedUp as over:
        return _enough(request, over)
    template = "stories/_scene.html" if request.headers.get("X-Fragment") == "scene" else "stories/scene.html"
    return render(request, template, pages.scene_page(found, request.actor, _user(request)))


@admits(Door.TIER)
@require_POST
@limited("play")
def choose(request: Any, scene_id: uuid.UUID, choice_id: uuid.UUID) -> HttpResponse:
    found = _scene(request, scene_id, Verb.PLAY)
    choice = Choice.objects.filter(scene=found, id=choice_id).first()
    if choice is None:
        raise Http404("There is no such choice on this page.")
    return _turn(request, found, lambda: play.choose(
        reader=request.user, scene=found, choice=choice, address=address_of(request)
    ))  # fmt: skip


@admits(Door.TIER)
@require_POST
@limited("play")
def custom_choice(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    found = _scene(request, scene_id, Verb.PLAY)
    nonce = _uuid(request.POST.get("nonce")) or uuid.uuid4()
    text = request.POST.get("text") or request.POST.get("choice") or ""
    notices: list[str] = []
    answer = _turn(request, found, lambda: play.choose_typed(
        reader=request.user, scene=found, text=text, nonce=nonce, address=address_of(request), notices=notices
    ))  # fmt: skip
    for notice in notices:
        messages.info(request, notice)
    return answer


@admits(Door.TIER)
@require_POST
@limited("play")
def keep_going(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    found = _scene(request, scene_id, Verb.PLAY)
    if not found.is_ending:
        messages.success(request, "The story will run three scenes longer.")
    until = request.POST.get("until", "")
    seen_depth = int(until) if until.isascii() and until.isdigit() and len(until) < 6 else None
    return _turn(request, found, lambda: play.keep_going(
        reader=request.user, scene=found, seen_depth=seen_depth, address=address_of(request)
    ))  # fmt: skip


@admits(Door.TIER)
@require_POST
@limited("play")
def wrap_up(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    found = _scene(request, scene_id, Verb.PLAY)
    return _turn(request, found, lambda: play.wrap_up(reader=request.user, scene=found, address=address_of(request)))


@admits(Door.TIER)
@require_POST
@limited("play")
def retry_scene(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    found = _scene(request, scene_id, Verb.PLAY)

    def again() -> Scene:
        if found.job_id is not None and not found.text:
            play.retry(job_id=found.job_id, with_dependents=True)
        return found

    return _play(request, found, again)


@admits(Door.TIER)
@require_POST
@limited("change")
def stop(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    """End what is being made for the page; the field `part` says of what alone."""
    found = _scene(request, scene_id, Verb.PLAY)
    part = request.POST.get("part", "")
    if part not in ("", "text", "image", "video"):
        sentence = "The field “part” is “text”, “image” or “video”, or it is left out."
        return _say(request, sentence, status=400, back=_address(request, found))
    return _play(request, found, lambda: play.stop(scene=found, part=part))


@admits(Door.TIER)
@require_POST
@limited("play")
def retry_plate(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    """Try the picture or the film again from a page without scripts; the field `part` says which."""
    found = _scene(request, scene_id, Verb.PLAY)
    kinds: dict[str, type[Image] | type[Video]] = {"image": Image, "video": Video}
    kind = kinds.get(request.POST.get("part", ""))
    made = pages.plate(kind, scene_id) if kind else None
    if made is None:
        return _say(request, "The field “part” is “image” or “video”.", status=400, back=_address(request, found))

    def again() -> Scene:
        play.retry(job_id=made.job_id)
        return found

    return _play(request, found, again)


@admits(Door.TIER)
@require_POST
def back(request: Any) -> HttpResponse:
    scene_id = _uuid(request.POST.get("scene"))
    if scene_id is None:
        return _say(request, "The field “scene” names the page to go back from.", status=400)
    found = _scene(request, scene_id, Verb.PLAY)
    return _turn(request, found, lambda: play.back(reader=request.user, scene=found))


@admits(Door.TIER)
@require_POST
def navigate(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    found = _scene(request, scene_id, Verb.PLAY)
    return _turn(request, found, lambda: play.jump(reader=request.user, scene=found))


@admits(Door.TIER)
@require_safe
@never_cache
def tree(request: Any) -> HttpResponse:
    story_id = _uuid(request.GET.get("story"))
    if story_id is None:
        return _say(request, "The parameter “story” names the story whose map to draw.", status=400)
    story = find(Story.objects.filter(tier=request.tier), request.actor, Verb.READ, id=story_id)
    reading = story.readings.filter(reader_id=request.actor.user_id).first() if request.actor.user_id else None
    page = pages.map_page(story, reading.scene_id if reading else None, request.actor)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse(pages.map_json(story, page["map"], request.tier.slug))
    return render(request, "stories/map.html", {**page, "owns": story.reader_id == request.actor.user_id})


@admits(Door.TIER)
@require_GET
@never_cache
def resume(request: Any) -> HttpResponse:
    reading = pages.unfinished(request.actor, request.tier)
    if reading is None:
        messages.info(request, "There is no story to go on with. Begin one.")
        return redirect("tier-home", tier=request.tier.slug)
    return redirect("scene", tier=request.tier.slug, scene_id=reading.scene_id)


@admits(Door.TIER)
@require_safe
def image_file(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    return _file(request, Image, scene_id)


@admits(Door.TIER)
@require_safe
def video_file(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    return _file(request, Video, scene_id)


def _file(request: Any, kind: type[Image] | type[Video], scene_id: uuid.UUID) -> Any:
    _scene(request, scene_id, Verb.READ)
    plate = pages.plate(kind, scene_id)
    if (
        plate is None
        or plate.job.asset is None
        or plate.job.status != "done"
        or not showing.is_shown(request.actor, plate)
    ):
        raise Http404("There is nothing here yet.")
    return media.serve(request, plate.job.asset)


def _scene(request: Any, scene_id: uuid.UUID, verb: Verb) -> Scene:
    """The scene of this tier that the actor may read or play, else 404."""
    rows = Scene.objects.select_related(
        "story__tier",
        "story__text_model",
        "story__image_model",
        "story__video_model",
        "job__model",
        "parent__via",
        "via",
    )
    found: Scene = find(rows.filter(story__tier=request.tier), request.actor, verb, id=scene_id)
    return found


def _enough(request: Any, over: TimeUsedUp, back: str = "") -> HttpResponse:
    answer = render(request, "stories/enough.html", {"back": back}, status=429)
    answer["Retry-After"] = str(over.seconds)
    return answer


def _play(request: Any, scene: Scene, verb: Any) -> HttpResponse:
    """Call the verb; a refusal becomes a page with its sentence and a way back."""
    try:
        return _to(request, verb())
    except CannotPlay as refused:
        return _say(request, str(refused), status=refused.status, back=_address(request, scene))


def _turn(request: Any, scene: Scene, verb: Callable[[], Scene]) -> HttpResponse:
    """The same for what leads to another page, which takes time that the tier may count."""
    try:
        sitting.turns(request, tier=request.tier)
    except TimeUsedUp as over:
        return _enough(request, over, back=_address(request, scene))

    def turn() -> Scene:
        led_to = verb()
        sitting.turned(request, tier=request.tier, place=led_to.id)
        return led_to

    return _play(request, scene, turn)


def _to(request: Any, scene: Scene) -> HttpResponse:
    response = redirect(_address(request, scene))
    response.status_code = 303
    return response


def _address(request: Any, scene: Scene) -> str:
    return reverse("scene", kwargs={"tier": request.tier.slug, "scene_id": scene.id})


def _home(request: Any, form: StartForm, *, status: int) -> HttpResponse:
    page = pages.tier_home(request.tier, request.actor, address=address_of(request), user=_user(request))
    left = sitting.left(request, tier=request.tier)
    return render(request, "stories/tier_home.html", {**page, "form": form, "minutes_left": left}, status=status)


def _user(request: Any) -> User | None:
    return request.user if request.actor.user_id is not None else None


def _say(request: Any, sentence: str, *, status: int, back: str = "") -> HttpResponse:
    return render(request, "error.html", {"sentence": sentence, "back": back, "code": status}, status=status)


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
