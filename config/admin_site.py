"""The admin among the installed apps, what stands on its first page, and the way around in it."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

LISTED = 8
"""Jobs that the first page names; the lists behind it hold the rest."""
SECTIONS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    ("Work", (("generation.job", "Jobs", "sync"),)),
    (
        "Stories",
        (
            ("stories.story", "Stories", "menu_book"),
            ("stories.scene", "Scenes", "article"),
            ("stories.image", "Pictures", "image"),
            ("stories.video", "Films", "movie"),
        ),
    ),
    (
        "Review",
        (
            ("gallery.report", "Review queue", "flag"),
            ("stories.decision", "Decisions", "gavel"),
        ),
    ),
    (
        "Studio",
        (
            ("studio.piece", "Pieces", "palette"),
            ("studio.studiopolicy", "Studio policy", "rule"),
        ),
    ),
    (
        "Safety",
        (
            ("generation.safetyevent", "Events", "shield"),
            ("generation.rule", "What is kept out", "block"),
            ("generation.safetypolicy", "Checks", "policy"),
        ),
    ),
    (
        "This library",
        (
            ("accounts.tier", "Tiers", "auto_stories"),
            ("generation.modelgrant", "Models in use", "extension"),
            ("generation.providerkey", "Keys", "vpn_key"),
            ("accounts.cap", "Limits", "savings"),
            ("generation.webhookendpoint", "Webhooks", "webhook"),
            ("generation.webhookdelivery", "Deliveries", "outbox"),
            ("accounts.membership", "People", "group"),
            ("accounts.apikey", "API keys", "api"),
            ("accounts.domain", "Addresses", "link"),
            ("accounts.auditevent", "Audit log", "history"),
        ),
    ),
    (
        "Platform",
        (
            ("accounts.tenant", "Tenants", "domain"),
            ("accounts.user", "Users", "person"),
            ("axes.accessattempt", "Wrong passwords", "lock_clock"),
            ("generation.aimodel", "Models and prices", "neurology"),
            ("generation.credential", "Accounts at providers", "key"),
        ),
    ),
)


class StaffAdminConfig(AdminConfig):
    """`django.contrib.admin` with our site in the place of Django's, so that `admin.site` is ours everywhere."""

    default_site = "accounts.staff.StaffSite"


# What follows is called by name from settings.UNFOLD. This module is read before the models are, so they are imported late.


def title(request: Any) -> str:
    """The tenant's name stands over every page, so that nobody wonders whose rows these are."""
    return request.tenant.name


def style(request: Any) -> str:
    return static("css/admin.css")


def icon(request: Any) -> str:
    return static("icons/fablewright.svg")


def navigation(request: Any) -> list[dict[str, Any]]:
    """The sections of the sidebar, with what this actor may see."""
    from django.apps import apps
    from django.contrib import admin

    def leads_to(label: str, name: str, symbol: str) -> dict[str, Any]:
        address = reverse(f"admin:{label.replace('.', '_')}_changelist")
        return {"title": name, "icon": symbol, "link": address}

    front = {"title": "Today", "icon": "wb_sunny", "link": reverse("admin:index")}
    usage = {"title": "Usage", "icon": "monitoring", "link": reverse("admin:usage")}
    operations = {"title": "Operations", "icon": "monitor_heart", "link": reverse("admin:operations")}
    first = [front, usage, *([operations] if request.actor.is_operator else [])]
    groups: list[dict[str, Any]] = [{"title": "", "items": first}]
    for section, entries in SECTIONS:
        items = [
            leads_to(label, name, symbol)
            for label, name, symbol in entries
            if admin.site.get_model_admin(apps.get_model(label)).has_view_permission(request)
        ]
        if items:
            groups.append({"title": section, "items": items})
    return groups


def front_page(request: Any, context: dict[str, Any]) -> dict[str, Any]:
    """What staff ask first: what runs, what failed, what was spent today, what waits for review, and whether anybody
    works. Only workers are counted for the whole install; they work for all tenants."""
    from accounts import ledger
    from accounts.models import Cap
    from accounts.models.ledger import Measure, Period, Pool
    from accounts.staff import money
    from config.health import workers_alive
    from gallery import queue
    from generation.models import ACTIVE, Job, SafetyEvent, Status

    now = timezone.now()
    since = now - datetime.timedelta(hours=24)
    jobs = Job.objects.select_related("model", "run__tier")
    running = jobs.filter(status__in=ACTIVE).order_by("created_at")
    failed = jobs.filter(status__in=[Status.FAILED, Status.REFUSED, Status.UNKNOWN], finished_at__gte=since)
    cap = Cap.objects.filter(pool=Pool.TENANT, measure=Measure.MONEY, period=Period.DAY).first()
    tenant = request.tenant
    listed = reverse("admin:generation_job_changelist")
    return {
        **context,
        "running": running[:LISTED],
        "running_count": running.count(),
        "running_link": f"{listed}?stage=active",
        "failed": failed.order_by("-finished_at")[:LISTED],
        "failed_count": failed.count(),
        "failed_link": f"{listed}?stage=failed",
        "spent": money(ledger.spent_today(tenant.id), tenant.currency),
        "budget": money(cap.limit, tenant.currency) if cap else None,
        "budgets_link": reverse("admin:accounts_cap_changelist"),
        "safety_count": SafetyEvent.objects.filter(created_at__gte=since).count(),
        "safety_link": reverse("admin:generation_safetyevent_changelist"),
        "workers": workers_alive(),
        "review_count": sum(queue.counts().values()),
        "review_link": reverse("admin:gallery_report_changelist"),
    }
