"""`manage.py seed`: tenants, tiers, models, beginnings and demo sign-ins that a new install begins with."""

from typing import Any

from django.core.management.base import BaseCommand

from config.seeding.planting import plant


class Command(BaseCommand):
    help = (
        "Add the demo tenants, tiers, models, beginnings and sign-ins that are missing; change nothing that is there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        added = plant()
        if options["verbosity"]:
            self.stdout.write("Seeded." if added else "Everything was there already.")
