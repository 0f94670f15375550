from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = "Engine room"

    def ready(self) -> None:
        from accounts import idempotency, leaving, tokens
        from generation import assets, chores, exporting, steps
        from generation import leaving as own_leaving
        from generation.jobs import claiming
        from generation.webhooks import announcing
        from generation.webhooks.steps import Deliver

        steps.register(Deliver())
        announcing.connect()
        chores.register("forget idempotency keys", every_seconds=600, run=idempotency.forget_old)
        chores.register("forget spent tokens", every_seconds=3600, run=tokens.forget_expired)
        chores.register("forget turns", every_seconds=3600, run=claiming.forget_turns)
        chores.register("remove discarded files", every_seconds=30, run=assets.remove_discarded)
        exporting.connect()
        own_leaving.connect()
        chores.register("see off who leaves", every_seconds=5, run=leaving.clear)
