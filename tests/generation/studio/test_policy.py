"""The tenant's rules: an open studio, and words that are kept out."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.tenancy import scope
from generation.errors import AgainstRules
from generation.studio import policy
from generation.studio.errors import StudioClosed
from generation.studio.models import StudioPolicy

pytestmark = pytest.mark.django_db


def test_without_a_row_or_with_a_closed_one_nothing_is_made(in_tenant: Any) -> None:
    assert policy.current().is_open
    StudioPolicy.objects.update(is_open=False)
    with pytest.raises(StudioClosed) as closed:
        policy.current()
    assert (closed.value.status, str(closed.value)) == (
        403, "The studio of this library is closed. Ask its staff to open it.",
    )  # fmt: skip
    StudioPolicy.objects.all().delete()
    with pytest.raises(StudioClosed):
        policy.current()
    with scope(in_tenant.harbour):  # another library's studio is its own affair
        assert policy.current().is_open


RULES = StudioPolicy(refused_words="dragon\n  crown   jewels \n\nC++\n")


@pytest.mark.parametrize(
    ("text", "kept_out"),
    [
        ("A DRAGON sleeps", "dragon"),
        ("the Crown\n jewels", "crown   jewels"),
        ("she writes c++.", "C++"),
        ("Straße, dragon's den", "dragon"),
        ("a dragonfly over crowned heads, jewels", None),
        ("snapdragon", None),
        ("", None),
    ],
)
def test_whole_words_in_any_case(text: str, kept_out: str | None) -> None:
    if kept_out is None:
        policy.refuse_words(RULES, text)
        return
    with pytest.raises(AgainstRules) as refused:
        policy.refuse_words(RULES, text, field="wish")
    assert refused.value.field == "wish"
    assert str(refused.value) == f"wish holds “{kept_out.strip()}”, which is kept out here. Say it in other words."
