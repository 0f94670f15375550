"""The gallery: shelves of finished stories, and the reader."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Door, Verb, Visibility, admits, allows, find
from accounts.minutes import TimeUsedUp
from gallery import shelves
from stories import hidden_pages, pages, showing, sitting
from stories.errors import CannotPlay
from stories.models import Decision, Part, Ruling, Story

PAGE_SIZE = 24


@admits(Door.TIER)
@require_safe
@never_cache
def gallery(request: Any) -> HttpResponse:
    page = Paginator(shelves.stories_for(request.actor, request.tier), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "gallery/gallery.html", {"page": page})


@admits(Door.TIER)
@require_safe
@never_cache
def reader(request: Any, story_id: uuid.UUID, scene_id: uuid.UUID | None = None) -> HttpResponse:
    try:
        story = _story(request, story_id, Verb.READ)
    except Http404:
        if (instead := hidden_pages.instead_of(request, story_id=story_id)) is not None:
            return instead
        raise
    if story.finished_at is None:
        raise Http404("This story has no ending yet.")
    way = shelves.pages_to(story, scene_id, request.actor)
    scene = next((page for page in way if page.id == scene_id), None) if scene_id else (way[0] if way else None)
    if scene is None:
        if scene_id is not None and (instead := hidden_pages.instead_of(request, scene_id=scene_id)) is not None:
            return instead
        raise Http404("There is no such page.")
    scene.story = story
    try:
        sitting.opens(request, tier=request.tier, place=scene.id)
    except TimeUsedUp as over:
        answer = render(request, "stories/enough.html", status=429)
        answer["Retry-After"] = str(over.seconds)
        return answer
    context = {
        **pages.scene_page(scene, request.actor),
        **shelves.reader_page(story, way, scene, request.actor),
        "may_publish": allows(request.actor, Verb.PUBLISH, story),
        "declined": _declined(request, story),
    }
    return render(request, "gallery/reader.html", context)


@admits(Door.TIER)
@require_POST
def change_publication(request: Any, story_id: uuid.UUID) -> HttpResponse:
    """`publish` or `withdraw`, by the field `action`."""
    story = _story(request, story_id, Verb.READ)
    verbs: dict[str, Any] = {"publish": showing.publish, "withdraw": showing.withdraw}
    verb = verbs.get(request.POST.get("action", ""))
    if verb is None:
        return _say(request, "The field “action” is “publish” or “withdraw”.", status=400)
    try:
        is_public = verb(actor=request.actor, story=story)
    except CannotPlay as refused:
        return _say(request, str(refused), status=refused.status)
    if verb is not showing.publish:
        messages.success(request, "The story is yours alone again.")
    elif is_public:
        messages.success(request, "The story stands on the shelf.")
    else:
        messages.success(request, "Staff look at the story first. It will stand on the shelf when they have.")
    return redirect("gallery-story", tier=request.tier.slug, story_id=story.id)


def _story(request: Any, story_id: uuid.UUID, verb: Verb) -> Story:
    rows = Story.objects.filter(tier=request.tier).select_related(
        "tier", "text_model", "image_model", "video_model", "reader"
    )
    found: Story = find(rows, request.actor, verb, id=story_id)
    return found


def _declined(request: Any, story: Story) -> Decision | None:
    """Why staff did not let the story onto the shelf, for its reader, until they ask again."""
    asks = story.tier.approves_publishing and story.visibility == Visibility.PRIVATE
    if not asks or story.publication_asked_at is not None or story.reader_id != request.actor.user_id:
        return None
    last = Decision.objects.filter(part=Part.STORY, subject_id=story.id).order_by("-created_at").first()
    return last if last is not None and last.ruling == Ruling.DECLINE else None


def _say(request: Any, sentence: str, *, status: int) -> HttpResponse:
    return render(request, "error.html", {"sentence": sentence, "code": status}, status=status)
