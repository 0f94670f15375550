"""Models, grants, accounts, jobs, webhooks and usage, as staff see them."""

from generation.admin import accounts, granting, jobs, usage, webhooks

__all__ = ["accounts", "granting", "jobs", "usage", "webhooks"]
