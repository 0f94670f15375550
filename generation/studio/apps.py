from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "generation.studio"
    label = "studio"
    verbose_name = "Studio"

    def ready(self) -> None:
        from generation import chores
        from generation.studio import exporting, leaving, steps, tidying

        steps.register()
        chores.register("purge the studio", every_seconds=15, run=tidying.purge)
        exporting.connect()
        leaving.connect()
