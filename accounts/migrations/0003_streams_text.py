from typing import Any

from django.db import migrations, models


def only_when_whole_for_children(apps: Any, schema_editor: Any) -> None:
    """What children read appears when it is whole, as in a tier that is seeded anew."""
    apps.get_model("accounts", "Tier").objects.filter(audience="children").update(streams_text=False)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_own_keys")]

    operations = [
        migrations.AddField(
            model_name="tier",
            name="streams_text",
            field=models.BooleanField(
                default=True,
                help_text="Turn this off where text is checked before it is shown; then it appears only when it is whole.",
                verbose_name="text appears while it is written",
            ),
        ),
        migrations.RunPython(only_when_whole_for_children, migrations.RunPython.noop),
    ]
