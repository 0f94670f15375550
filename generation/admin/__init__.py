"""Models, grants, accounts, jobs, webhooks, usage, safety and operations, as staff see them."""

from generation.admin import accounts, granting, jobs, operations, safety, usage, webhooks

__all__ = ["accounts", "granting", "jobs", "operations", "safety", "usage", "webhooks"]
