"""Models, grants, accounts, jobs, webhooks and safety, as staff see them."""

from generation.admin import accounts, granting, jobs, safety, webhooks

__all__ = ["accounts", "granting", "jobs", "safety", "webhooks"]
