"""Runway: pictures and films as tasks. `picture` and `film` say what goes into a task, `adapter` runs it."""

from generation.providers.runway.adapter import Runway

__all__ = ["Runway"]
