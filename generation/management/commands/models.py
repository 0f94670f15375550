"""`manage.py models`: what can be bought, what the providers say of it, and one real purchase to see that it works."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from generation import pricing, providers
from generation.catalogue import capabilities, probing, syncing
from generation.errors import CannotBuy
from generation.models import AiModel
from generation.providers.errors import ProviderError


class Command(BaseCommand):
    help = "List the models, compare them with the providers' own lists, or make the cheapest real call to one of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="every model: its provider, kind, price and what became of it")
        listing.add_argument("--provider", default="")
        sync = verbs.add_parser("sync", help="read the providers' own lists; flag what retires and what is gone")
        sync.add_argument("--provider", default="")
        sync.add_argument("--dry-run", action="store_true", help="tell what would change, and change nothing")
        test = verbs.add_parser("test", help="buy the cheapest thing that a model makes; booked to no tenant")
        test.add_argument("key")
        test.add_argument("--yes", action="store_true", help="do not ask, whatever it costs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "list":
            self._list(options["provider"])
        elif options["verb"] == "sync":
            self._sync(options["provider"], dry_run=options["dry_run"])
        else:
            self._test(options["key"], yes=options["yes"])

    def _list(self, provider: str) -> None:
        rows = AiModel.objects.select_related("replacement", "account").prefetch_related(pricing.begun())
        if provider:
            rows = rows.filter(provider=provider)
        table = [("key", "provider", "kind", "price", "retires on", "replacement", "usable")]
        reached: dict[str, bool] = {}
        for row in rows.order_by("provider", "kind", "key"):
            prices = pricing.in_force(row.prices.all())
            table.append((
                row.key, row.provider, row.kind, pricing.words(prices), str(row.retires_on or "-"),
                row.replacement.key if row.replacement else "-", self._usable(row, bool(prices), reached),
            ))  # fmt: skip
        widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
        for row_ in table:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row_, widths, strict=True)).rstrip())

    def _usable(self, row: AiModel, is_priced: bool, reached: dict[str, bool]) -> str:
        """Yes, or the first reason why nobody can buy from it with the platform's account."""
        if not row.is_enabled:
            return "no: switched off"
        if row.retires_on is not None and row.retires_on <= timezone.now().date():
            return "no: retired"
        if capabilities(row) is None:
            return "no: no adapter speaks to it"
        if not is_priced:
            return "no: no price"
        account = f"{row.provider} {row.account_id or ''}"
        if account not in reached:
            reached[account] = syncing.account_of(row.provider, row.account) is not None
        if not reached[account]:
            return "no: no key"
        return "yes, but missing from its provider's list" if row.missing_since else "yes"

    def _sync(self, provider: str, *, dry_run: bool) -> None:
        if provider and provider not in providers.PROVIDERS:
            raise CommandError(f"There is no provider “{provider}”: it is one of {', '.join(providers.PROVIDERS)}.")
        failed = []
        for name in [provider] if provider else sorted(providers.PROVIDERS):
            found = syncing.compare(name, changes_rows=not dry_run)
            self.stdout.write(f"{name}: {found.problem}" if found.problem else name)
            if found.is_fault:
                failed.append(name)
            for key, day in found.retiring:
                self.stdout.write(f"  retires on {day}: {key}")
            for key in found.missing:
                self.stdout.write(f"  no longer listed: {key}")
            for key in found.found_again:
                self.stdout.write(f"  listed again: {key}")
            for new in found.unknown:
                ends = f", until {new.retires_on}" if new.retires_on else ""
                self.stdout.write(f"  not among ours: {new.name} ({new.kind or 'kind not told'}{ends})")
        if dry_run:
            self.stdout.write("Nothing was changed.")
        if failed:
            raise CommandError(f"These lists could not be read: {', '.join(failed)}.")

    def _test(self, key: str, *, yes: bool) -> None:
        model = AiModel.objects.select_related("account").filter(key=key).first()
        if model is None:
            raise CommandError(f"There is no model “{key}”. `manage.py models list` shows them all.")
        try:
            request = probing.cheapest(model)
            price = probing.price_of(model, request)
            if price != 0 and not yes:
                at_most = "has no price here" if price is None else f"costs {_money(price)} at most"
                if input(f"One call to {model.name} {at_most}. Buy it? [y/N] ").strip().lower() not in ("y", "yes"):
                    self.stdout.write("Nothing was bought.")
                    return
            answered = probing.ask(model, request, tell=lambda said: self.stdout.write(f"  {said}"))
        except (CannotBuy, ProviderError) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self.stdout.write(answered.what)
        self.stdout.write(f"cost: {_money(answered.cost_micros)}")
        self.stdout.write(f"took: {answered.seconds:.1f} s")


def _money(micros: int | None) -> str:
    return "not told" if micros is None else f"{micros / 1_000_000:.6f} USD"
