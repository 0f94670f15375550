"""`python -m tests.config.moving.install VERB ...`: an install that is played on SQLite, moved, and played on where it then is.
Says what each verb came to, a line of JSON each."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

import django

django.setup()

import psycopg  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import Tenant, Tier, User  # noqa: E402
from accounts.tenancy import scope  # noqa: E402
from config.invariants import disagreements  # noqa: E402
from generation import drain, restored  # noqa: E402
from stories import play  # noqa: E402
from stories.models import Length, Scene, Story  # noqa: E402
from tests import factories  # noqa: E402

LOSE_A_ROW = """
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER lose BEFORE INSERT ON accounts_counter FOR EACH ROW
    WHEN (NEW.pool = 'tenant' AND NEW.period = 'day') EXECUTE FUNCTION lose();
"""
FIND_IT_AGAIN = "DROP TRIGGER lose ON accounts_counter; DROP FUNCTION lose()"


def begin() -> Any:
    """Two scenes of a story by the demo provider, and one more that is asked for and not written."""
    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    with _library():
        factories.story(*_who(), length=Length.LONG)
    drain.drain_here()
    _choose()
    drain.drain_here()
    _choose()
    return told()


def onward() -> Any:
    drain.drain_here()
    _choose()
    drain.drain_here()
    return told()


def told() -> Any:
    """The story as it stands."""
    with _library():
        story = Story.objects.get()
        scenes = Scene.objects.order_by("depth").values_list("title", "text", "image__job__status")
        return [str(story.id), list(scenes), disagreements(), restored.differs()]


def move(*options: str) -> Any:
    """What was said, and what was complained of."""
    said, complained = io.StringIO(), io.StringIO()
    try:
        call_command("move_to_postgres", *options, stdout=said, stderr=complained)
    except CommandError as no:
        return [str(no), complained.getvalue().splitlines()]
    return [said.getvalue().splitlines(), complained.getvalue().splitlines()]


def sour() -> None:
    """Words that PostgreSQL takes not, at two places."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE stories_scene SET text = text || char(0) WHERE parent_id IS NULL")
        cursor.execute(
            "UPDATE generation_job SET result = '{\"a\": \"\\u0000\"}' WHERE kind = 'text' AND status = 'queued'"
        )


def sweet() -> None:
    """What is told: mend those values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, text FROM stories_scene WHERE parent_id IS NULL")
        ((scene, text),) = cursor.fetchall()
        cursor.execute("UPDATE stories_scene SET text = %s WHERE id = %s", [text.replace("\0", ""), scene])
        cursor.execute("UPDATE generation_job SET result = '{}' WHERE kind = 'text' AND status = 'queued'")


def on_target(statement: str) -> Any:
    with psycopg.connect(os.environ["TARGET_DATABASE_URL"], autocommit=True) as target:
        found = target.execute(statement)
        return found.fetchall() if found.description else None


def _who() -> tuple[User, Tier]:
    return User.objects.get(email="reader@example.com"), Tier.objects.get(slug="kids")


def _choose() -> None:
    with _library():
        scene = Scene.objects.order_by("-depth").first()
        play.choose(reader=_who()[0], scene=scene, choice=scene.choices.first(), address="192.0.2.1")


def _library() -> Any:
    return scope(Tenant.objects.get(slug="fablewright"))


VERBS = {
    "begin": begin, "onward": onward, "told": told, "move": move, "sour": sour, "sweet": sweet,
    "lose": lambda: on_target(LOSE_A_ROW), "find": lambda: on_target(FIND_IT_AGAIN),
    "rows": lambda: on_target("SELECT (SELECT count(*) FROM accounts_user), (SELECT count(*) FROM stories_scene)"),
    "migrate": lambda: call_command("migrate", verbosity=0),
}  # fmt: skip

if __name__ == "__main__":
    for verb in sys.argv[1:]:
        print(json.dumps(VERBS[verb]()))
