"""The review queue: one page of all that waits, with the thing itself and the buttons that decide."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.staff import RecordAdmin
from gallery import queue
from gallery.models import Report
from stories.admin.showing import film, picture, plate_job
from stories.errors import CannotPlay


@admin.register(Report)
class ReportPage(RecordAdmin):
    """The list of reports is the queue; a report by itself is only looked at."""

    fields = ["part", "reason", "words", "story", "reporter", "state", "created_at", "closed_at"]

    def get_urls(self) -> list[Any]:
        return [path("decide/", require_POST(self.decide), name="gallery_report_decide"), *super().get_urls()]

    def changelist_view(self, request: Any, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise Http404("There is nothing here.")
        counted = queue.counts()
        context = {
            **self.admin_site.each_context(request),
            "title": "Review queue",
            "opts": self.opts,
            "items": [_told(item) for item in queue.items()],
            "counts": [(name, counted[wait]) for wait, name in NAMES.items()],
        }
        return TemplateResponse(request, "admin/review_queue.html", context)

    def decide(self, request: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise Http404("There is nothing here.")
        try:
            said = queue.decide(
                actor=request.actor,
                wait=request.POST.get("wait", ""),
                part=request.POST.get("part", ""),
                subject_id=_id(request.POST.get("subject", "")),
                verb=request.POST.get("verb", ""),
                reason=request.POST.get("reason", ""),
            )
        except CannotPlay as refused:
            if refused.status == 404:
                raise Http404("There is nothing here.") from refused
            messages.error(request, str(refused))
        else:
            messages.success(request, said)
        return redirect("admin:gallery_report_changelist")


NAMES = {
    queue.Wait.APPEAL: "Appeals",
    queue.Wait.REPORT: "Reports",
    queue.Wait.APPROVAL: "Pictures and films for approval",
    queue.Wait.PUBLICATION: "Stories for the shelf",
}


TITLES = {
    queue.Wait.APPEAL: "Appeal",
    queue.Wait.REPORT: "Reported",
    queue.Wait.APPROVAL: "For approval",
    queue.Wait.PUBLICATION: "For the shelf",
}


def _told(item: queue.Item) -> dict[str, Any]:
    """The item, and its picture or film as staff see them."""
    shows: dict[str, Any] = {}
    if item.scene is not None:
        if item.part != "film":
            shows["picture"] = picture(item.scene, plate_job(item.scene, "image"))
        if item.part in ("film", "story"):
            shows["film"] = film(item.scene, plate_job(item.scene, "video"))
    return {"item": item, "name": TITLES[item.wait], **shows}


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as wrong:
        raise Http404("There is nothing here.") from wrong
