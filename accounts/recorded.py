"""What a form of the staff changed, as the audit log keeps it: field by field, before and after, and never a secret. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from accounts.sealed import SealedField

NOT_SHOWN = "(not shown)"
SECRETS = frozenset({"password", "secret", "pin", "key", "token", "digest", "seal", "nonce", "code"})
"""Parts of names, divided by “_”, whose values stay out: “new_password”, “exit_pin”."""
PLAIN = frozenset({"key"})
"""Whole names that only look like one: the public name of a model."""
PERSONAL = frozenset({"email", "display_name"})
"""What people take along when they leave; an event cannot be changed then."""
LONGEST = 500

Changes = dict[str, list[Any]]


def changes(form: Any, formsets: Iterable[Any], *, is_new: bool) -> dict[str, Any]:
    """`{"changes": {field: [before, after]}, "inside": [{kind, id, did, changes?}]}` without what is empty. `inside` are rows
    of the tables within the page."""
    found: dict[str, Any] = {"changes": _of_form(form, is_new=is_new)}
    inside: list[dict[str, Any]] = []
    for formset in formsets:
        inside += [_inside(row, "added", _within(formset, row, is_new=True)) for row in formset.new_objects]
        inside += [_inside(row, "changed", _within(formset, row, is_new=False)) for row, _ in formset.changed_objects]
        inside += [_inside(row, "deleted", {}) for row in formset.deleted_objects]
    return {name: value for name, value in {**found, "inside": inside}.items() if value}


def _of_form(form: Any, *, is_new: bool) -> Changes:
    told: Changes = {}
    for name in form.changed_data:
        if _is_hidden(form, name):
            told[name] = [NOT_SHOWN, NOT_SHOWN]
            continue
        before = None if is_new else form.get_initial_for_field(form.fields[name], name)
        told[name] = [_plain(before), _plain(form.cleaned_data.get(name))]
    return told


def _is_hidden(form: Any, name: str) -> bool:
    if name in PERSONAL:
        return True
    model = getattr(getattr(form, "_meta", None), "model", None)
    column = next((one for one in model._meta.fields if one.name == name), None) if model is not None else None
    if isinstance(column, SealedField):
        return True
    return name not in PLAIN and bool(SECRETS & set(name.split("_")))


def _within(formset: Any, row: Any, *, is_new: bool) -> Changes:
    form = next((one for one in formset.forms if one.instance is row), None)
    return _of_form(form, is_new=is_new) if form is not None else {}


def _inside(row: models.Model, did: str, told: Changes) -> dict[str, Any]:
    found = {"kind": row._meta.label_lower, "id": str(row.pk), "did": did}
    return {**found, "changes": told} if told else found


def _plain(value: Any) -> Any:
    """As JSON has it: rows by their ids, long words cut."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, (list, tuple, set, models.QuerySet)):
        return [_plain(one) for one in value]
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
