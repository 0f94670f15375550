"""Tenants, addresses, people, API keys, tiers and budgets, as staff see them."""

from accounts.admin import budgets, guesses, keys, members, tenants, tiers, users

__all__ = ["budgets", "guesses", "keys", "members", "tenants", "tiers", "users"]
