"""The step of a delivery: it keeps the log, and gives up endpoints that take nothing."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F, QuerySet

from generation import steps
from generation.models import Job, Status, WebhookDelivery, WebhookEndpoint
from generation.providers.errors import ProviderError
from generation.webhooks import endpoints

GONE = 410
NOT_TRIED = "nokey"
"""Error class of a delivery that was not sent, because its endpoint was gone or off: which says nothing of the receiver."""


class Deliver(steps.Step):
    name = "deliver"

    def finish(self, job: Job) -> None:
        _log(job, job.result.get("usage", {}), job.result.get("text") or "")
        _endpoint(job).filter(failed_in_a_row__gt=0).update(failed_in_a_row=0)

    def tried(self, job: Job, error: Exception) -> None:
        usage = error.usage if isinstance(error, ProviderError) else {}
        _log(job, usage, str(error))
        if usage.get("status") == GONE:
            for endpoint_id in _endpoint(job).values_list("id", flat=True):
                endpoints.switch_off(endpoint_id, "The receiver answered 410: it wants no more deliveries.")

    def failed(self, job: Job) -> None:
        if job.status != Status.FAILED or job.error_class == NOT_TRIED:
            return
        _endpoint(job).update(failed_in_a_row=F("failed_in_a_row") + 1)
        for endpoint_id in (
            _endpoint(job).filter(failed_in_a_row__gte=endpoints.MOST_FAILED_IN_A_ROW).values_list("id", flat=True)
        ):
            count = endpoints.MOST_FAILED_IN_A_ROW
            endpoints.switch_off(endpoint_id, f"{count} deliveries in a row were given up. See why in the deliveries.")


def _log(job: Job, usage: Mapping[str, int], said: str) -> None:
    WebhookDelivery.objects.filter(job=job).update(
        status_code=usage.get("status"), milliseconds=usage.get("milliseconds"), said=said[:200]
    )


def _endpoint(job: Job) -> QuerySet[WebhookEndpoint]:
    """None where it was deleted while the delivery was on its way."""
    return WebhookEndpoint.objects.filter(deliveries__job=job)
