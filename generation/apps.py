from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = "Engine room"

    def ready(self) -> None:
        from generation import assets, chores

        chores.register("remove discarded files", every_seconds=30, run=assets.remove_discarded)
