"""What accounts announces to the rooms above it."""

from django.dispatch import Signal

guest_signed_in = Signal()
"""A guest turned out to be somebody: `guest` and `user` (both User). Rooms hand the guest's things over."""
