from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks, production_checks  # noqa: F401 -- importing registers them
        from config.roles import after_migrating

        # An app without models is not told of migrations; this one is told with the lowest floor that has some.
        post_migrate.connect(after_migrating, sender=apps.get_app_config("accounts"), dispatch_uid="roles")
