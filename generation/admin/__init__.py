"""Models, grants, accounts and jobs, as staff see them."""

from generation.admin import accounts, granting, jobs

__all__ = ["accounts", "granting", "jobs"]
