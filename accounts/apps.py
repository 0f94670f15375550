from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and budgets"

    def ready(self) -> None:
        from accounts import audit, exporting, hosts, leaving, own_data

        hosts.connect()
        audit.connect()
        exporting.register("account", own_data.parts, told=own_data.TOLD)
        leaving.register(leaving.Room("account", leaving.Stage.TRACES, own_data.remove, own_data.withdraw))
