"""Tenants, addresses, people, tiers and budgets, as staff see them."""

from accounts.admin import budgets, members, tenants, tiers, users

__all__ = ["budgets", "members", "tenants", "tiers", "users"]
