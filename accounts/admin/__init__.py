"""Tenants, addresses, people, API keys, tiers, limits and what happened, as staff see them."""

from accounts.admin import audit, guesses, keys, limits, members, tenants, tiers, users

__all__ = ["audit", "guesses", "keys", "limits", "members", "tenants", "tiers", "users"]
