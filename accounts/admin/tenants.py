"""Tenants and their addresses: the operators' pages, of which an owner sees the addresses of their own tenant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from unfold.admin import TabularInline

from accounts.access import Actor
from accounts.models import Domain, Tenant
from accounts.staff import PlatformAdmin, is_owner


class DomainInline(TabularInline):
    model = Domain
    extra = 0

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return request.actor.is_operator

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return request.actor.is_operator


class TenantDetailsForm(forms.ModelForm):
    def clean_is_default(self) -> bool:
        chosen = self.cleaned_data["is_default"]
        if chosen and Tenant.objects.filter(is_default=True).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Another tenant is the default already. Take the mark away there first.")
        return chosen


@admin.register(Tenant)
class TenantPage(PlatformAdmin):
    form = TenantDetailsForm
    list_display = ["name", "slug", "is_open", "is_default", "currency", "created_at"]
    list_filter = ["is_open"]
    search_fields = ["name", "slug", "domains__host"]
    inlines = [DomainInline]

    def get_readonly_fields(self, request: Any, obj: Tenant | None = None) -> list[str]:
        # Amounts are kept without a currency of their own: changing it would change what was spent.
        return ["currency"] if obj else []


@admin.register(Domain)
class DomainPage(PlatformAdmin):
    """Operators give addresses to tenants; an owner sees those of their own."""

    list_display = ["host", "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["host"]

    def sees(self, actor: Actor) -> bool:
        return is_owner(actor)

    def get_queryset(self, request: Any) -> QuerySet:
        found = super().get_queryset(request)
        return found if request.actor.is_operator else found.filter(tenant_id=request.actor.tenant_id)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return request.actor.is_operator
