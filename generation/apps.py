from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = "Engine room"

    def ready(self) -> None:
        from accounts import idempotency, leaving, mailed_links, tokens
        from generation import assets, chores, exporting, numbers, steps
        from generation import leaving as own_leaving
        from generation.jobs import checking, claiming
        from generation.letters import alerts, posting
        from generation.letters.steps import Post
        from generation.webhooks import announcing
        from generation.webhooks.steps import Deliver

        steps.register(Deliver())
        steps.register(Post())
        checking.register()
        announcing.connect()
        posting.connect()
        alerts.connect()
        numbers.connect()
        chores.register("forget old links", every_seconds=600, run=mailed_links.forget_old)
        chores.register("forget letters", every_seconds=3600, run=posting.forget_old)
        chores.register("forget idempotency keys", every_seconds=600, run=idempotency.forget_old)
        chores.register("forget spent tokens", every_seconds=3600, run=tokens.forget_expired)
        chores.register("forget turns", every_seconds=3600, run=claiming.forget_turns)
        chores.register("remove discarded files", every_seconds=30, run=assets.remove_discarded)
        exporting.connect()
        own_leaving.connect()
        chores.register("see off who leaves", every_seconds=5, run=leaving.clear)
