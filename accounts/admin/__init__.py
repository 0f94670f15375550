"""Tenants, addresses, people, API keys, tiers, budgets and what happened, as staff see them."""

from accounts.admin import audit, budgets, keys, members, tenants, tiers, users

__all__ = ["audit", "budgets", "keys", "members", "tenants", "tiers", "users"]
