"""Models, grants and jobs, as staff see them."""

from generation.admin import granting, jobs

__all__ = ["granting", "jobs"]
