"""Columns that are encrypted at rest, and the rotation of the keys that they are encrypted under."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import resealing
from accounts.sealed import CannotOpen, Sealed
from accounts.tenancy import NoTenant, scope
from generation import keys
from generation.models import Credential, ProviderKey

pytestmark = pytest.mark.django_db
PLAIN = "sk-canary-of-the-sealed-column"


@pytest.fixture(autouse=True)
def first_key(settings: Any) -> None:
    settings.SEALING_KEYS = ["first"]


def server(secret: str = PLAIN) -> Credential:
    made = Credential.objects.create(
        provider="compatible",
        label=f"server {Credential.objects.count()}",
        base_url="http://10.0.0.5/v1",
        secret=secret,
    )
    return Credential.objects.get(id=made.id)


def stored(row: Credential) -> str:
    """What stands in the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM generation_credential WHERE id = %s", [row.id])
        return str(cursor.fetchone()[0])


class TestSealed:
    def test_what_is_kept_is_not_what_was_given(self) -> None:
        row = server()
        assert row.secret.reveal() == PLAIN
        assert PLAIN not in stored(row)
        assert stored(row) == row.secret.token

    def test_the_same_value_twice_is_two_tokens(self) -> None:
        assert Sealed.of(PLAIN).token != Sealed.of(PLAIN).token

    def test_it_shows_nothing_of_itself(self) -> None:
        sealed = Sealed.of(PLAIN)
        assert [str(sealed), repr(sealed), f"{sealed}", repr([sealed])] == [
            "••••", "Sealed('••••')", "••••", "[Sealed('••••')]",
        ]  # fmt: skip
        assert (str(Sealed("")), bool(Sealed("")), Sealed("").reveal()) == ("", False, "")

    def test_a_row_never_holds_the_plain_value(self) -> None:
        """Neither after it was made, nor after it was set and before it is saved: an error report shows a row's values."""
        row = Credential(provider="compatible", secret=PLAIN)
        made = type(row.secret)
        row.secret = PLAIN + "2"
        assert (made, type(row.secret), row.secret.reveal()) == (Sealed, Sealed, PLAIN + "2")
        assert PLAIN not in repr(row.__dict__)

    def test_no_address_of_the_admin_can_guess_at_it(self) -> None:
        row = server()
        for lookup in ("startswith", "contains", "regex", "gt", "in", "iexact"):
            with pytest.raises(FieldError):
                Credential.objects.filter(**{f"secret__{lookup}": "g"}).exists()
        assert list(Credential.objects.filter(secret=row.secret)) == [row]
        assert not Credential.objects.filter(secret=PLAIN).exists()

    def test_a_dump_holds_the_token_and_can_be_loaded(self, in_tenant: Any) -> None:
        row = server()
        dumped = serializers.serialize("json", [row])
        assert PLAIN not in dumped
        assert json.loads(json.loads(dumped)[0]["fields"]["secret"]) == {"sealed": row.secret.token}
        Credential.objects.filter(id=row.id).delete()
        for loaded in serializers.deserialize("json", dumped):
            loaded.save()
        assert Credential.objects.get(id=row.id).secret.reveal() == PLAIN

    def test_a_key_that_looks_like_a_dump_is_a_key_all_the_same(self) -> None:
        tricky = '{"sealed": "x"}'
        assert server(tricky).secret.reveal() == tricky

    def test_another_sealing_key_does_not_open_it(self, settings: Any) -> None:
        row = server()
        settings.SEALING_KEYS = ["another"]
        with pytest.raises(CannotOpen, match="SEALING_KEYS") as caught:
            row.secret.reveal()
        assert row.secret.token not in str(caught.value)
        settings.SEALING_KEYS = ["another", "first"]
        assert row.secret.reveal() == PLAIN

    @pytest.mark.parametrize("given", [[], [""], ["first", ""]])
    def test_without_a_sealing_key_nothing_is_sealed(self, given: list[str], settings: Any) -> None:
        settings.SEALING_KEYS = given
        with pytest.raises(ImproperlyConfigured, match="SEALING_KEYS is empty"):
            Sealed.of(PLAIN)


def rotate() -> tuple[list[str], list[str], str]:
    """(lines, complaints, the sentence it failed with)."""
    out, err, failed = io.StringIO(), io.StringIO(), ""
    try:
        call_command("rotate_keys", stdout=out, stderr=err)
    except CommandError as error:
        failed = str(error)
    return out.getvalue().splitlines(), err.getvalue().splitlines(), failed


