"""What the reader of something hidden sees in its place: that it is hidden, why, and how to appeal. Never the thing itself."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import Door, admits
from stories import appeals, showing
from stories.errors import CannotPlay
from stories.models import Scene, Story


@admits(Door.TIER)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hidden(request: Any, part: str, subject_id: uuid.UUID) -> HttpResponse:
    thing = showing.find(part, subject_id)
    if thing is None or not _is_theirs(request, thing):
        raise Http404("There is nothing here.")
    if request.method != "POST":
        return page(request, thing)
    try:
        appeals.appeal(actor=request.actor, thing=thing, words=request.POST.get("words", ""))
    except CannotPlay as refused:
        return page(request, thing, problem=str(refused), status=refused.status)
    messages.success(request, "Staff will look at it again.")
    return redirect("hidden", tier=request.tier.slug, part=part, subject_id=subject_id)


def instead_of(
    request: Any, *, scene_id: uuid.UUID | None = None, story_id: uuid.UUID | None = None
) -> HttpResponse | None:
    """The page, with 404, in the place of a story's or a scene's that its own reader may not see any more; None for everybody
    else, and where nothing is hidden."""
    thing: showing.Thing | None = None
    if scene_id is not None:
        scene = Scene.objects.select_related("story__tier").filter(id=scene_id).first()
        thing = scene.story if scene is not None and showing.is_hidden(scene.story) else scene
    elif story_id is not None:
        thing = Story.objects.select_related("tier").filter(id=story_id).first()
    return page(request, thing, status=404) if thing is not None and _is_theirs(request, thing) else None


def page(request: Any, thing: showing.Thing, *, problem: str = "", status: int = 200) -> HttpResponse:
    part = showing.PARTS[type(thing)]
    decision = showing.why_hidden(thing)
    story = showing.story_of(thing)
    # Not the rows themselves: a template that is given less cannot show more.
    told = {
        "part": part.value,
        "subject_id": showing.subject_of(thing),
        "decision": decision,
        "appeal": appeals.of(decision) if decision else None,
        "most": appeals.MAX_WORDS,
        "problem": problem,
        "typed": request.POST.get("words", "") if problem else "",
        "story_id": None if showing.is_hidden(story) else story.id,
        "scene_id": showing.subject_of(thing) if part in ("picture", "film") and not showing.is_hidden(story) else None,
    }
    return render(request, "stories/hidden.html", told, status=status)


def _is_theirs(request: Any, thing: showing.Thing) -> bool:
    story, reader = showing.story_of(thing), request.actor.user_id
    return (
        showing.is_hidden(thing)
        and reader is not None
        and story.reader_id == reader
        and story.tier_id == request.tier.id
    )
