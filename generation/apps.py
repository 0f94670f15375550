from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = "Engine room"

    def ready(self) -> None:
        from accounts import idempotency
        from generation import assets, chores

        chores.register("forget idempotency keys", every_seconds=600, run=idempotency.forget_old)
        chores.register("remove discarded files", every_seconds=30, run=assets.remove_discarded)
