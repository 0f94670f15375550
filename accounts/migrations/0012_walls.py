from django.db import migrations

from accounts.walls import Walls


class Migration(migrations.Migration):

    atomic = False  # indexes are built while others write: see accounts.walls
    dependencies = [
        ('accounts', '0011_rates'),
    ]

    operations = [
        Walls(
            'ApiKey',
            'AuditEvent',
            'Cap',
            'Counter',
            'Departure',
            'IdempotentCall',
            'LedgerEntry',
            'MailTally',
            'MailedLink',
            'Membership',
            'PinTry',
            'ReadingTime',
            'Tier',
        ),
    ]
