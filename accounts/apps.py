from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and budgets"

    def ready(self) -> None:
        from accounts import hosts

        hosts.connect()
