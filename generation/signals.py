"""What the engine announces to the rooms above it."""

from django.dispatch import Signal

job_ended = Signal()
"""A job came to its end: `job` (Job), as it stands now. Sent inside the transaction of the end and under the tenant's scope,
so what a receiver writes is there if and only if the end is. A job that is tried again may end again, in another attempt."""

refused = Signal()
"""Something was refused, hinted at, or asked of another model: `event` (SafetyEvent). Sent inside the transaction that wrote
the event and under the tenant's scope."""
