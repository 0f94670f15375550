from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = "Engine room"

    def ready(self) -> None:
        from generation import steps
        from generation.webhooks import announcing
        from generation.webhooks.steps import Deliver

        steps.register(Deliver())
        announcing.connect()
