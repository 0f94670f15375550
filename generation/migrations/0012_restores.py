import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0011_operations'),
    ]

    operations = [
        migrations.CreateModel(
            name='DatabasePlace',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('lineage', models.UUIDField(default=uuid.uuid4, help_text='The same in the database and in all copies of it.')),
                ('place', models.CharField(max_length=200)),
                ('epoch', models.BigIntegerField(help_text='When it came to live there, in microseconds since 1970; only ever grows.')),
                ('ticks', models.BigIntegerField(default=0, help_text='Grows while workers watch; a copy stands where it was taken.')),
                ('settling_since', models.DateTimeField(help_text='When settling began after a backup was put back.', null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled', models.JSONField(default=dict, help_text='What the last settling came to: how many jobs of which fate.')),
            ],
        ),
        migrations.AddField(
            model_name='job',
            name='restored_at',
            field=models.DateTimeField(help_text='It came back with a backup: what was bought goes on, and no attempt is made of its own accord.', null=True),
        ),
    ]
