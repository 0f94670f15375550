"""The step of a letter: none of it reaches a page, so there is nothing to do when it has gone."""

from __future__ import annotations

from generation import steps


class Post(steps.Step):
    name = "post"
