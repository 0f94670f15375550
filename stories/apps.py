from django.apps import AppConfig


class StoriesConfig(AppConfig):
    name = "stories"
    verbose_name = "Stories"

    def ready(self) -> None:
        from stories import exporting, handover, leaving, sockets, steps

        steps.register()
        handover.connect()
        sockets.register()
        exporting.connect()
        leaving.connect()
