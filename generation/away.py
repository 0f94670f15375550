"""A database that is away for a while: restarted, failed over, or locked for too long. Whoever holds purchases keeps them in
hand and writes when it is back, because they are paid for."""

from __future__ import annotations

import contextlib

from django.db import InterfaceError, OperationalError, connection

AWAY = (OperationalError, InterfaceError)
"""What Django raises where the database did not do what it was asked, through no fault of the asking."""


def close() -> None:
    """Let go of a connection that may be dead. The next query opens another."""
    with contextlib.suppress(*AWAY):
        connection.close()


def is_back() -> bool:
    """Whether a new connection can be had, and answers."""
    close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except AWAY:
        close()
        return False
    return True


def is_broken() -> bool:
    """Whether the connection died under the block that has just ended: what it raised says nothing about the block."""
    driver = connection.connection
    return not connection.in_atomic_block and (driver is None or bool(getattr(driver, "closed", False)))
