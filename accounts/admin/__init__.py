"""Tenants, addresses, people, API keys, tiers and limits, as staff see them."""

from accounts.admin import keys, limits, members, tenants, tiers, users

__all__ = ["keys", "limits", "members", "tenants", "tiers", "users"]
