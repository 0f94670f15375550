"""Django's PostgreSQL backend, kept in step with the active tenant: see `base`."""

AHEAD = "across"
"""The schema that stands before the tables' own where code looks across tenants."""