class TestRotation:
    @pytest.fixture
    def rows(self, world: Any) -> tuple[Credential, ProviderKey, ProviderKey]:
        """One of each: a server of the operator's, a tenant's key, and a person's key in the other tenant."""
        with scope(world.tenant):
            ours = keys.save_key(tenant=world.tenant, provider="openai", secret=PLAIN)
        with scope(world.harbour):
            owner = world.user("harbour-owner")
            theirs = keys.save_key(tenant=world.harbour, provider="xai", secret=PLAIN, user=owner)
        return server(), ours, theirs

    def tokens(self, world: Any, rows: Any) -> list[Sealed]:
        account, ours, theirs = rows
        with scope(world.tenant):
            first = ProviderKey.objects.get(id=ours.id).secret
        with scope(world.harbour):
            second = ProviderKey.objects.get(id=theirs.id).secret
        return [Credential.objects.get(id=account.id).secret, first, second]

    def test_every_row_of_every_tenant_comes_under_the_first_key(self, world: Any, rows: Any, settings: Any) -> None:
        settings.SEALING_KEYS = ["second", "first"]
        assert rotate() == (
            [
                "accounts.SecondFactor.secret: 0 resealed, 0 under the first key already, 0 cannot be opened.",
                "generation.Credential.secret: 1 resealed, 0 under the first key already, 0 cannot be opened.",
                "generation.ProviderKey.secret: 2 resealed, 0 under the first key already, 0 cannot be opened.",
                "generation.Letter.contents: 0 resealed, 0 under the first key already, 0 cannot be opened.",
                "generation.WebhookEndpoint.secret: 0 resealed, 0 under the first key already, 0 cannot be opened.",
            ],
            [],
            "",
        )
        settings.SEALING_KEYS = ["second"]
        assert [sealed.reveal() for sealed in self.tokens(world, rows)] == [PLAIN] * 3

    def test_again_changes_nothing(self, world: Any, rows: Any, settings: Any) -> None:
        settings.SEALING_KEYS = ["second", "first"]
        rotate()
        before = self.tokens(world, rows)
        assert rotate() == (
            [
                "accounts.SecondFactor.secret: 0 resealed, 0 under the first key already, 0 cannot be opened.",
                "generation.Credential.secret: 0 resealed, 1 under the first key already, 0 cannot be opened.",
                "generation.ProviderKey.secret: 0 resealed, 2 under the first key already, 0 cannot be opened.",
                "generation.Letter.contents: 0 resealed, 0 under the first key already, 0 cannot be opened.",
                "generation.WebhookEndpoint.secret: 0 resealed, 0 under the first key already, 0 cannot be opened.",
            ],
            [],
            "",
        )
        assert self.tokens(world, rows) == before

    def test_a_row_that_cannot_be_opened_is_named_and_left(self, world: Any, rows: Any, settings: Any) -> None:
        settings.SEALING_KEYS = ["lost"]
        shut = server("sk-other")
        settings.SEALING_KEYS = ["second", "first"]
        lines, complaints, failed = rotate()
        assert (
            lines[1] == "generation.Credential.secret: 1 resealed, 0 under the first key already, 1 cannot be opened."
        )
        assert complaints == [f"generation.Credential.secret of row {shut.id} cannot be opened."]
        assert failed == (
            "1 stored keys cannot be opened. Put the sealing key that they were stored under back behind the first one and "
            "run this again, or enter the providers' keys anew."
        )
        assert Credential.objects.get(id=shut.id).secret == shut.secret
        assert not any(PLAIN in said or shut.secret.token in said for said in (*lines, *complaints, failed))

    def test_it_goes_in_batches(self, world: Any, settings: Any) -> None:
        made = [server(f"{PLAIN}{number}") for number in range(7)]
        settings.SEALING_KEYS = ["second", "first"]
        tally = resealing.reseal(*resealing.sealed_columns()[1], batch=3)
        assert (tally.column, tally.resealed) == ("generation.Credential.secret", 7)
        settings.SEALING_KEYS = ["second"]
        found = [Credential.objects.get(id=row.id).secret.reveal() for row in made]
        assert found == [f"{PLAIN}{number}" for number in range(7)]

    def test_a_key_that_is_replaced_meanwhile_stays_replaced(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = server()
        settings.SEALING_KEYS = ["second", "first"]
        honest = Sealed.resealed

        def slow(sealed: Sealed) -> Sealed:
            Credential.objects.filter(id=row.id).update(secret="sk-new")
            return honest(sealed)

        monkeypatch.setattr(Sealed, "resealed", slow)
        tally = resealing.reseal(*resealing.sealed_columns()[1])
        assert (tally.resealed, Credential.objects.get(id=row.id).secret.reveal()) == (0, "sk-new")

    def test_the_columns_are_all_found(self) -> None:
        found = [f"{model._meta.label}.{column.name}" for model, column in resealing.sealed_columns()]
        assert found == [
            "accounts.SecondFactor.secret",
            "generation.Credential.secret",
            "generation.ProviderKey.secret",
            "generation.Letter.contents",
            "generation.WebhookEndpoint.secret",
        ]

    def test_rows_of_tenants_are_not_looked_at_without_saying_so(self, rows: Any) -> None:
        """The control: what rotation does by name, other code cannot do by accident."""
        with pytest.raises(NoTenant):
            list(ProviderKey.objects.all())
