"""Models, grants, accounts, jobs, webhooks, usage and safety, as staff see them."""

from generation.admin import accounts, granting, jobs, safety, usage, webhooks

__all__ = ["accounts", "granting", "jobs", "safety", "usage", "webhooks"]
