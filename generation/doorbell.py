"""The queue's broker: django-q2's own over the database, with two differences.

A message is free or taken by the database's clock, so that machines whose clocks disagree see the same queue. And a database
that is away is waited for: django-q2's pusher would fall silent for ten seconds and end, and a group that is silent for so
long is replaced, with all that it holds.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db.models import QuerySet
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ

from generation import away, crash
from generation.clock import after, now

log = logging.getLogger(__name__)

AWAY_SECONDS = 0.5
ACKNOWLEDGE_TRIES = 20


class Doorbell(ORM):
    @staticmethod
    def get_connection(list_key: str | None = None) -> QuerySet[OrmQ]:
        """The messages. Unlike django-q2's this keeps the connection: a look every 100 ms is no reason for a new one."""
        found: QuerySet[OrmQ] = OrmQ.objects.using(Conf.ORM)
        return found

    def _free(self) -> QuerySet[OrmQ]:
        return self.get_connection().filter(key=self.list_key, lock__lte=now())

    def queue_size(self) -> int:
        return self._free().count()

    def lock_size(self) -> int:
        return self.get_connection().filter(key=self.list_key, lock__gt=now()).count()

    def enqueue(self, task: str) -> Any:
        return self.get_connection().create(key=self.list_key or Conf.CLUSTER_NAME, payload=task, lock=now()).pk

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Messages that are this group's now; None, after a short sleep, where there are none or nobody can be asked."""
        try:
            taken = [
                (found.pk, found.payload)
                for found in self._free().order_by("pk")[: Conf.BULK]
                if self._free().filter(pk=found.pk).update(lock=after(Conf.RETRY))
            ]
        except away.AWAY as error:
            log.warning("The queue cannot be read: %s", type(error).__name__)
            away.close()
            time.sleep(AWAY_SECONDS)
            return None
        if not taken:
            time.sleep(Conf.POLL)
            return None
        crash.point("doorbell_taken")
        return taken

    def acknowledge(self, task_id: int) -> None:
        """Take a message out. One that stays is delivered once more, later, which is harmless."""
        for _ in range(ACKNOWLEDGE_TRIES):
            try:
                self.delete(task_id)
            except away.AWAY:
                away.close()
                time.sleep(AWAY_SECONDS)
            else:
                return
