"""Reports of somebody who leaves: what was wrong stays known, who said so does not."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import exporting, leaving
from accounts.actors import actor_for
from accounts.models import MailedLink, Membership, PinTry
from gallery import reports
from gallery.models import Report
from tests.accounts.test_exporting import unpacked
from tests.accounts.test_leaving import MINE, OTHERS, clear, every_row
from tests.stories import worker

pytestmark = pytest.mark.django_db


def test_they_lose_name_and_words_and_stay(in_tenant: Any) -> None:
    story = worker.finished(in_tenant.user("owner"), in_tenant.kids).story
    for name, mark in (("reader", MINE), ("author", MINE), ("staff", OTHERS)):
        actor = actor_for(in_tenant.user(name), in_tenant.tenant)
        reports.report(actor=actor, address="192.0.2.1", thing=story, reason="unkind", words=f"{mark} words")
    found = unpacked(exporting.stream(user=in_tenant.user("reader"), tenant=in_tenant.tenant))
    assert (f"{MINE} words" in found["reports.json"].decode(), b"reports.json" in found["README.txt"]) == (True, True)
    staff = in_tenant.user("staff")
    for name in ("reader", "author"):
        leaving.leave(user=in_tenant.user(name), tenant_id=in_tenant.tenant.pk, is_whole=True)
    assert clear() == 2
    told = [(one.reason, one.words, one.reporter_id) for one in Report.objects.order_by("words")]
    assert told == [("unkind", "", None), ("unkind", "", None), ("unkind", f"{OTHERS} words", staff.pk)]
    assert MINE not in every_row()


def test_so_does_what_stands_for_them_by_their_id_or_address(in_tenant: Any) -> None:
    from django.utils import timezone

    reader, author = in_tenant.user("reader"), in_tenant.user("author")
    for person in (reader, author):
        PinTry.objects.create(tier=in_tenant.kids, subject=f"user:{person.pk}", tries=1)
        MailedLink.objects.create(
            errand="join", digest=str(person.pk), address=person.email, name=MINE, expires_at=timezone.now()
        )
    leaving.leave(user=reader, tenant_id=in_tenant.tenant.pk, is_whole=True)
    clear()
    assert list(PinTry.objects.values_list("subject", flat=True)) == [f"user:{author.pk}"]
    assert list(MailedLink.objects.values_list("address", flat=True)) == [author.email]
    assert Membership.objects.filter(user=author).exists()
