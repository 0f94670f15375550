from django.db import migrations

from accounts.walls import Walls


class Migration(migrations.Migration):

    atomic = False  # indexes are built while others write: see accounts.walls
    dependencies = [
        ('generation', '0009_marking'),
        ('accounts', '0012_walls'),
    ]

    operations = [
        Walls(
            'Asset',
            'DiscardedFile',
            'Job',
            'JobNeed',
            'Letter',
            'ModelGrant',
            'ProviderKey',
            'Rule',
            'Run',
            'SafetyEvent',
            'SafetyPolicy',
            'Turn',
            'WebhookDelivery',
            'WebhookEndpoint',
        ),
    ]
