from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        import logging
        import sys

        from django.conf import settings

        from config import checks, logs, tracing  # noqa: F401 -- importing the checks registers them

        if settings.LOGGING["formatters"]["ours"]["kind"] == "json":
            logging.captureWarnings(True)
            sys.excepthook = logs.complain
        tracing.begin()
