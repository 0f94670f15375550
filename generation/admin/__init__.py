"""Models, grants, accounts, jobs and webhooks, as staff see them."""

from generation.admin import accounts, granting, jobs, webhooks

__all__ = ["accounts", "granting", "jobs", "webhooks"]
