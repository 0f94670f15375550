from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        import logging
        import sys

        from django.conf import settings

        from config import checks, logs, production_checks, tracing  # noqa: F401 -- importing the checks registers them
        from config.roles import after_migrating

        # An app without models is not told of migrations; this one is told with the lowest floor that has some.
        post_migrate.connect(after_migrating, sender=apps.get_app_config("accounts"), dispatch_uid="roles")
        if settings.LOGGING["formatters"]["ours"]["kind"] == "json":
            logging.captureWarnings(True)
            sys.excepthook = logs.complain
        tracing.begin()
