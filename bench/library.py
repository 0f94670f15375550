"""The library that the benches ask for: `python bench/library.py`, in a new install, makes it and says what is in it.

It is the seeded one, with an author (a token, an API key, a session, jobs under way that nobody makes), a reader with a
story that is read to its end, and on each shelf that STORIES names (`{"classics": 20}`) so many finished stories of
theirs, published.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import say

JOBS = 200


def prepare(stories: dict[str, int]) -> dict[str, Any]:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    from accounts import api_keys, tokens
    from accounts.models import Membership, Tenant, Tier, User
    from accounts.scopes import Scope
    from accounts.tenancy import scope
    from stories.models import Story
    from tests import crowds

    tenant = Tenant.objects.get(is_default=True)
    with scope(tenant):
        author = User.objects.get(email="author@example.com")
        reader = User.objects.get(email="reader@example.com")
        key = api_keys.issue(
            membership=Membership.objects.get(user=author), name="bench", scopes=[Scope.READ, Scope.GENERATE]
        )[1]
        ending = _story(reader, Tier.objects.get(slug="kids"))
        with transaction.atomic():
            for slug, number in stories.items():
                first = Story.objects.get(id=_story(reader, Tier.objects.get(slug=slug)).story_id)
                crowds.stories(first, number, visibility="published")
                first.delete()
            jobs = _jobs_under_way(author)
    sessions = {name: _session(user) for name, user in (("reader", reader), ("author", author))}
    return {
        "access": tokens.begin(author, tenant)["access"], "key": key, "jobs": [str(job.id) for job in jobs],
        "sessions": sessions, "scene": str(ending.parent_id), "story": str(ending.story_id),
    }  # fmt: skip


def _story(reader: Any, tier: Any) -> Any:
    """The ending of a story, read by its first choices. Its words and pictures cost no time, so that there can be
    many."""
    from tests.stories import worker

    return worker.finished(reader, tier)


def _jobs_under_way(author: Any) -> list[Any]:
    """A piece of the studio with more takes than anybody makes, all of them sent to a provider that does not answer."""
    from generation.models import Job, Status
    from generation.providers.contract import Kind
    from generation.studio import making, policy, wishes
    from generation.studio.models import Source
    from tests import crowds

    rules = policy.current()
    wish = wishes.read(Kind.IMAGE, {"prompt": "A brass key on a step."}, rules=rules, user=author)
    piece = making.make(user=author, rules=rules, wish=wish, source=Source.FORM, nonce=uuid.uuid4())
    first = Job.objects.get(run__topic_id=piece.id)
    under_way = {"status": Status.RUNNING, "progress": 0.4, "version": 6, "lane": "wait"}
    Job.objects.filter(id=first.id).update(**under_way)
    return [first, *(crowds.copied(first, **under_way) for _ in range(JOBS - 1))]


def _session(user: Any) -> str:
    """A cookie header of somebody who is signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


if __name__ == "__main__":
    say(prepare(json.loads(os.environ.get("STORIES", "{}"))))
