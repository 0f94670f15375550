from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = "Engine room"

    def ready(self) -> None:
        from accounts import idempotency, leaving, mailed_links, tokens
        from accounts import purging as throwing_away
        from generation import assets, chores, crash, exporting, numbers, purging, restored, steps, tallies, tidying
        from generation import leaving as own_leaving
        from generation.jobs import checking, claiming
        from generation.letters import alerts, posting
        from generation.letters.steps import Post
        from generation.webhooks import announcing
        from generation.webhooks.steps import Deliver

        crash.check()
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
        chores.register("note how far the database came", every_seconds=5, run=restored.tick)
        chores.register("forget tallies", every_seconds=3600, run=tallies.forget_old)
        chores.register("remove discarded files", every_seconds=30, run=assets.remove_discarded)
        chores.register("empty the spool", every_seconds=600, run=tidying.empty_spool)
        throwing_away.register_own()
        purging.connect()
        chores.register("throw away what is old", every_seconds=86_400, run=throwing_away.daily)
        exporting.connect()
        own_leaving.connect()
        chores.register("see off who leaves", every_seconds=5, run=leaving.clear)
