from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = "Engine room"

    def ready(self) -> None:
        from accounts import idempotency, tokens
        from generation import assets, chores, steps
        from generation.jobs import claiming
        from generation.webhooks import announcing
        from generation.webhooks.steps import Deliver

        steps.register(Deliver())
        announcing.connect()
        chores.register("forget idempotency keys", every_seconds=600, run=idempotency.forget_old)
        chores.register("forget spent tokens", every_seconds=3600, run=tokens.forget_expired)
        chores.register("forget turns", every_seconds=3600, run=claiming.forget_turns)
        chores.register("remove discarded files", every_seconds=30, run=assets.remove_discarded)
