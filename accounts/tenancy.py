"""The tenant that code works for, and the manager that lets no query out of it.

`scope(tenant)` sets the tenant for the code inside. Every model of a tenant derives from `TenantRow`; its queries are
filtered when their SQL is compiled, so a queryset built anywhere runs under the scope of the moment it is executed, and
raises `NoTenant` where there is none. Code that must look across tenants (claim, sweep, hub, health, audit) says so with
`across_tenants(reason)`.

What a filter on reads cannot catch is caught on writes: saving, bulk creating or deleting a row of another tenant, and a
foreign key that points at another tenant's row, raise `WrongTenant`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, Self

from django.db import models
from django.db.models.expressions import Func
from django.db.models.fields.related import ForeignKey

from accounts.standing import ACROSS, standing
from accounts.standing import across_tenants as across_tenants
from accounts.standing import current as current
from accounts.standing import scope as scope


class NoTenant(RuntimeError):
    """A query on tenant rows ran where no tenant is active."""


class WrongTenant(RuntimeError):
    """A write touched, or pointed at, another tenant's row."""


class InScope(Func):
    """SQL condition: the row belongs to the active tenant. Decided when the SQL is compiled, not when it is built."""

    conditional = True
    output_field = models.BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        active = standing()
        if active is None:
            raise NoTenant(
                "No tenant is active: wrap the code in scope(tenant), or name why in across_tenants(reason)."
            )
        if active == ACROSS:
            return "1 = 1", []
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = %s", [*params, models.UUIDField().get_db_prep_value(active, connection)]


class TenantQuerySet(models.QuerySet):
    """Adds the checks that a filter cannot make: on rows that are about to be written."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        for row in rows:
            row.claim_for_tenant()
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        for row in rows:
            row.claim_for_tenant()
        return super().bulk_update(rows, *args, **kwargs)

    def raw(self, *_: Any, **__: Any) -> Any:
        raise NoTenant("Raw SQL is not filtered by tenant: write the query with the manager.")


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """The only manager of a tenant's rows."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(InScope(models.F("tenant_id")))


@cache
def parents_of(model: type[models.Model]) -> frozenset[str]:
    """The columns of a model that point at other rows."""
    return frozenset(field.attname for field in model._meta.concrete_fields if isinstance(field, ForeignKey))


class TenantRow(models.Model):
    """A row that belongs to one tenant. A subclass's Meta derives from `TenantRow.Meta`, which names the manager that
    Django itself uses for saving, refreshing and following relations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey("accounts.Tenant", on_delete=models.CASCADE, related_name="+", editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def claim_for_tenant(self) -> None:
        """Take the active tenant if the row has none yet; refuse a row, or a parent, of another tenant."""
        active = standing()
        if active is None:
            raise NoTenant(f"{type(self).__name__} is written where no tenant is active.")
        if active == ACROSS:
            if self.tenant_id is None:
                raise NoTenant(f"{type(self).__name__} is written across tenants and names no tenant.")
        elif self.tenant_id is None:
            self.tenant_id = active
        elif self.tenant_id != active:
            raise WrongTenant(f"{type(self).__name__} {self.pk} belongs to another tenant.")
        self._refuse_foreign_parents()

    def _refuse_foreign_parents(self) -> None:
        for field in self._meta.concrete_fields:
            if not isinstance(field, ForeignKey) or not issubclass(field.related_model, TenantRow):  # type: ignore[arg-type]
                continue
            parent_id = getattr(self, field.attname)
            if parent_id is None:
                continue
            if field.is_cached(self):
                parent_tenant = getattr(self, field.name).tenant_id
            elif self._parent_is_known(field.attname, parent_id):
                continue
            else:
                # The query is filtered by tenant, so another tenant's parent is not found at all.
                found = field.related_model._base_manager.filter(pk=parent_id).values_list("tenant_id", flat=True)
                parent_tenant = found.first()
            if parent_tenant != self.tenant_id:
                raise WrongTenant(f"{type(self).__name__}.{field.name} points at another tenant's row.")

    def _parent_is_known(self, attname: str, parent_id: Any) -> bool:
        """True where the value stands as it was loaded, so it was checked when it was written."""
        return not self._state.adding and self.__dict__.get("_loaded", {}).get(attname) == parent_id

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any) -> Self:
        row = super().from_db(db, field_names, values, **kwargs)
        names = parents_of(cls)
        row.__dict__["_loaded"] = {n: v for n, v in zip(field_names, values, strict=False) if n in names}
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.claim_for_tenant()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self.claim_for_tenant()
        return super().delete(*args, **kwargs)
