"""What accounts announces to the rooms above it."""

from django.dispatch import Signal

guest_signed_in = Signal()
"""A guest turned out to be somebody: `guest` and `user` (both User). Rooms hand the guest's things over."""

budget_reached = Signal()
"""What a pool (the tenant, a tier, its guests, a person ...) holds and has spent came from below to `share` (50, 80 or 100)
percent of its tightest limit on money: `tenant_id`, `pool`, `subject_id` (see `accounts.models.ledger.Pool`; for a guest, what
stands for their address), `period`, `starts_on`, `limit_micros`, `used_micros`. Sent inside the transaction of the
purchase and under the tenant's scope.
What is released and held again comes to it again: whoever acts on it once has to remember."""

letter_written = Signal()
"""A letter is to be sent: `letter` (`accounts.letters.Letter`). Sent inside the transaction of what it tells of and under the
tenant's scope, so that it leaves if and only if that happened. It may hold what opens an account: whoever hears of it keeps
it sealed and out of every log."""
